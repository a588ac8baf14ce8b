import { copyDocument, omitKeys } from '../bson/key-order.js';
import { getOwn, isDocument, setOwn } from '../bson/types.js';
import type { Document } from '../types.js';
import { appendField } from './documents.js';

/** Follows a path through documents only; an array on the way ends it. */
export function readPlainPath(document: Document, path: readonly string[]): unknown {
  let value: unknown = document;
  for (const component of path) {
    if (!isDocument(value)) return undefined;
    value = getOwn(value, component);
  }
  return value;
}

/**
 * A copy of a document with the value at a path, or without it when the value is missing. What stands in the way of the
 * path and is no document is replaced by one.
 */
export function writePath(document: Document, path: readonly string[], value: unknown, from = 0): Document {
  const key = path[from];
  if (from === path.length - 1) return withField(document, key, value);
  const inner = getOwn(document, key);
  if (value === undefined && !isDocument(inner)) return document;
  return withField(document, key, writePath(isDocument(inner) ? inner : {}, path, value, from + 1));
}

/** A copy with one field set in its place, or appended, or removed when the value is missing. */
export function withField(document: Document, key: string, value: unknown): Document {
  if (value === undefined)
    return Object.hasOwn(document, key) ? omitKeys(document, new Set([key])) : document;
  const copy = copyDocument(document);
  if (Object.hasOwn(document, key)) setOwn(copy, key, value);
  else appendField(copy, key, value);
  return copy;
}
