import { types } from 'node:util';

/** Whether a value is an error, also one of another realm, or one that only inherits from `Error`. */
export function isError(value: unknown): value is Error {
  return value instanceof Error || types.isNativeError(value);
}
