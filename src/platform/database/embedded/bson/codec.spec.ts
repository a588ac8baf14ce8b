import {
  Binary,
  BSONRegExp,
  BSONSymbol,
  calculateObjectSize,
  Code,
  Decimal128,
  Double,
  MaxKey,
  MinKey,
  ObjectId,
  serialize,
  Timestamp,
} from 'bson';
import { CommandError } from '../errors.js';
import type { Document } from '../types.js';
import { decode, decodeFields, encode, MAX_DOCUMENT_BYTES, readField } from './codec.js';
import { DBPointer } from './db-pointer.js';
import { keysOf } from './key-order.js';

function codeOf(run: () => unknown): number | undefined {
  try {
    run();
  } catch (error) {
    if (error instanceof CommandError) return error.code;
    throw error;
  }
  return undefined;
}

/** The bytes of a document from the bytes of its fields. */
function documentBytes(...fields: (string | readonly number[])[]): Buffer {
  const body = Buffer.concat(
    fields.map((field) => (typeof field === 'string' ? Buffer.from(field) : Buffer.from(field))),
  );
  const bytes = Buffer.alloc(body.length + 5);
  bytes.writeInt32LE(bytes.length);
  body.copy(bytes, 4);
  return bytes;
}

const ID = new ObjectId('65a1b2c3d4e5f60718293a4b');

const EVERYTHING: Document = {
  _id: ID,
  int: 5,
  negative: -2147483648,
  double: 1.5,
  wholeDouble: new Double(5),
  minusZero: -0,
  big: 2 ** 40,
  nan: NaN,
  long: 2n ** 63n - 1n,
  decimal: Decimal128.fromString('1.50'),
  text: 'h\u00e9llo \u{1f600} \0 end',
  empty: '',
  longText: 'x'.repeat(300),
  yes: true,
  no: false,
  none: null,
  date: new Date('2026-01-02T03:04:05.678Z'),
  oldDate: new Date(-1),
  list: [1, 'two', [3], {}],
  nested: { a: { b: { c: 1 } } },
  bytes: new Binary(Buffer.from([1, 2, 3]), 0),
  oldBytes: new Binary(Buffer.from([1, 2, 3]), 2),
  uuid: new Binary(Buffer.alloc(16, 7), 4),
  regex: new BSONRegExp('^a.*$', 'im'),
  timestamp: new Timestamp({ t: 4294967295, i: 2 }),
  code: new Code('x()'),
  scoped: new Code('x()', { y: 1 }),
  symbol: new BSONSymbol('sym'),
  min: new MinKey(),
  max: new MaxKey(),
};

