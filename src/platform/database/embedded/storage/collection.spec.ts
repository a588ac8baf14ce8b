import fc from 'fast-check';
import { encode } from '../bson/codec.js';
import { CommandError } from '../errors.js';
import { TemporaryCatalog } from '../testing/temporary-catalog.js';
import { TICK, type Document } from '../types.js';
import type { Collection } from './collection.js';
import { scanRecords } from './scan.js';
import { emptyReport, validateCollection } from './validate.js';

const value = fc.oneof(
  fc.integer({ min: 0, max: 6 }),
  fc.constantFrom('a', 'b', null, 'long'.repeat(700)),
  fc.array(fc.oneof(fc.integer({ min: 0, max: 3 }), fc.record({ x: fc.integer({ min: 0, max: 3 }) })), {
    maxLength: 3,
  }),
  fc.record({ x: fc.integer({ min: 0, max: 3 }) }),
);
const fields = fc.record({ a: value, b: value, u: fc.integer({ min: 0, max: 20 }) }, { requiredKeys: [] });
const write = fc.oneof(
  fc.record({ kind: fc.constant('insert' as const), fields }),
  fc.record({ kind: fc.constant('replace' as const), pick: fc.nat(), fields }),
  fc.record({ kind: fc.constant('remove' as const), pick: fc.nat() }),
);

const INDEXES = [
  { key: { a: 1 } },
  { key: { 'a.x': -1, u: 1 } },
  { key: { b: 1 }, options: { sparse: true } },
  { key: { u: 1 }, options: { unique: true, sparse: true } },
  { key: { u: 1, b: 1 }, options: { partialFilterExpression: { u: { $gt: 5 } } } },
];

function rows(collection: Collection): { id: number; document: Document }[] {
  return [...scanRecords(collection, 1)].filter((row) => row !== TICK);
}

function check(collection: Collection): string[] {
  const report = emptyReport();
  for (const _ of validateCollection(collection, report));
  return report.errors;
}

describe('Collection', () => {
  let storage: TemporaryCatalog;
  let number = 0;

  beforeAll(async () => {
    storage = await TemporaryCatalog.open();
  });

  afterAll(() => storage.remove());

  const empty = (): Collection => storage.fill(`c${++number}`, INDEXES, []);

  it('keeps documents, indexes and counters in step, whatever is written and refused', () => {
    fc.assert(
      fc.property(fc.array(write, { maxLength: 40 }), (writes) => {
        const collection = empty();
        const expected = new Map<number, Document>();
        let next = 0;
        for (const step of writes) {
          const ids = [...expected.keys()];
          const id = step.kind === 'insert' ? undefined : ids[step.pick % Math.max(ids.length, 1)];
          const row = id === undefined ? undefined : collection.read(id);
          try {
            if (step.kind === 'insert') {
              const document = { _id: next++, ...step.fields };
              expected.set(collection.insert(document, encode(document)), document);
            } else if (row && id !== undefined && step.kind === 'replace') {
              const document = { _id: row.document._id, ...step.fields };
              collection.replace(row, document, encode(document));
              expected.set(id, document);
            } else if (row && id !== undefined) {
              collection.remove(row);
              expected.delete(id);
            }
          } catch (error) {
            expect(['DuplicateKey', 'CannotIndexParallelArrays']).toContain((error as CommandError).codeName);
          }
        }
        expect(new Map(rows(collection).map(({ id, document }) => [id, document]))).toEqual(expected);
        expect(collection.statistics.count).toBe(expected.size);
        expect(check(collection)).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  it('finds a damaged record by its checksum', () => {
    const collection = empty();
    const bytes = encode({ _id: 1, text: 'something' });
    const id = collection.insert({ _id: 1, text: 'something' }, bytes);
    const stored = [...collection.records.getRange({})].find(({ value: one }) => one.includes('something'));
    if (!stored) throw new Error('The record is not where it should be');
    stored.value[stored.value.indexOf('something')] ^= 1;
    collection.records.putSync(stored.key, stored.value);
    expect(() => collection.read(id)).toThrow(`Record ${id} of test.c${number} is damaged`);
    expect(check(collection)).toContain(`record ${id}: the checksum does not match`);
  });

  it('notices entries that are missing, foreign or lead nowhere', () => {
    const collection = empty();
    const index = collection.indexes[1];
    for (const a of [1, 2]) collection.insert({ _id: a, a }, encode({ _id: a, a }));
    const tree = collection.entriesOf(index);
    const [first, second] = index.entriesOf({ a: 1 }).keys.concat(index.entriesOf({ a: 3 }).keys);
    index.own([first], 1);
    tree.removeSync(first);
    index.own([second], 99);
    tree.putSync(second, Buffer.alloc(0));
    expect(check(collection)).toEqual([
      `index ${index.name}: record 1 has no entry`,
      `index ${index.name}: an entry leads to record 99, which is not there`,
    ]);
  });

  it('refuses a second document with the same unique value, naming both', () => {
    const collection = storage.fill(
      `c${++number}`,
      [{ key: { u: 1, 'a.x': 1 }, options: { unique: true } }],
      [],
    );
    const document = { _id: 1, u: 'x', a: [{ x: 1 }, { x: 2 }] };
    collection.insert(document, encode(document));
    const other = { _id: 2, u: 'x', a: [{ x: 3 }, { x: 2 }] };
    const insert = (): number => collection.insert(other, encode(other));
    expect(insert).toThrow(CommandError);
    expect(insert).toThrow(
      /E11000 duplicate key error collection: test\.c\d+ index: .* dup key: \{ u: "x", a\.x: 2 \}/,
    );
    expect(rows(collection)).toHaveLength(1);
  });

  it('tells long unique values apart by their ends', () => {
    const collection = storage.fill(`c${++number}`, [{ key: { t: 1 }, options: { unique: true } }], []);
    const insert = (_id: number, end: string): number => {
      const document = { _id, t: 'x'.repeat(5000) + end };
      return collection.insert(document, encode(document));
    };
    insert(1, 'a');
    insert(2, 'b');
    expect(() => insert(3, 'a')).toThrow('E11000');
    expect(check(collection)).toEqual([]);
  });
});
