import { mongo } from 'mongoose';
import { decodeWrapper, isWrapper } from './extended-json.js';
import { checkFieldName } from './field-names.js';
import { isPlain, type Plain, type Walk } from './walk.js';

/** Largest document that MongoDB stores, in bytes of BSON. */
const MAX_BYTES = 16 * 1024 ** 2;

/** Whether callers may not write a field of the root of a document. */
export type ProtectsField = (field: string) => boolean;

/**
 * Checks a document that is to be stored, and puts values in place of their Extended JSON. The document itself is
 * changed, not copied: it comes fresh from a parser and may be large.
 */
export function checkDocument(walk: Walk, document: unknown, protects: ProtectsField): Plain {
  if (!isPlain(document)) walk.refuse('A document must be an object');
  if (isWrapper(document)) walk.refuse('A document must have fields');
  for (const field of Object.keys(document))
    if (protects(field)) walk.at(field, () => walk.refuse(`The server sets ${field} by itself`));
  checkMembers(walk, document, 1);
  return document;
}

/** Checks that BSON, which can be several times larger than JSON, stays within what a database takes. */
export function checkSize(walk: Walk, checked: Plain): void {
  if (mongo.BSON.calculateObjectSize(checked) > MAX_BYTES) walk.refuse('May have 16 MB of BSON at most');
}

/** Checks a value that is to be stored in a field; objects and lists are changed in place. */
export function checkStoredValue(walk: Walk, value: unknown, depth = 1): unknown {
  switch (typeof value) {
    case 'string':
      if (!value.isWellFormed()) walk.refuse('Text must be valid Unicode');
      return value;
    case 'number':
      if (!Number.isFinite(value)) walk.refuse('The number is too large for a double; use $numberDecimal');
      return value;
    case 'boolean':
      return value;
    case 'object':
      return value === null ? null : checkObject(walk, value, depth);
    default:
      return walk.refuse('JSON cannot hold such a value');
  }
}

function checkObject(walk: Walk, value: object, depth: number): unknown {
  if (isWrapper(value)) {
    const decoded = decodeWrapper(walk, value);
    // A stored pattern would be run unchecked once an expression reads it.
    if (decoded instanceof mongo.BSONRegExp) walk.refuse('A regular expression cannot be stored');
    return decoded;
  }
  if (depth > walk.limits.documentDepth)
    walk.refuse(`A document may be nested ${walk.limits.documentDepth} levels deep`);
  if (Array.isArray(value)) checkElements(walk, value, depth);
  else if (isPlain(value)) checkMembers(walk, value, depth);
  else walk.refuse('JSON cannot hold such a value');
  return value;
}

function checkMembers(walk: Walk, object: Plain, depth: number): void {
  for (const name of Object.keys(object)) {
    walk.step(name);
    checkFieldName(walk, name);
    const before = object[name];
    const after = checkStoredValue(walk, before, depth + 1);
    if (after !== before) object[name] = after;
    walk.back();
  }
}

function checkElements(walk: Walk, list: unknown[], depth: number): void {
  list.forEach((before, index) => {
    walk.step(index);
    const after = checkStoredValue(walk, before, depth + 1);
    if (after !== before) list[index] = after;
    walk.back();
  });
}
