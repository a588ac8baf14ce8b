import type { BSONSymbol, ObjectId } from 'bson';
import { Binary, BSONRegExp, Code, Timestamp } from 'bson';
import type { Document } from '../types.js';
import { textOf } from './compare.js';
import { DBPointer } from './db-pointer.js';
import { decimalBytes, numberKey, writeDouble } from './index-number.js';
import { keysOf } from './key-order.js';
import type { BsonNumber } from './numbers.js';
import { writeObjectId } from './object-id.js';
import { bsonType, TYPES } from './types.js';

/*
 * A component is the byte of its comparison class and the value's bytes; none is a prefix of another, so that
 * components can follow each other and, inverted, sort the other way. Texts end with 00 01 and hold 00 FF for a zero.
 */
const TEXT_END = 1;
const ESCAPED_ZERO = 0xff;

let scratch = Buffer.allocUnsafeSlow(4096);
let at = 0;

/**
 * The key of an index entry. Comparing two keys byte by byte gives the same order as comparing the values one after
 * the other with `compareValues` (without a collation), each turned around where its direction is -1.
 */
export function encodeIndexKey(values: readonly unknown[], directions: readonly (1 | -1)[]): Uint8Array {
  at = 0;
  for (let index = 0; index < values.length; index++) writeComponent(values[index], directions[index] ?? 1);
  return finish();
}

/** One component of an index key, for the bounds of a range. */
export function encodeIndexValue(value: unknown, direction: 1 | -1): Uint8Array {
  at = 0;
  writeComponent(value, direction);
  return finish();
}

function finish(): Uint8Array {
  const key = Buffer.allocUnsafe(at);
  // For the usual short key a loop costs less than the call into the runtime.
  if (at > 64) scratch.copy(key, 0, 0, at);
  else for (let index = 0; index < at; index++) key[index] = scratch[index];
  return key;
}

function reserve(bytes: number): void {
  if (at + bytes <= scratch.length) return;
  const grown = Buffer.allocUnsafeSlow(Math.max(scratch.length * 2, at + bytes));
  scratch.copy(grown, 0, 0, at);
  scratch = grown;
}

function writeByte(byte: number): void {
  reserve(1);
  scratch[at++] = byte;
}

function writeComponent(value: unknown, direction: 1 | -1): void {
  const start = at;
  writeValue(value);
  if (direction === -1) for (let index = start; index < at; index++) scratch[index] = ~scratch[index];
}

function writeValue(value: unknown): void {
  const { order } = bsonType(value);
  writeByte(order);
  writeBody(order, value);
}

function writeBody(order: number, value: unknown): void {
  switch (order) {
    case TYPES.int.order:
      writeNumber(value as BsonNumber);
      return;
    case TYPES.string.order:
      writeText(textOf(value as string | BSONSymbol));
      return;
    case TYPES.object.order:
      writeDocument(value as Document);
      return;
    case TYPES.array.order:
      for (const element of value as unknown[]) writeValue(element);
      writeByte(0);
      return;
    case TYPES.objectId.order:
      writeId(value as ObjectId);
      return;
    case TYPES.bool.order:
      writeByte(value === true ? 1 : 0);
      return;
    case TYPES.date.order:
      writeNumber((value as Date).getTime());
      return;
    default:
      writeRare(value);
  }
}

function writeRare(value: unknown): void {
  if (value instanceof Binary) {
    writeUint32(value.position);
    writeByte(value.sub_type);
    writeBytes(value.value());
  } else if (value instanceof Timestamp) {
    writeUint32(value.getHighBitsUnsigned());
    writeUint32(value.getLowBitsUnsigned());
  } else if (value instanceof BSONRegExp) {
    writeText(value.pattern);
    writeText(value.options);
  } else if (value instanceof DBPointer) {
    writeText(value.namespace);
    writeId(value.id);
  } else if (value instanceof Code) {
    writeText(value.code);
    writeDocument(value.scope ?? {});
  }
  // null, MinKey and MaxKey are their class alone.
}

function writeNumber(value: BsonNumber): void {
  reserve(9);
  if (typeof value === 'number') {
    writeDouble(value, scratch, at);
    scratch[at + 8] = 0;
    at += 9;
    return;
  }
  const { floor, rest } = numberKey(value);
  writeDouble(floor, scratch, at);
  scratch[at + 8] = rest === undefined ? 0 : 1;
  at += 9;
  if (rest !== undefined) writeBytes(decimalBytes(rest));
}

function writeText(text: string): void {
  reserve(text.length * 3 + 2);
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === 0 || code >= 128) {
      writeEncoded(text.slice(index));
      break;
    }
    scratch[at++] = code;
  }
  writeByte(0);
  writeByte(TEXT_END);
}

/** Text with zeros or characters beyond ASCII. */
function writeEncoded(text: string): void {
  const start = at;
  at += scratch.write(text, at, 'utf8');
  if (scratch.subarray(start, at).includes(0)) escapeZeros(start);
}

function escapeZeros(start: number): void {
  const raw = Uint8Array.from(scratch.subarray(start, at));
  reserve(raw.length * 2 + 2);
  at = start;
  for (const byte of raw) {
    scratch[at++] = byte;
    if (byte === 0) scratch[at++] = ESCAPED_ZERO;
  }
}

/** Each field as class, name and value; a closing zero is below every class, so that a shorter document sorts first. */
function writeDocument(document: Document): void {
  for (const key of keysOf(document)) {
    const value = document[key];
    const { order } = bsonType(value);
    writeByte(order);
    writeText(key);
    writeBody(order, value);
  }
  writeByte(0);
}

function writeId(id: ObjectId): void {
  reserve(12);
  writeObjectId(id, scratch, at);
  at += 12;
}

function writeUint32(value: number): void {
  reserve(4);
  at = scratch.writeUInt32BE(value, at);
}

function writeBytes(bytes: Uint8Array): void {
  reserve(bytes.length);
  scratch.set(bytes, at);
  at += bytes.length;
}
