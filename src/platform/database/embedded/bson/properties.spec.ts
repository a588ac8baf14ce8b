import fc from 'fast-check';
import { decode, encode } from './codec.js';
import { compareValues, equalValues, hashValue } from './compare.js';
import { encodeIndexKey, encodeIndexValue } from './index-key.js';
import { documentOf, keys, numbers, strings, values } from './testing/arbitraries.js';
import { bsonType } from './types.js';

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
