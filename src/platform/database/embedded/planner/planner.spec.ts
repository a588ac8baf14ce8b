import { ObjectId } from 'bson';
import fc from 'fast-check';
import { compareValues } from '../bson/compare.js';
import { compileFilter } from '../query/filter.js';
import { compileSort } from '../sort/sort.js';
import type { Collection } from '../storage/collection.js';
import type { IndexOptions } from '../storage/catalog-records.js';
import { TemporaryCatalog } from '../testing/temporary-catalog.js';
import { TICK, type Document } from '../types.js';
import { prepareQuery } from './execute.js';
import { MemoryBudget } from './memory-budget.js';
import type { Query } from './plan.js';
import { readRecordIds } from './read.js';

const value = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -3, max: 3 }) },
  { weight: 2, arbitrary: fc.constantFrom(1.5, -0, Number.NaN, 3n, 2n ** 60n) },
  { weight: 4, arbitrary: fc.constantFrom('', 'a', 'ab', 'abc', 'b', 'ä', 'a\0b') },
  { weight: 2, arbitrary: fc.constantFrom(null, true, false) },
  { weight: 1, arbitrary: fc.constantFrom(new Date(0), new Date(5), new ObjectId('0'.repeat(24))) },
);
const nested = fc.oneof(
  { weight: 6, arbitrary: value },
  { weight: 2, arbitrary: fc.array(value, { maxLength: 3 }) },
  { weight: 1, arbitrary: fc.record({ x: value, y: value }, { requiredKeys: [] }) },
  {
    weight: 1,
    arbitrary: fc.array(fc.record({ x: value, y: fc.array(value, { maxLength: 2 }) }, { requiredKeys: [] }), {
      maxLength: 3,
    }),
  },
  { weight: 1, arbitrary: fc.array(fc.array(value, { maxLength: 2 }), { maxLength: 2 }) },
);
/** Only `a` has arrays, so that compound indexes are never refused for parallel ones. */
const document = fc.record({ a: nested, b: value, c: value }, { requiredKeys: [] });

const path = fc.constantFrom('a', 'b', 'c', 'a.x', 'a.y', 'a.0');
const operators = fc.oneof(
  fc.record({ $eq: nested }),
  fc.record({ $gt: value }),
  fc.record({ $gte: value, $lt: value }),
  fc.record({ $lte: value, $gt: value }),
  fc.record({ $in: fc.array(nested, { maxLength: 3 }) }),
  fc.record({ $exists: fc.boolean() }),
  fc.record({ $ne: value }),
  fc.record({ $type: fc.constantFrom('string', 'number', 'date', 'bool', 'array') }),
  fc.record({ $regex: fc.constantFrom('^a', '^ab?', 'b$', '^') }),
  fc.record({ $elemMatch: fc.record({ $gte: value, $lte: value }) }),
  fc.record({ $elemMatch: fc.record({ x: value, y: value }) }),
  fc.record({ $all: fc.array(value, { minLength: 1, maxLength: 2 }) }),
  fc.record({ $size: fc.integer({ min: 0, max: 2 }) }),
);
const condition = fc
  .tuple(path, fc.oneof(nested, operators))
  .map(([name, test]): Document => ({ [name]: test }));
