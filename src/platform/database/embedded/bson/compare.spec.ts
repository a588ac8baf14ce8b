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
import { compareValues, equalValues, hashValue } from './compare.js';
import { DBPointer } from './db-pointer.js';
import { bsonType, getOwn, isDocument, setOwn } from './types.js';
import type { Document } from '../types.js';

const id = (digit: number): ObjectId => new ObjectId(String(digit).repeat(24));

/** Every value is below the next. */
const ASCENDING: unknown[] = [
  new MinKey(),
  undefined,
  null,
  NaN,
  -Infinity,
  Decimal128.fromString('-1E+400'),
  -(2n ** 63n),
  -1.5,
  0,
  Decimal128.fromString('1E-400'),
  Number.MIN_VALUE,
  Decimal128.fromString('0.1'),
  0.1,
  2 ** 53,
  2n ** 53n + 1n,
  2 ** 63,
  Decimal128.fromString('1E+400'),
  Infinity,
  '',
  'A',
  'a',
  'a\0',
  'ab',
  new BSONSymbol('b'),
  '\ud7ff',
  '\uffff',
  '\u{10000}',
  {},
  { a: 1 },
  { a: 1, b: 1 },
  { a: 2 },
  { b: 0 },
  { a: 'x' },
  [],
  [1],
  [1, 2],
  [2],
  [{}],
  new Binary(Buffer.from([9]), 0),
  new Binary(Buffer.from([1]), 5),
  new Binary(Buffer.from([0, 0]), 0),
  id(1),
  id(2),
  false,
  true,
  new Date(-1),
  new Date(0),
  new Timestamp({ t: 1, i: 2 }),
  new Timestamp({ t: 4294967295, i: 0 }),
  new BSONRegExp('a', 'i'),
  new BSONRegExp('b', ''),
  new DBPointer('a', id(1)),
  new DBPointer('b', id(0)),
  new Code('a'),
  new Code('b'),
  new Code('a', {}),
  new Code('a', { x: 1 }),
  new MaxKey(),
];

describe('compareValues', () => {
  it('orders all types', () => {
    for (let left = 0; left < ASCENDING.length; left++) {
      for (let right = 0; right < ASCENDING.length; right++) {
        const [a, b] = [ASCENDING[left], ASCENDING[right]];
        // Documents compare the class of their first values before the names of fields.
        expect([left, right, Math.sign(compareValues(a, b))]).toEqual([left, right, Math.sign(left - right)]);
      }
    }
  });

  it('finds equal values of different types', () => {
    const equal: [unknown, unknown][] = [
      [1, new Double(1)],
      [1, 1n],
      [1n, Decimal128.fromString('1.00')],
      [0, -0],
      [0.5, Decimal128.fromString('0.5')],
      [NaN, Decimal128.fromString('NaN')],
      ['a', new BSONSymbol('a')],
      [{ a: [1] }, { a: [1n] }],
      [new Date(5), new Date(5)],
      [new MinKey(), new MinKey()],
    ];
    for (const [a, b] of equal) {
      expect([a, b, equalValues(a, b)]).toEqual([a, b, true]);
      expect(hashValue(a)).toBe(hashValue(b));
    }
  });

  it('minds the order of fields', () => {
    expect(equalValues({ a: 1, b: 2 }, { b: 2, a: 1 })).toBe(false);
  });

  it('compares strings under a collation, also inside documents', () => {
    const collation = { locale: 'en', strength: 1 } as const;
    expect(equalValues('a', '\u00c1', collation)).toBe(true);
    expect(equalValues({ x: ['a'] }, { x: ['A'] }, collation)).toBe(true);
    expect(compareValues('b', 'A', { locale: 'en' })).toBeGreaterThan(0);
    expect(equalValues('a', 'A', { locale: 'simple' })).toBe(false);
  });
});

describe('types', () => {
  it('names every type', () => {
    expect(bsonType(new Code('x', {})).alias).toBe('javascriptWithScope');
    expect(bsonType(-0).alias).toBe('double');
    expect(bsonType(2147483648).alias).toBe('double');
    expect(bsonType(new Map()).alias).toBe('object');
  });

  it('tells documents from other objects', () => {
    const documents = [{}, Object.create(null), { _bsontype: 'ObjectId' }];
    const others = [[], new Date(), new ObjectId(), new Double(1), null, undefined, 'x', 1, new MinKey()];
    expect(documents.map(isDocument)).toEqual([true, true, true]);
    expect(others.map(isDocument)).toEqual(others.map(() => false));
  });

  it('reads and writes own fields only', () => {
    const document: Document = {};
    expect([getOwn(document, 'constructor'), getOwn(document, '__proto__')]).toEqual([undefined, undefined]);
    setOwn(document, '__proto__', { polluted: true });
    expect(getOwn(document, '__proto__')).toEqual({ polluted: true });
    expect(Object.getPrototypeOf(document)).toBe(Object.prototype);
    expect('polluted' in {}).toBe(false);
  });
});
