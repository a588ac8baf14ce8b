import { Decimal128, MaxKey, MinKey, ObjectId } from 'bson';
import { CommandError } from '../errors.js';
import type { Collation, Document } from '../types.js';
import { compileSort } from './sort.js';

/** Sorts documents and gives their `_id`s. */
function sorted(spec: Document, documents: Document[], collation?: Collation): unknown[] {
  const { compare } = compileSort(spec, collation);
  return [...documents].sort(compare).map(({ _id }) => _id);
}

function codeOf(run: () => unknown): number | undefined {
  try {
    run();
  } catch (error) {
    if (error instanceof CommandError) return error.code;
    throw error;
  }
  return undefined;
}

describe('compileSort', () => {
  it('orders values of all types', () => {
    const values = [
      new MinKey(),
      [],
      null,
      NaN,
      -Infinity,
      Decimal128.fromString('-1.5'),
      0,
      2n ** 53n,
      2n ** 53n + 1n,
      Infinity,
      '',
      'B',
      'a',
      {},
      { a: 1 },
      new ObjectId('65a000000000000000000001'),
      false,
      true,
      new Date(0),
      new MaxKey(),
    ];
    const documents = values.map((a, _id) => ({ _id, a }));
    const expected = documents.map(({ _id }) => _id);
    expect(sorted({ a: 1 }, [...documents].reverse())).toEqual(expected);
    expect(sorted({ a: -1 }, documents)).toEqual(expected.reverse());
  });

  it('treats a missing field as null', () => {
    const { compare } = compileSort({ 'a.b': 1 });
    expect(compare({}, { a: { b: null } })).toBe(0);
    expect(compare({ a: 5 }, { a: { b: -1 } })).toBeLessThan(0);
  });

  it('sorts by the least element ascending and the greatest descending', () => {
    const documents = [
      { _id: 1, a: [5, 9] },
      { _id: 2, a: 6 },
      { _id: 3, a: [1, 7] },
    ];
    expect(sorted({ a: 1 }, documents)).toEqual([3, 1, 2]);
    expect(sorted({ a: -1 }, documents)).toEqual([1, 3, 2]);
    expect(
      sorted({ 'a.b': 1 }, [
        { _id: 1, a: [{ b: 3 }, { b: 9 }] },
        { _id: 2, a: { b: 2 } },
      ]),
    ).toEqual([2, 1]);
  });

  it('sorts by several fields in turn', () => {
    const documents = [
      { _id: 1, a: 1, b: 1 },
      { _id: 2, a: 2, b: 1 },
      { _id: 3, a: 1, b: 2 },
    ];
    expect(sorted({ a: 1, b: -1 }, documents)).toEqual([3, 1, 2]);
    expect(compileSort({ a: 1, 'b.c': -1n }).keys).toEqual([
      { path: 'a', direction: 1 },
      { path: 'b.c', direction: -1 },
    ]);
  });

  it('sorts by fields of the same array element', () => {
    const documents = [
      {
        _id: 1,
        a: [
          { x: 1, y: 9 },
          { x: 2, y: 0 },
        ],
      },
      { _id: 2, a: [{ x: 1, y: 5 }] },
    ];
    expect(sorted({ 'a.x': 1, 'a.y': 1 }, documents)).toEqual([2, 1]);
  });

  it('refuses to sort by two arrays', () => {
    const { compare } = compileSort({ a: 1, b: 1 });
    expect(codeOf(() => compare({ a: [1], b: [2] }, { a: 1 }))).toBe(2);
  });

  it('compares strings by their bytes, or under a collation', () => {
    const documents = ['b', 'A', 'a', 'B', '\uffee', '\u{1f600}'].map((a) => ({ _id: a, a }));
    expect(sorted({ a: 1 }, documents)).toEqual(['A', 'B', 'a', 'b', '\uffee', '\u{1f600}']);
    expect(sorted({ a: 1 }, documents.slice(0, 4), { locale: 'en' })).toEqual(['a', 'A', 'b', 'B']);
    const numbered = ['a10', 'a9'].map((a) => ({ _id: a, a }));
    expect(sorted({ a: 1 }, numbered, { locale: 'en', numericOrdering: true })).toEqual(['a9', 'a10']);
  });

  it('keeps documents apart from their prototype', () => {
    expect(compileSort({ constructor: 1 }).valuesOf({})).toEqual([null]);
  });

  it.each<[number, Document]>([
    [15975, { a: 0 }],
    [15975, { a: 2 }],
    [15974, { a: 'asc' }],
    [15974, { a: true }],
    [40218, { a: { $meta: 'textScore' } }],
    [17312, { a: { $add: 1 } }],
    [40352, { '': 1 }],
    [40353, { 'a.': 1 }],
    [16410, { $a: 1 }],
    [13103, Object.fromEntries(Array.from({ length: 33 }, (_, index) => [`k${index}`, 1]))],
  ])('refuses with %i: %j', (code, spec) => {
    expect(codeOf(() => compileSort(spec))).toBe(code);
  });
});
