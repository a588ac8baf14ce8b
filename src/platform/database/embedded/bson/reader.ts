import { Binary, BSONRegExp, BSONSymbol, Code, Decimal128, Double, MaxKey, MinKey, Timestamp } from 'bson';
import type { ObjectId } from 'bson';
import { CommandError } from '../errors.js';
import type { Document } from '../types.js';
import { DBPointer } from './db-pointer.js';
import { cachedKey } from './key-cache.js';
import { defineOwn, isIntegerLike, rememberOrder } from './key-order.js';
import { MAX_DEPTH } from './limits.js';
import { readObjectId } from './object-id.js';
import { isInt32 } from './types.js';

const eightBytes = new Uint8Array(8);
const asDouble = new Float64Array(eightBytes.buffer);
const asBigInt = new BigInt64Array(eightBytes.buffer);
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const MAX_DATE = 8.64e15;

export function malformed(reason: string): CommandError {
  return new CommandError('InvalidBSON', `malformed BSON: ${reason}`);
}

/** A position in the bytes of one document. */
export class Reader {
  private readonly bytes: Buffer;
  private at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = Buffer.isBuffer(bytes)
      ? bytes
      : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  byte(): number {
    const value = this.bytes[this.at++];
    if (value === undefined) throw malformed('unexpected end');
    return value;
  }

  int32(): number {
    const { bytes, at } = this;
    if (at + 4 > bytes.length) throw malformed('unexpected end');
    this.at = at + 4;
    return bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
  }

  /** Reads the fields up to the closing zero, which must be the byte before `end`. */
  document(end: number, depth: number): Document {
    const document: Document = {};
    let order: string[] | undefined;
    const { bytes } = this;
    for (;;) {
      const type = bytes[this.at++];
      if (type === 0) break;
      if (type === undefined) throw malformed('unexpected end');
      const key = this.key();
      const value = this.value(type, depth);
      const code = key.charCodeAt(0);
      if (code <= 57 && code >= 48 && order === undefined && isIntegerLike(key))
        order = Object.keys(document);
      if (order !== undefined && !Object.hasOwn(document, key)) order.push(key);
      if (key === '__proto__') defineOwn(document, key, value);
      else document[key] = value;
    }
    if (this.at !== end) throw malformed('wrong document length');
    if (order !== undefined) rememberOrder(document, order);
    return document;
  }

  key(): string {
    const { bytes } = this;
    const start = this.at;
    let at = start;
    let hash = 0;
    let ascii = 0;
    for (;;) {
      const byte = bytes[at];
      if (byte === 0) break;
      if (byte === undefined) throw malformed('unexpected end');
      hash = (hash * 31 + byte) | 0;
      ascii |= byte;
      at++;
    }
    this.at = at + 1;
    return ascii < 128 ? cachedKey(bytes, start, at, hash) : this.utf8(start, at);
  }

  value(type: number, depth: number): unknown {
    switch (type) {
      case 0x02:
        return this.string();
      case 0x10:
        return this.int32();
      case 0x01:
        return this.double();
      case 0x03:
        return this.document(this.nested(depth), depth + 1);
      case 0x04:
        return this.array(this.nested(depth), depth + 1);
      case 0x07:
        return this.objectId();
      case 0x08:
        return this.byte() !== 0;
      case 0x09:
        return this.date();
      case 0x06:
      case 0x0a:
        return null;
      case 0x12:
        return this.int64();
      default:
        return this.rareValue(type, depth);
    }
  }

  private rareValue(type: number, depth: number): unknown {
    switch (type) {
      case 0x05:
        return this.binary();
      case 0x0b:
        return regex(this.cstring(), this.cstring());
      case 0x0c:
        return new DBPointer(this.string(), this.objectId());
      case 0x0d:
        return new Code(this.string());
      case 0x0e:
        return new BSONSymbol(this.string());
      case 0x0f:
        return this.codeWithScope(depth);
      case 0x11:
        return new Timestamp(BigInt.asUintN(64, this.int64()));
      case 0x13:
        return new Decimal128(Uint8Array.from(this.take(16)));
      case 0xff:
        return new MinKey();
      case 0x7f:
        return new MaxKey();
      default:
        throw malformed(`unknown type 0x${type.toString(16)}`);
    }
  }

  /** Passes over a value. */
  skip(type: number): void {
    switch (type) {
      case 0x01:
      case 0x09:
      case 0x11:
      case 0x12:
        this.take(8);
        return;
      case 0x02:
      case 0x0d:
      case 0x0e:
        this.take(this.int32());
        return;
      case 0x03:
      case 0x04:
      case 0x0f:
        this.take(this.int32() - 4);
        return;
      case 0x05:
        this.take(this.int32() + 1);
        return;
      case 0x07:
        this.take(12);
        return;
      case 0x08:
        this.take(1);
        return;
      case 0x10:
        this.take(4);
        return;
      default:
        this.rareOrNull(type);
    }
  }

