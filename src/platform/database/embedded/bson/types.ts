import {
  Binary,
  BSONRegExp,
  BSONSymbol,
  Code,
  Decimal128,
  Double,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
  UUID,
} from 'bson';
import type { Document } from '../types.js';
import { DBPointer } from './db-pointer.js';
import { defineOwn } from './key-order.js';

/** What BSON and MongoDB say about the type of a value. */
export interface BsonType {
  /** The number in the wire format, as `$type` takes it; 0 for a missing value. */
  readonly code: number;
  /** The name that `$type` takes and gives. */
  readonly alias: string;
  /** The comparison class: values of a lower class sort before all values of a higher one. */
  readonly order: number;
}

/**
 * All types by alias. The orders are those of MongoDB's `canonicalizeBSONType`, except that MinKey is 1, so that every
 * order is a positive byte.
 */
export const TYPES = {
  minKey: { code: -1, alias: 'minKey', order: 1 },
  missing: { code: 0, alias: 'missing', order: 3 },
  null: { code: 10, alias: 'null', order: 5 },
  int: { code: 16, alias: 'int', order: 10 },
  long: { code: 18, alias: 'long', order: 10 },
  double: { code: 1, alias: 'double', order: 10 },
  decimal: { code: 19, alias: 'decimal', order: 10 },
  string: { code: 2, alias: 'string', order: 15 },
  symbol: { code: 14, alias: 'symbol', order: 15 },
  object: { code: 3, alias: 'object', order: 20 },
  array: { code: 4, alias: 'array', order: 25 },
  binData: { code: 5, alias: 'binData', order: 30 },
  objectId: { code: 7, alias: 'objectId', order: 35 },
  bool: { code: 8, alias: 'bool', order: 40 },
  date: { code: 9, alias: 'date', order: 45 },
  timestamp: { code: 17, alias: 'timestamp', order: 47 },
  regex: { code: 11, alias: 'regex', order: 50 },
  dbPointer: { code: 12, alias: 'dbPointer', order: 55 },
  javascript: { code: 13, alias: 'javascript', order: 60 },
  javascriptWithScope: { code: 15, alias: 'javascriptWithScope', order: 65 },
  maxKey: { code: 127, alias: 'maxKey', order: 127 },
} as const satisfies Record<string, BsonType>;

const BY_PROTOTYPE = new Map<unknown, BsonType>([
  [Object.prototype, TYPES.object],
  [null, TYPES.object],
  [Date.prototype, TYPES.date],
  [ObjectId.prototype, TYPES.objectId],
  [Double.prototype, TYPES.double],
  [Decimal128.prototype, TYPES.decimal],
  [Binary.prototype, TYPES.binData],
  [UUID.prototype, TYPES.binData],
  [Timestamp.prototype, TYPES.timestamp],
  [BSONRegExp.prototype, TYPES.regex],
  [BSONSymbol.prototype, TYPES.symbol],
  [Code.prototype, TYPES.javascript],
  [DBPointer.prototype, TYPES.dbPointer],
  [MinKey.prototype, TYPES.minKey],
  [MaxKey.prototype, TYPES.maxKey],
]);

/** The BSON type of a value in memory; every object of an unknown class counts as a document. */
export function bsonType(value: unknown): BsonType {
  switch (typeof value) {
    case 'string':
      return TYPES.string;
    case 'number':
      return isInt32(value) ? TYPES.int : TYPES.double;
    case 'bigint':
      return TYPES.long;
    case 'boolean':
      return TYPES.bool;
    case 'object':
      return value === null ? TYPES.null : objectType(value);
    default:
      return TYPES.missing;
  }
}

function objectType(value: object): BsonType {
  if (Array.isArray(value)) return TYPES.array;
  const type = BY_PROTOTYPE.get(Object.getPrototypeOf(value)) ?? TYPES.object;
  return type === TYPES.javascript && value instanceof Code && value.scope != null
    ? TYPES.javascriptWithScope
    : type;
}

/** Whether a plain number stands for an int32; every other plain number is a double. */
export function isInt32(value: number): boolean {
  return (value | 0) === value && (value !== 0 || 1 / value > 0);
}

/** Whether a value is an embedded document: neither an array nor a value of one of BSON's own classes. */
export function isDocument(value: unknown): value is Document {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype) return true;
  const type = BY_PROTOTYPE.get(prototype);
  return type === TYPES.object || (type === undefined && !Array.isArray(value));
}

/** Reads an own field; a name such as `constructor` never reaches `Object.prototype`. */
export function getOwn(document: Document, key: string): unknown {
  const value = document[key];
  return value === undefined || !(key in Object.prototype) || Object.hasOwn(document, key)
    ? value
    : undefined;
}

/** Sets an own field of a document that the caller owns; `__proto__` is a name like any other. */
export function setOwn(document: Document, key: string, value: unknown): void {
  if (key === '__proto__') defineOwn(document, key, value);
  else document[key] = value;
}
