import { join } from 'node:path';

/** A module of the built product, by its path in `dist`; its type is that of its source. */
export const built = <T>(path: string) => import(join(import.meta.dirname, '../../dist', path)) as Promise<T>;
