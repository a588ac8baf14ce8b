import { bsonType } from '../bson/types.js';
import { CommandError } from '../errors.js';

/** The array at a path; a missing one is `undefined`, anything else is an error. */
export function requireArray(
  current: unknown,
  code: 'BadValue' | 'TypeMismatch',
  name: string,
  path: string,
): unknown[] | undefined {
  if (current === undefined || Array.isArray(current)) return current;
  throw new CommandError(
    code,
    `Cannot apply ${name} to a non-array value: the field '${path}' is of type ${bsonType(current).alias}`,
  );
}