  private rareOrNull(type: number): void {
    if (type !== 0x06 && type !== 0x0a) this.rareValue(type, 1);
  }

  private take(length: number): Buffer {
    const start = this.at;
    if (length < 0 || start + length > this.bytes.length) throw malformed('unexpected end');
    this.at = start + length;
    return this.bytes.subarray(start, start + length);
  }

  /** Reads the length of an embedded document and answers where it ends. */
  private nested(depth: number): number {
    if (depth >= MAX_DEPTH) {
      throw new CommandError('Overflow', `BSONObj exceeds maximum nested object depth: ${MAX_DEPTH}`);
    }
    const start = this.at;
    const length = this.int32();
    if (length < 5 || start + length > this.bytes.length) throw malformed('wrong document length');
    return start + length;
  }

  private array(end: number, depth: number): unknown[] {
    const array: unknown[] = [];
    const { bytes } = this;
    for (;;) {
      const type = this.byte();
      if (type === 0) break;
      let at = this.at;
      while (bytes[at] !== 0 && at < end) at++;
      this.at = at + 1;
      array.push(this.value(type, depth));
    }
    if (this.at !== end) throw malformed('wrong array length');
    return array;
  }

  private double(): number | Double {
    const { bytes, at } = this;
    if (at + 8 > bytes.length) throw malformed('unexpected end');
    this.at = at + 8;
    for (let index = 0; index < 8; index++) eightBytes[index] = bytes[at + index];
    const value = asDouble[0];
    return isInt32(value) ? new Double(value) : value;
  }

  private int64(): bigint {
    const { bytes, at } = this;
    if (at + 8 > bytes.length) throw malformed('unexpected end');
    this.at = at + 8;
    for (let index = 0; index < 8; index++) eightBytes[index] = bytes[at + index];
    return asBigInt[0];
  }

  private date(): Date {
    const low = this.int32() >>> 0;
    const milliseconds = this.int32() * 4294967296 + low;
    if (milliseconds > MAX_DATE || milliseconds < -MAX_DATE) {
      throw new CommandError('BadValue', `a date is outside the supported range: ${milliseconds} ms`);
    }
    return new Date(milliseconds);
  }

  private objectId(): ObjectId {
    const start = this.at;
    if (start + 12 > this.bytes.length) throw malformed('unexpected end');
    this.at = start + 12;
    return readObjectId(this.bytes, start);
  }

  private binary(): Binary {
    let length = this.int32();
    const subtype = this.byte();
    if (subtype === Binary.SUBTYPE_BYTE_ARRAY) {
      const inner = this.int32();
      if (inner !== length - 4) throw malformed('wrong length of binary data');
      length = inner;
    }
    return new Binary(Buffer.from(this.take(length)), subtype);
  }

  private codeWithScope(depth: number): Code {
    const start = this.at;
    const length = this.int32();
    const code = this.string();
    const scope = this.document(this.nested(depth), depth + 1);
    if (this.at !== start + length) throw malformed('wrong length of code with scope');
    return new Code(code, scope);
  }

  private string(): string {
    const length = this.int32();
    const start = this.at;
    const end = start + length - 1;
    const { bytes } = this;
    if (length < 1 || end >= bytes.length) throw malformed('wrong string length');
    if (bytes[end] !== 0) throw malformed('string is not terminated');
    this.at = end + 1;
    return length <= 13 ? this.shortString(start, end) : this.utf8(start, end);
  }

  /** For a few ASCII characters, joining them costs less than the call into the runtime. */
  private shortString(start: number, end: number): string {
    const { bytes } = this;
    let text = '';
    for (let at = start; at < end; at++) {
      const byte = bytes[at];
      if (byte >= 128) return this.utf8(start, end);
      text += String.fromCharCode(byte);
    }
    return text;
  }

  private cstring(): string {
    const start = this.at;
    const end = this.bytes.indexOf(0, start);
    if (end === -1) throw malformed('unexpected end');
    this.at = end + 1;
    return this.utf8(start, end);
  }

  private utf8(start: number, end: number): string {
    const text = this.bytes.toString('utf8', start, end);
    if (text.includes('\ufffd')) requireUtf8(this.bytes.subarray(start, end));
    return text;
  }
}

function requireUtf8(bytes: Uint8Array): void {
  try {
    strictUtf8.decode(bytes);
  } catch {
    throw malformed('text is not valid UTF-8');
  }
}

function regex(pattern: string, options: string): BSONRegExp {
  try {
    return new BSONRegExp(pattern, options);
  } catch (error) {
    throw new CommandError('BadValue', error instanceof Error ? error.message : 'invalid regular expression');
  }
}
