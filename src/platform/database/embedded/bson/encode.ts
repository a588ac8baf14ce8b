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
import { CommandError } from '../errors.js';
import type { Document } from '../types.js';
import { DBPointer } from './db-pointer.js';
import { keysOf } from './key-order.js';
import { MAX_DEPTH } from './limits.js';
import { writeObjectId } from './object-id.js';
import { isDocument, isInt32 } from './types.js';

const INITIAL_BYTES = 64 * 1024;
const KEPT_BYTES = 4 * 1024 * 1024;
/** Above every limit of the protocol; a computed document that names a large one often stops here. */
const MAX_SCRATCH_BYTES = 64 * 1024 * 1024;

/** Where documents are written before their size is known; encoding never waits, so one is enough. */
let scratch = Buffer.allocUnsafeSlow(INITIAL_BYTES);
let at = 0;

/**
 * Encodes a document. Fields that are `undefined` are left out, in arrays they become `null`.
 *
 * @param maxBytes refuse a larger result
 * @throws CommandError `BSONObjectTooLarge`, or `Overflow` for more than 200 levels
 */
export function encode(document: Document, maxBytes = Infinity): Uint8Array {
  at = 0;
  try {
    writeDocument(document, 1);
    if (at > maxBytes) {
      throw new CommandError(
        'BSONObjectTooLarge',
        `object to insert too large. size in bytes: ${at}, max size: ${maxBytes}`,
      );
    }
    const result = Buffer.allocUnsafe(at);
    scratch.copy(result, 0, 0, at);
    return result;
  } finally {
    if (scratch.length > KEPT_BYTES) scratch = Buffer.allocUnsafeSlow(INITIAL_BYTES);
  }
}

/** Makes room for so many bytes at the current position. */
function reserve(bytes: number): void {
  if (at + bytes <= scratch.length) return;
  if (at + bytes > MAX_SCRATCH_BYTES)
    throw new CommandError(
      'BSONObjectTooLarge',
      `a document would be larger than ${MAX_SCRATCH_BYTES} bytes`,
    );
  const grown = Buffer.allocUnsafeSlow(Math.max(scratch.length * 2, at + bytes));
  scratch.copy(grown, 0, 0, at);
  scratch = grown;
}

function writeDocument(document: Document, depth: number): void {
  if (depth > MAX_DEPTH) {
    throw new CommandError('Overflow', `BSONObj exceeds maximum nested object depth: ${MAX_DEPTH}`);
  }
  reserve(5);
  const start = at;
  at += 4;
  for (const key of keysOf(document)) {
    const value = document[key];
    if (value !== undefined) writeElement(key, value, depth);
  }
  close(start);
}

function writeArray(array: readonly unknown[], depth: number): void {
  if (depth > MAX_DEPTH) {
    throw new CommandError('Overflow', `BSONObj exceeds maximum nested object depth: ${MAX_DEPTH}`);
  }
  reserve(5);
  const start = at;
  at += 4;
  for (let index = 0; index < array.length; index++) {
    reserve(12);
    const typeAt = at++;
    writeIndex(index);
    // Not in one expression: writing may replace the buffer, and an assignment evaluates its left side first.
    const type = writeValue(array[index] ?? null, depth);
    scratch[typeAt] = type;
  }
  close(start);
}

/** Writes the closing zero and, at the start, the length. */
function close(start: number): void {
  reserve(1);
  scratch[at++] = 0;
  scratch.writeInt32LE(at - start, start);
}

function writeElement(key: string, value: unknown, depth: number): void {
  const typeAt = at;
  reserve(1);
  at++;
  writeKey(key);
  const type = writeValue(value, depth);
  scratch[typeAt] = type;
}

/** The name of an array's element. */
function writeIndex(index: number): void {
  if (index >= 10) writeDigits(index);
  else scratch[at++] = 48 + index;
  scratch[at++] = 0;
}

function writeDigits(value: number): void {
  const rest = Math.floor(value / 10);
  if (rest > 0) writeDigits(rest);
  scratch[at++] = 48 + (value - rest * 10);
}

function writeKey(key: string): void {
  reserve(key.length * 3 + 1);
  for (let index = 0; index < key.length; index++) {
    const code = key.charCodeAt(index);
    if (code === 0) throw new CommandError('BadValue', 'a field name must not contain a null character');
    if (code >= 128) {
      at += scratch.write(key.slice(index), at, 'utf8');
      if (key.includes('\0', index)) {
        throw new CommandError('BadValue', 'a field name must not contain a null character');
      }
      break;
    }
    scratch[at++] = code;
  }
  scratch[at++] = 0;
}