const filter: fc.Arbitrary<Document> = fc.oneof(
  condition,
  fc.tuple(condition, condition).map(([one, other]) => ({ ...one, ...other })),
  fc.array(condition, { minLength: 1, maxLength: 3 }).map(($and) => ({ $and })),
  fc
    .tuple(condition, fc.array(condition, { minLength: 1, maxLength: 3 }))
    .map(([one, $or]) => ({ ...one, $or })),
);
const sort = fc.option(
  fc
    .uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom(1, -1)), {
      minLength: 1,
      maxLength: 2,
      selector: ([name]) => name,
    })
    .map((keys): Document => Object.fromEntries(keys)),
  { nil: undefined },
);
const indexes: { key: Document; options?: IndexOptions }[] = [
  { key: { a: 1 } },
  { key: { a: -1 } },
  { key: { b: 1, c: -1 } },
  { key: { b: -1, a: 1 } },
  { key: { 'a.x': 1, 'a.y': 1 } },
  { key: { a: 1, b: 1, c: 1 } },
  { key: { c: 1 }, options: { sparse: true } },
  { key: { 'a.0': 1 } },
  { key: { b: 1, 'a.y': -1 }, options: { sparse: true } },
  { key: { a: 1 }, options: { partialFilterExpression: { b: { $gt: 0 } } } },
  { key: { b: 1 }, options: { partialFilterExpression: { c: { $exists: true } } } },
  { key: { c: -1 }, options: { partialFilterExpression: { a: { $type: 'string' } } } },
];

function run(collection: Collection, query: Query): Document[] {
  const compiled = compileFilter(query.filter);
  const { rows } = prepareQuery(collection, query, compiled, new MemoryBudget());
  return [...rows()].filter((row) => row !== TICK).map((row) => row.document);
}

const ids = (documents: Document[]): number[] =>
  documents.map(({ _id }) => Number(_id)).sort((a, b) => a - b);

describe('planner', () => {
  let storage: TemporaryCatalog;
  let number = 0;

  beforeAll(async () => {
    storage = await TemporaryCatalog.open();
  });

  afterAll(() => storage.remove());

  it('finds through every index what a scan finds, in the order of the sort', () => {
    fc.assert(
      fc.property(
        fc.array(document, { maxLength: 25 }),
        fc.uniqueArray(fc.constantFrom(...indexes), { minLength: 1, maxLength: 4 }),
        fc.array(fc.tuple(filter, sort), { minLength: 1, maxLength: 6 }),
        (documents, chosen, queries) => {
          const numbered = documents.map((fields, i): Document => ({ _id: i, ...fields }));
          const collection = storage.fill(`c${++number}`, chosen, numbered);
          for (const [wanted, order] of queries) {
            const compiled = compileFilter(wanted);
            const expected = numbered.filter((candidate) => compiled.matches(candidate));
            const found = run(collection, { filter: wanted, sort: order, skip: 0, limit: 0 });
            expect(ids(found)).toEqual(ids(expected));
            if (order) expectOrder(found, order);
            expectExactCount(collection, wanted, expected.length);
            const limited = run(collection, { filter: wanted, sort: order, skip: 1, limit: 2 });
            expect(limited).toHaveLength(Math.max(0, Math.min(2, expected.length - 1)));
            if (order) expectSameValues(limited, found.slice(1, 3), order);
          }
        },
      ),
      { numRuns: 250 },
    );
  });

  /** Where the entries of an index are said to be exactly those of the documents wanted, they are. */
  function expectExactCount(collection: Collection, wanted: Document, expected: number): void {
    const query = { filter: wanted, skip: 0, limit: 0 };
    const { plan, counters } = prepareQuery(collection, query, compileFilter(wanted), new MemoryBudget());
    if (plan.access.stage !== 'IXSCAN' || !plan.access.bounds.isExact) return;
    const records = [...readRecordIds(collection, plan.access, counters)].filter((id) => id !== TICK);
    expect(records).toHaveLength(expected);
  }

  function expectOrder(found: Document[], order: Document): void {
    const { compare } = compileSort(order);
    for (let i = 1; i < found.length; i++) expect(compare(found[i - 1], found[i])).toBeLessThanOrEqual(0);
  }

  /** Documents that compare as equal may come in any order. */
  function expectSameValues(found: Document[], expected: Document[], order: Document): void {
    const { valuesOf } = compileSort(order);
    for (const [i, one] of found.entries())
      for (const [at, sorted] of valuesOf(one).entries())
        expect(Math.abs(compareValues(sorted, valuesOf(expected[i])[at]))).toBe(0);
  }
});
