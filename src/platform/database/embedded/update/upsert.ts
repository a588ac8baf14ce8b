import { ObjectId } from 'bson';
import { copyDocument } from '../bson/key-order.js';
import { getOwn, isDocument, setOwn } from '../bson/types.js';
import type { Filter } from '../query/filter.js';
import type { Document } from '../types.js';
import { parsePath } from './path.js';
import { idFirst, withId } from './update.js';
import type { Update } from './update.js';

/**
 * The document that an upsert inserts: what the query fixes by equality, changed by the update, with an `_id`. A
 * replacement takes nothing but `_id` from the query.
 *
 * @throws CommandError `NotSingleValueField` (54) when the query fixes a field twice, and the errors of the update
 */
export function buildUpsert(filter: Filter, update: Update, now: Date): Document {
  let base: Document = {};
  for (const [path, value] of filter.equalities()) {
    if (update.kind === 'replacement' && path !== '_id') continue;
    parsePath(path);
    base = setPath(base, path.split('.'), value);
  }
  const result = update.apply(base, { filter, now, inserting: true });
  return getOwn(result, '_id') === undefined ? withId(result, new ObjectId()) : idFirst(result);
}

function setPath(document: Document, path: readonly string[], value: unknown): Document {
  const [name = '', ...rest] = path;
  const child = getOwn(document, name);
  const copy = copyDocument(document);
  setOwn(copy, name, rest.length === 0 ? value : setPath(isDocument(child) ? child : {}, rest, value));
  return copy;
}
