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
} from 'bson';
import type { Document } from '../types.js';
import { compareDecimalToDouble, toNumber, unpack } from './decimal.js';
import type { Decimal } from './decimal.js';
import { DBPointer } from './db-pointer.js';
import { keysOf } from './key-order.js';
import { isDocument } from './types.js';

/** A text that two values share exactly when they compare as equal without a collation: 1, 1.0 and `NumberLong(1)` do. */
export function hashValue(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return hashText(value);
    case 'number':
      return hashDouble(value);
    case 'bigint':
      return hashLong(value);
    case 'boolean':
      return value ? 'bt' : 'bf';
    case 'object':
      return value === null ? 'z' : hashObject(value);
    default:
      return 'u';
  }
}

/** The length in front keeps texts apart that stand beside each other. */
function hashText(text: string): string {
  return `s${text.length}:${text}`;
}

function hashDouble(value: number): string {
  // Adding zero turns -0 into 0.
  return `n${value + 0};`;
}

function hashLong(value: bigint): string {
  const double = Number(value);
  return BigInt(double) === value ? hashDouble(double) : `l${value}e0;`;
}

function hashDecimal(value: Decimal): string {
  const double = toNumber(value);
  if (value.kind !== 'finite' || compareDecimalToDouble(value, double) === 0) return hashDouble(double);
  let { coefficient, exponent } = value;
  for (; coefficient % 10n === 0n; exponent++) coefficient /= 10n;
  if (exponent > 0 && exponent < 20) {
    coefficient *= 10n ** BigInt(exponent);
    exponent = 0;
  }
  return `l${value.negative ? '-' : ''}${coefficient}e${exponent};`;
}

function hashObject(value: object): string {
  if (Array.isArray(value)) return `[${value.map(hashValue).join('')}]`;
  if (isDocument(value)) return hashDocument(value);
  if (value instanceof ObjectId) return `o${value.toHexString()}`;
  if (value instanceof Date) return `d${value.getTime()};`;
  if (value instanceof Double) return hashDouble(value.value);
  if (value instanceof Decimal128) return hashDecimal(unpack(value));
  if (value instanceof BSONSymbol) return hashText(value.value);
  if (value instanceof Binary) return `x${value.sub_type}:${hashText(value.toString('base64'))}`;
  if (value instanceof Timestamp) return `t${value.getHighBitsUnsigned()}.${value.getLowBitsUnsigned()};`;
  if (value instanceof BSONRegExp) return `r${hashText(value.pattern)}${hashText(value.options)}`;
  if (value instanceof DBPointer) return `p${hashText(value.namespace)}${value.id.toHexString()}`;
  if (value instanceof Code) {
    return `c${hashText(value.code)}${value.scope == null ? '' : hashDocument(value.scope)}`;
  }
  if (value instanceof MinKey) return '<';
  if (value instanceof MaxKey) return '>';
  return hashDocument(Object.fromEntries(Object.entries(value)));
}

function hashDocument(document: Document): string {
  let text = '{';
  for (const key of keysOf(document)) text += hashText(key) + hashValue(document[key]);
  return `${text}}`;
}
