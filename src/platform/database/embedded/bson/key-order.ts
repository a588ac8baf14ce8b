import type { Document } from '../types.js';

/**
 * JavaScript lists integer-like keys ("0", "2024") first and in ascending order, BSON keeps the order of insertion.
 * Documents whose keys would move are remembered here, so that they are written, compared and hashed in BSON's order.
 */
const ORDERS = new WeakMap<Document, readonly string[]>();

const ARRAY_INDEX = /^(?:0|[1-9]\d{0,9})$/;
const MAX_ARRAY_INDEX = 2 ** 32 - 2;

/** Whether JavaScript gives this key a place of its own in the order of keys. */
export function isIntegerLike(key: string): boolean {
  return ARRAY_INDEX.test(key) && Number(key) <= MAX_ARRAY_INDEX;
}

/** The keys of a document in BSON's order. */
export function keysOf(document: Document): string[] {
  const keys = Object.keys(document);
  const first = keys.length > 1 ? keys[0] : undefined;
  if (first === undefined) return keys;
  const code = first.charCodeAt(0);
  return code >= 48 && code <= 57 ? inRememberedOrder(document, keys) : keys;
}

function inRememberedOrder(document: Document, keys: string[]): string[] {
  const order = ORDERS.get(document);
  if (order === undefined) return keys;
  const known = new Set(order);
  const present = new Set(keys);
  return [...order.filter((key) => present.has(key)), ...keys.filter((key) => !known.has(key))];
}

/** Notes the order in which the keys of a document were given, where it differs from JavaScript's. */
export function rememberOrder(document: Document, order: readonly string[]): void {
  const keys = Object.keys(document);
  if (keys.some((key, index) => key !== order[index])) ORDERS.set(document, order);
}

/** Gives a document that holds keys of another one their order there. */
export function keepOrder(from: Document, to: Document): void {
  const order = ORDERS.get(from);
  if (order !== undefined) ORDERS.set(to, order);
}

/** A shallow copy with the same order of keys. */
export function copyDocument(document: Document): Document {
  const copy = { ...document };
  keepOrder(document, copy);
  return copy;
}

/** A shallow copy without the given keys. */
export function omitKeys(document: Document, omitted: ReadonlySet<string>): Document {
  const kept = keysOf(document).filter((key) => !omitted.has(key));
  return pickKeys(document, kept);
}

/** A shallow copy that holds the given keys in the given order; each must be an own key of the document. */
export function pickKeys(document: Document, keys: readonly string[]): Document {
  const copy: Document = {};
  let integerLike = false;
  for (const key of keys) {
    if (key === '__proto__') defineOwn(copy, key, document[key]);
    else copy[key] = document[key];
    integerLike ||= isIntegerLike(key);
  }
  if (integerLike) rememberOrder(copy, keys);
  return copy;
}

/** Sets a field as an own property, also one named `__proto__`, which assignment would lose. */
export function defineOwn(document: Document, key: string, value: unknown): void {
  Object.defineProperty(document, key, { value, enumerable: true, configurable: true, writable: true });
}