/** Writes a value and answers its type. */
function writeValue(value: unknown, depth: number): number {
  switch (typeof value) {
    case 'string':
      writeString(value);
      return 0x02;
    case 'number':
      if (isInt32(value)) {
        writeInt32(value);
        return 0x10;
      }
      writeDouble(value);
      return 0x01;
    case 'boolean':
      reserve(1);
      scratch[at++] = value ? 1 : 0;
      return 0x08;
    case 'bigint':
      reserve(8);
      at = scratch.writeBigInt64LE(value, at);
      return 0x12;
    case 'object':
      return value === null ? 0x0a : writeObject(value, depth);
    default:
      throw new CommandError('InternalError', `cannot encode a ${typeof value}`);
  }
}

function writeObject(value: object, depth: number): number {
  if (Array.isArray(value)) {
    writeArray(value, depth + 1);
    return 0x04;
  }
  if (isDocument(value)) {
    writeDocument(value, depth + 1);
    return 0x03;
  }
  if (value instanceof ObjectId) {
    writeId(value);
    return 0x07;
  }
  if (value instanceof Date) {
    writeDate(value);
    return 0x09;
  }
  if (value instanceof Double) {
    writeDouble(value.value);
    return 0x01;
  }
  return writeRareObject(value, depth);
}

function writeRareObject(value: object, depth: number): number {
  if (value instanceof Decimal128) {
    writeBytes(value.bytes);
    return 0x13;
  }
  if (value instanceof Binary) {
    writeBinary(value);
    return 0x05;
  }
  if (value instanceof Timestamp) {
    reserve(8);
    at = scratch.writeInt32LE(value.getLowBits(), at);
    at = scratch.writeInt32LE(value.getHighBits(), at);
    return 0x11;
  }
  if (value instanceof BSONRegExp) {
    writeKey(value.pattern);
    writeKey(value.options);
    return 0x0b;
  }
  if (value instanceof BSONSymbol) {
    writeString(value.value);
    return 0x0e;
  }
  if (value instanceof Code) return writeCode(value, depth);
  if (value instanceof DBPointer) {
    writeString(value.namespace);
    writeId(value.id);
    return 0x0c;
  }
  if (value instanceof MinKey) return 0xff;
  if (value instanceof MaxKey) return 0x7f;
  throw new CommandError('InternalError', `cannot encode a ${value.constructor.name}`);
}

function writeInt32(value: number): void {
  reserve(4);
  scratch[at++] = value & 0xff;
  scratch[at++] = (value >> 8) & 0xff;
  scratch[at++] = (value >> 16) & 0xff;
  scratch[at++] = (value >> 24) & 0xff;
}

function writeDouble(value: number): void {
  reserve(8);
  at = scratch.writeDoubleLE(value, at);
}

function writeBytes(bytes: Uint8Array): void {
  reserve(bytes.length);
  scratch.set(bytes, at);
  at += bytes.length;
}

function writeId(id: ObjectId): void {
  reserve(12);
  writeObjectId(id, scratch, at);
  at += 12;
}

function writeDate(date: Date): void {
  const milliseconds = date.getTime();
  if (Number.isNaN(milliseconds)) throw new CommandError('BadValue', 'a date is outside the supported range');
  const high = Math.floor(milliseconds / 4294967296);
  writeInt32((milliseconds - high * 4294967296) | 0);
  writeInt32(high);
}

function writeString(text: string): void {
  reserve(text.length * 3 + 5);
  const start = at + 4;
  const length = text.length <= 32 ? writeShort(text, start) : scratch.write(text, start, 'utf8');
  writeInt32(length + 1);
  at = start + length;
  scratch[at++] = 0;
}

/** For a few ASCII characters, a loop costs less than the call into the runtime. */
function writeShort(text: string, start: number): number {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code >= 128) return scratch.write(text, start, 'utf8');
    scratch[start + index] = code;
  }
  return text.length;
}

function writeBinary(binary: Binary): void {
  const bytes = binary.value();
  const nested = binary.sub_type === Binary.SUBTYPE_BYTE_ARRAY;
  writeInt32(nested ? bytes.length + 4 : bytes.length);
  reserve(1);
  scratch[at++] = binary.sub_type;
  if (nested) writeInt32(bytes.length);
  writeBytes(bytes);
}

function writeCode(code: Code, depth: number): number {
  if (code.scope == null) {
    writeString(code.code);
    return 0x0d;
  }
  const start = at;
  writeInt32(0);
  writeString(code.code);
  writeDocument(code.scope, depth + 1);
  scratch.writeInt32LE(at - start, start);
  return 0x0f;
}
