import { Binary, BSONRegExp, BSONSymbol, Code, Decimal128, MaxKey, MinKey, ObjectId, Timestamp } from 'bson';
import fc from 'fast-check';
import { decode, encode } from './codec.js';
import { compareValues, equalValues, hashValue } from './compare.js';
import { DBPointer } from './db-pointer.js';
import { encodeIndexKey, encodeIndexValue } from './index-key.js';
import { makeDouble } from './numbers.js';
import { bsonType, setOwn } from './types.js';
import type { Document } from '../types.js';

const decimals = fc
  .oneof(
    fc.constantFrom(
      '0',
      '-0',
      '0E+6111',
      '0E-6176',
      '1',
      '1.0',
      '1.5',
      '0.1',
      '-0.1',
      '9007199254740993',
      '9007199254740992',
      '9.999999999999999999999999999999999E+6144',
      '-9.999999999999999999999999999999999E+6144',
      '1E-6176',
      '-1E-6176',
      '1.7976931348623157E+308',
      '4.9E-324',
      'NaN',
      'Infinity',
      '-Infinity',
    ),
    fc
      .tuple(fc.bigInt(-(10n ** 34n) + 1n, 10n ** 34n - 1n), fc.integer({ min: -6176, max: 6111 }))
      .map(([coefficient, exponent]) => `${coefficient}E${exponent}`),
    fc
      .tuple(fc.integer({ min: -2000, max: 2000 }), fc.integer({ min: -3, max: 3 }))
      .map(([coefficient, exponent]) => `${coefficient}E${exponent}`),
  )
  .map((text) => Decimal128.fromString(text));

const numbers = fc.oneof(
  fc.integer({ min: -20, max: 20 }),
  fc.integer(),
  fc.double().map(makeDouble),
  fc
    .constantFrom(-0, 0, NaN, Infinity, -Infinity, 5e-324, Number.MAX_VALUE, 2 ** 53, 2 ** 53 + 2, 0.1)
    .map(makeDouble),
  fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
  fc.bigInt(2n ** 53n - 4n, 2n ** 53n + 4n),
  fc.bigInt(-20n, 20n),
  decimals,
);

/** Strings of few characters, so that equal ones and prefixes are common, across the borders of UTF-8 and UTF-16. */
const strings = fc.oneof(
  fc
    .array(
      fc.constantFrom(
        '',
        'a',
        'b',
        '\0',
        '\u0001',
        '\u00ff',
        '\ud7ff',
        '\ue000',
        '\ufffd',
        '\u{1f600}',
        '\u{10ffff}',
      ),
      {
        maxLength: 4,
      },
    )
    .map((parts) => parts.join('')),
  fc.string({ unit: 'binary' }),
);

const bytes = fc.uint8Array({ maxLength: 4 });
const objectIds = fc.uint8Array({ minLength: 12, maxLength: 12 }).map((id) => new ObjectId(id));

const scalars = fc.oneof(
  { weight: 4, arbitrary: numbers },
  { weight: 3, arbitrary: strings },
  fc.constantFrom<unknown>(undefined, null, true, false, new MinKey(), new MaxKey()),
  objectIds,
  fc.date({ noInvalidDate: true }),
  fc.tuple(bytes, fc.constantFrom(0, 2, 4, 128)).map(([data, subtype]) => new Binary(data, subtype)),
  fc.bigInt(0n, 2n ** 64n - 1n).map((value) => new Timestamp(value)),
  fc
    .tuple(fc.constantFrom('', 'a', 'a.*', '\u00fc'), fc.constantFrom('', 'i', 'im'))
    .map(([p, o]) => new BSONRegExp(p, o)),
  strings.map((text) => new BSONSymbol(text)),
  fc.tuple(strings, objectIds).map(([namespace, id]) => new DBPointer(namespace, id)),
  strings.map((text) => new Code(text)),
);

