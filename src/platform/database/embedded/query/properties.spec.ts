import { MaxKey, MinKey } from 'bson';
import fc from 'fast-check';
import { compareValues } from '../bson/compare.js';
import { encodeIndexValue } from '../bson/index-key.js';
import { isNaNValue } from '../bson/numbers.js';
import { documents, keys, values } from '../bson/testing/arbitraries.js';
import { bsonType, isDocument } from '../bson/types.js';
import type { Document } from '../types.js';
import { compileFilter } from './filter.js';

/** Values that stand for themselves in a filter: neither operators nor regular expressions. */
const operands = values.filter(
  (value) => value !== undefined && bsonType(value).alias !== 'regex' && !isOperators(value),
);

function isOperators(value: unknown): boolean {
  return isDocument(value) && Object.keys(value).some((key) => key.startsWith('$'));
}

const matches = (filter: Document, document: Document): boolean => compileFilter(filter).matches(document);

const paths = fc
  .array(
    keys.filter((key) => !key.startsWith('$') && key !== '' && !key.includes('.')),
    {
      minLength: 1,
      maxLength: 3,
    },
  )
  .map((components) => components.join('.'));

describe('properties of filters', () => {
  it('negations are the opposite', () => {
    fc.assert(
      fc.property(documents, paths, operands, (document, path, operand) => {
        const equal = matches({ [path]: { $eq: operand } }, document);
        expect(matches({ [path]: operand }, document)).toBe(equal);
        expect(matches({ [path]: { $in: [operand] } }, document)).toBe(equal);
        expect(matches({ [path]: { $ne: operand } }, document)).toBe(!equal);
        expect(matches({ [path]: { $nin: [operand] } }, document)).toBe(!equal);
        expect(matches({ [path]: { $not: { $eq: operand } } }, document)).toBe(!equal);
        expect(matches({ $nor: [{ [path]: operand }] }, document)).toBe(!equal);
      }),
      { numRuns: 500 },
    );
  });

  it('a field equals its own value, by any path', () => {
    fc.assert(
      fc.property(
        operands,
        keys.filter((key) => !key.startsWith('$') && !key.includes('.')),
        (value, key) => {
          const document = JSON.parse('{}') as Document;
          Object.defineProperty(document, key, { value, enumerable: true });
          const filter = JSON.parse('{}') as Document;
          Object.defineProperty(filter, key, { value: { $eq: value }, enumerable: true });
          expect(matches(filter, document)).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('comparisons agree with the order of index keys', () => {
    fc.assert(
      fc.property(operands, operands, (value, operand) => {
        fc.pre(!Array.isArray(value));
        const order = Buffer.compare(encodeIndexValue(value, 1), encodeIndexValue(operand, 1));
        const unbounded = operand instanceof MinKey || operand instanceof MaxKey;
        const sameClass = unbounded || bsonType(value).order === bsonType(operand).order;
        const ordered = sameClass && !isNaNValue(value) && !isNaNValue(operand);
        const equal = compareValues(value, operand) === 0;
        expect(matches({ a: { $gt: operand } }, { a: value })).toBe(ordered && order > 0);
        expect(matches({ a: { $lt: operand } }, { a: value })).toBe(ordered && order < 0);
        expect(matches({ a: { $gte: operand } }, { a: value })).toBe((ordered && order > 0) || equal);
        expect(matches({ a: { $lte: operand } }, { a: value })).toBe((ordered && order < 0) || equal);
      }),
      { numRuns: 2000 },
    );
  });

  it('the fields of a filter decide alone', () => {
    fc.assert(
      fc.property(documents, paths, operands, (document, path, operand) => {
        const { matches: test, fields } = compileFilter({ [path]: operand });
        const part = Object.fromEntries(Object.entries(document).filter(([key]) => fields?.has(key)));
        expect(test(part)).toBe(test(document));
      }),
    );
  });
});