describe('codec', () => {
  it('writes the same bytes as the bson package', () => {
    expect(Buffer.from(encode(EVERYTHING)).equals(serialize(EVERYTHING))).toBe(true);
  });

  it('reads values that the bson package writes as they were', () => {
    const bytes = serialize(EVERYTHING);
    expect(Buffer.from(serialize(decode(bytes))).equals(bytes)).toBe(true);
    expect(decode(bytes).wholeDouble).toEqual(new Double(5));
    expect(decode(bytes).long).toBe(2n ** 63n - 1n);
  });

  it('keeps the bytes of every type, also the deprecated ones', () => {
    const encoded = encode({ ...EVERYTHING, pointer: new DBPointer('db.c', ID), id: ID });
    const decoded = decode(encoded);
    expect(decoded.pointer).toEqual(new DBPointer('db.c', ID));
    expect(Buffer.from(encode(decoded)).equals(encoded)).toBe(true);
  });

  it('keeps the order of keys that look like integers', () => {
    const bytes = documentBytes(
      '\u0010b\0',
      [1, 0, 0, 0],
      '\u001010\0',
      [2, 0, 0, 0],
      '\u00102\0',
      [3, 0, 0, 0],
    );
    const decoded = decode(bytes);
    expect(keysOf(decoded)).toEqual(['b', '10', '2']);
    expect(Buffer.from(encode(decoded)).equals(bytes)).toBe(true);
    expect(Buffer.from(encode({ nested: decoded, list: [decoded] })).includes(bytes)).toBe(true);
  });

  it('treats __proto__ as a name like any other', () => {
    const decoded = decode(encode(JSON.parse('{"__proto__": {"x": 1}, "constructor": 2}') as Document));
    expect(Object.getPrototypeOf(decoded)).toBe(Object.prototype);
    expect(JSON.stringify(decoded)).toBe('{"__proto__":{"x":1},"constructor":2}');
  });

  it('leaves out undefined fields and turns undefined elements into null', () => {
    expect(decode(encode({ a: undefined, b: [undefined, 1] }))).toEqual({ b: [null, 1] });
  });

  it('reads the deprecated type undefined as null and the last of a repeated key', () => {
    expect(decode(documentBytes('\u0006a\0'))).toEqual({ a: null });
    expect(decode(documentBytes('\u0008a\0', [0], '\u0008a\0', [1]))).toEqual({ a: true });
  });

  it('copies what it reads', () => {
    const bytes = Buffer.from(
      encode({ a: new Binary(Buffer.from([1]), 0), b: ID, c: Decimal128.fromString('1') }),
    );
    const decoded = decode(bytes);
    bytes.fill(255, 4);
    expect((decoded.a as Binary).buffer[0]).toBe(1);
    expect((decoded.b as ObjectId).toHexString()).toBe(ID.toHexString());
    expect((decoded.c as Decimal128).toString()).toBe('1');
  });

  it('reads one field alone', () => {
    const bytes = encode({ ...EVERYTHING, pointer: new DBPointer('db.c', ID), last: 'z' });
    for (const key of Object.keys(EVERYTHING)) expect(readField(bytes, key)).toEqual(EVERYTHING[key]);
    expect(readField(bytes, 'last')).toBe('z');
    expect(readField(bytes, 'missing')).toBeUndefined();
  });

  it('reads some fields alone', () => {
    const bytes = encode(EVERYTHING);
    expect(decodeFields(bytes, new Set(['text', 'int', 'missing']))).toEqual({
      int: 5,
      text: EVERYTHING.text,
    });
    expect(decodeFields(bytes, new Set())).toEqual({});
    expect(codeOf(() => decodeFields(Buffer.alloc(3), new Set(['a'])))).toBe(22);
  });

  it('takes plain arrays of bytes and views into larger buffers', () => {
    const bytes = encode({ a: 1 });
    const larger = Buffer.concat([Buffer.alloc(3), bytes, Buffer.alloc(3)]);
    expect(decode(Uint8Array.from(bytes))).toEqual({ a: 1 });
    expect(decode(larger.subarray(3, 3 + bytes.length))).toEqual({ a: 1 });
  });

  it('limits the size where asked', () => {
    const document = { a: 'x'.repeat(MAX_DOCUMENT_BYTES) };
    expect(encode(document).length).toBe(calculateObjectSize(document));
    expect(codeOf(() => encode(document, MAX_DOCUMENT_BYTES))).toBe(10334);
    expect(decode(encode({ a: 1 }))).toEqual({ a: 1 });
  });

  it('limits the depth on both ways', () => {
    let deep: Document = {};
    let list: unknown[] = [];
    for (let level = 0; level < 100_000; level++) {
      deep = { a: deep };
      list = [list];
    }
    expect(codeOf(() => encode(deep))).toBe(15);
    expect(codeOf(() => encode({ list }))).toBe(15);
    let bytes = encode({});
    for (let level = 0; level < 199; level++) bytes = documentBytes('\u0003a\0', [...bytes]);
    expect(Buffer.from(encode(decode(bytes))).equals(bytes)).toBe(true);
    const tooDeep = documentBytes('\u0003a\0', [...bytes]);
    expect(codeOf(() => decode(tooDeep))).toBe(15);
  });

  it.each<[string, Uint8Array]>([
    ['nothing', Buffer.alloc(0)],
    ['too short', Buffer.from([5, 0, 0, 0])],
    ['wrong length', Buffer.from([6, 0, 0, 0, 0])],
    ['no end', Buffer.from([5, 0, 0, 0, 1])],
    ['an early end', Buffer.from([6, 0, 0, 0, 0, 0])],
    ['an unknown type', documentBytes('\u0020a\0')],
    ['a key without end', Buffer.from([8, 0, 0, 0, 16, 97, 97, 97])],
    ['a cut number', documentBytes('\u0010a\0', [1])],
    ['a string that is too long', documentBytes('\u0002a\0', [255, 255, 255, 127], 'x\0')],
    ['a string of negative length', documentBytes('\u0002a\0', [255, 255, 255, 255], 'x\0')],
    ['a string without end', documentBytes('\u0002a\0', [2, 0, 0, 0], 'xy')],
    ['text that is no UTF-8', documentBytes('\u0002a\0', [2, 0, 0, 0, 255, 0])],
    ['a key that is no UTF-8', documentBytes('\u0010', [255, 0, 1, 0, 0, 0])],
    ['a document that is too long', documentBytes('\u0003a\0', [99, 0, 0, 0, 0])],
    ['a document that ends too late', documentBytes('\u0003a\0', [5, 0, 0, 0, 16], 'b\0', [1, 0, 0, 0, 0])],
    ['binary data of negative length', documentBytes('\u0005a\0', [255, 255, 255, 255, 0])],
    ['old binary data of wrong length', documentBytes('\u0005a\0', [5, 0, 0, 0, 2, 9, 0, 0, 0, 1])],
    [
      'code with scope of wrong length',
      documentBytes('\u000fa\0', [99, 0, 0, 0], [2, 0, 0, 0], 'x\0', [5, 0, 0, 0, 0]),
    ],
  ])('refuses %s', (_what, bytes) => {
    expect(codeOf(() => decode(bytes))).toBe(22);
  });

  it('refuses what it cannot hold', () => {
    expect(codeOf(() => decode(documentBytes('\u0009a\0', [255, 255, 255, 255, 255, 255, 255, 127])))).toBe(
      2,
    );
    expect(codeOf(() => decode(documentBytes('\u000ba\0', 'x\0q\0')))).toBe(2);
    expect(codeOf(() => encode({ a: new Date(NaN) }))).toBe(2);
    expect(codeOf(() => encode({ 'a\0b': 1 }))).toBe(2);
    expect(codeOf(() => encode({ '\u00e9\0b': 1 }))).toBe(2);
    expect(codeOf(() => encode({ a: Symbol('x') }))).toBe(1);
  });

  it('survives any bytes', () => {
    for (let seed = 1; seed <= 2000; seed++) {
      const bytes = Buffer.from(encode(EVERYTHING));
      for (let change = 0; change < 4; change++)
        bytes[4 + ((seed * 7919 + change * 104729) % (bytes.length - 4))] = seed & 255;
      expect(codeOf(() => decode(bytes))).not.toBe(1);
    }
  });
});