const keys = fc.oneof(
  fc.constantFrom('a', 'b', '__proto__', 'constructor', '1', '0', '10', '\u00e9'),
  fc.string({ maxLength: 3 }).filter((key) => !key.includes('\0')),
);

function documentOf(entries: readonly (readonly [string, unknown])[]): Document {
  const document: Document = {};
  for (const [key, value] of entries) setOwn(document, key, value);
  return document;
}

const { value: values } = fc.letrec<{ value: unknown; document: Document; array: unknown[]; code: Code }>(
  (tie) => ({
    value: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      scalars,
      tie('document'),
      tie('array'),
      tie('code'),
    ),
    document: fc
      .uniqueArray(fc.tuple(keys, tie('value')), { maxLength: 4, selector: ([key]) => key })
      .map(documentOf),
    array: fc.array(tie('value'), { maxLength: 4 }),
    code: fc.tuple(strings, tie('document')).map(([code, scope]) => new Code(code, scope)),
  }),
);

const sign = (value: number): number => Math.sign(value) + 0;

describe('properties of BSON values', () => {
  it('generates every type', () => {
    const aliases = new Set(
      fc.sample(values, { numRuns: 3000, seed: 1 }).map((value) => bsonType(value).alias),
    );
    expect(aliases.size).toBe(21);
  });

  it('round trip keeps the bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(keys, values), { maxLength: 4 }), (entries) => {
        const encoded = encode(documentOf(entries));
        expect(Buffer.from(encode(decode(encoded))).equals(encoded)).toBe(true);
      }),
    );
  });

  it('comparison is a total order', () => {
    fc.assert(
      fc.property(values, values, values, (a, b, c) => {
        expect(sign(compareValues(a, a))).toBe(0);
        expect(sign(compareValues(a, b))).toBe(sign(-compareValues(b, a)));
        // The runtime's sort never asks about undefined itself.
        const [first, , last] = [[a], [b], [c]].sort((x, y) => compareValues(x[0], y[0]));
        expect(compareValues(first?.[0], last?.[0])).toBeLessThanOrEqual(0);
      }),
      { numRuns: 1000 },
    );
  });

  it.each([['values', values] as const, ['numbers', numbers] as const, ['strings', strings] as const])(
    'index keys order as comparison does: %s',
    (_name, arbitrary) => {
      fc.assert(
        fc.property(arbitrary, arbitrary, fc.constantFrom<1 | -1>(1, -1), (a, b, direction) => {
          const order = Buffer.compare(encodeIndexValue(a, direction), encodeIndexValue(b, direction));
          expect(sign(order)).toBe(sign(direction * compareValues(a, b)));
        }),
        { numRuns: 3000 },
      );
    },
  );

  it('compound index keys order by their components in turn', () => {
    const directions = fc.constantFrom<1 | -1>(1, -1);
    fc.assert(
      fc.property(values, values, values, values, directions, directions, (a, b, c, d, first, second) => {
        const order = Buffer.compare(
          encodeIndexKey([a, b], [first, second]),
          encodeIndexKey([c, d], [first, second]),
        );
        expect(sign(order)).toBe(sign(first * compareValues(a, c)) || sign(second * compareValues(b, d)));
      }),
      { numRuns: 1000 },
    );
  });

  it('no component of an index key is a prefix of another', () => {
    fc.assert(
      fc.property(values, values, (a, b) => {
        fc.pre(compareValues(a, b) !== 0);
        const left = Buffer.from(encodeIndexValue(a, 1));
        expect(left.subarray(0, encodeIndexValue(b, 1).length).equals(encodeIndexValue(b, 1))).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });

  it.each([['values', values] as const, ['numbers', numbers] as const])(
    'equal values and no others have equal hashes: %s',
    (_name, arbitrary) => {
      fc.assert(
        fc.property(arbitrary, arbitrary, (a, b) => {
          expect(hashValue(a) === hashValue(b)).toBe(equalValues(a, b));
        }),
        { numRuns: 3000 },
      );
    },
  );
});
