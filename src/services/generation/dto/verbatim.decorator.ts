import { Transform } from 'class-transformer';

/** Takes a value of the caller's own as it came: the copy would lack members named `toString` and such. */
export const Verbatim = (): PropertyDecorator =>
  Transform(({ obj, key }) => (obj as Record<string, unknown>)[key], { toClassOnly: true });
