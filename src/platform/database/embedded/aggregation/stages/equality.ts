import { BSONRegExp } from 'bson';
import { expandPath } from '../../bson/paths.js';
import type { Document } from '../../types.js';

/**
 * The values at a path that `$lookup` and `$graphLookup` follow: elements instead of arrays, along the path and at its
 * end.
 */
export function connectingValues(document: Document, path: string): unknown[] {
  const values: unknown[] = [];
  for (const { value } of expandPath(document, path, { leafArrays: false })) {
    if (Array.isArray(value)) values.push(...(value as unknown[]));
    else if (value !== undefined) values.push(value);
  }
  return values;
}

/** What a `$lookup` looks for; nothing at the path means `null`, which also matches missing fields. */
export function localValues(document: Document, path: string): unknown[] {
  const values = connectingValues(document, path);
  return values.length === 0 ? [null] : values;
}

/** The filter that finds any of some values; an index on the field can serve it. */
export function equalityFilter(path: string, values: readonly unknown[]): Document {
  if (values.length === 1) return { [path]: { $eq: values[0] } };
  const patterns = values.filter((value) => value instanceof BSONRegExp);
  if (patterns.length === 0) return { [path]: { $in: values } };
  // In a list a regular expression would be a pattern; here it is a value.
  const plain = values.filter((value) => !(value instanceof BSONRegExp));
  return { $or: [{ [path]: { $in: plain } }, ...patterns.map((pattern) => ({ [path]: { $eq: pattern } }))] };
}
