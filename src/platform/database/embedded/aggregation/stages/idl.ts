import { isDocument } from '../../bson/types.js';
import { CommandError } from '../../errors.js';
import type { Document } from '../../types.js';
import { typeName } from '../values.js';

/** Checks the fields of a specification as MongoDB's generated parsers do. */
export function requireFields(
  spec: unknown,
  stage: string,
  required: readonly string[],
  optional: readonly string[] = [],
): Document {
  if (!isDocument(spec)) {
    throw new CommandError(
      'FailedToParse',
      `The ${stage} stage specification must be an object, found ${typeName(spec)}`,
    );
  }
  for (const key of Object.keys(spec)) {
    if (!required.includes(key) && !optional.includes(key)) {
      throw new CommandError(40415, `BSON field '${stage}.${key}' is an unknown field.`);
    }
  }
  for (const key of required) {
    if (!Object.hasOwn(spec, key)) {
      throw new CommandError(40414, `BSON field '${stage}.${key}' is missing but a required field`);
    }
  }
  return spec;
}

export function wrongType(stage: string, field: string, value: unknown, expected: string): CommandError {
  return new CommandError(
    'TypeMismatch',
    `BSON field '${stage}.${field}' is the wrong type '${typeName(value)}', expected type '${expected}'`,
  );
}

/** An optional array of strings. */
export function stringList(spec: Document, field: string, stage: string): string[] | undefined {
  const value = spec[field];
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) throw wrongType(stage, field, value, 'array');
  return value.map((element: unknown, index) => {
    if (typeof element !== 'string') throw wrongType(stage, `${field}.${index}`, element, 'string');
    return element;
  });
}
