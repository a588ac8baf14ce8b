import { CommandError } from '../errors.js';
import type { Document } from '../types.js';
import { indexTuples } from './index-tuples.js';

function tuples(document: Document, ...paths: string[]): unknown[][] {
  return indexTuples(
    document,
    paths.map((path) => path.split('.')),
    false,
  ).tuples;
}

describe('indexTuples', () => {
  it.each<[string, Document, string[], unknown[][]]>([
    ['a value', { a: 5 }, ['a'], [[5]]],
    ['a missing field', {}, ['a'], [[null]]],
    ['null', { a: null }, ['a'], [[null]]],
    ['a nested field', { a: { b: 'x' } }, ['a.b'], [['x']]],
    ['a path through a scalar', { a: 5 }, ['a.b'], [[null]]],
    ['an array', { a: [1, 2] }, ['a'], [[1], [2]]],
    ['an empty array', { a: [] }, ['a'], [[undefined]]],
    ['an empty array above the field', { a: [] }, ['a.b'], [[null]]],
    ['an array in an array', { a: [[1, 2], 3] }, ['a'], [[[1, 2]], [3]]],
    ['documents in an array', { a: [{ b: 1 }, { b: 2 }] }, ['a.b'], [[1], [2]]],
    ['other things in an array', { a: [{ b: 1 }, 7] }, ['a.b'], [[1], [null]]],
    ['an array below an array', { a: [{ b: [1, 2] }, { b: 3 }] }, ['a.b'], [[1], [2], [3]]],
    [
      'an array beside a scalar',
      { a: [1, 2], b: 'x' },
      ['b', 'a'],
      [
        ['x', 1],
        ['x', 2],
      ],
    ],
    [
      'two fields of the same array',
      { a: [{ b: 1, c: 2 }, { b: 3 }] },
      ['a.b', 'a.c'],
      [
        [1, 2],
        [3, null],
      ],
    ],
    ['an array and a field of its elements', { a: [{ b: 1 }] }, ['a', 'a.b'], [[{ b: 1 }, 1]]],
    ['a place in an array', { a: ['x', 'y'] }, ['a.1'], [['y']]],
    ['a place beyond the array', { a: ['x'] }, ['a.1'], [[null]]],
    ['a document at a place', { a: [{ b: 1 }, { b: 2 }] }, ['a.0.b'], [[1]]],
    ['a field that is named like a prototype', { constructor: 1 }, ['constructor'], [[1]]],
    ['a field that only a prototype has', {}, ['constructor'], [[null]]],
  ])('gives the entries of %s', (_, document, paths, expected) => {
    expect(tuples(document, ...paths)).toEqual(expected);
  });

  it('tells where it met arrays', () => {
    const { arrays } = indexTuples({ a: [{ b: [1] }], c: 1 }, [['c'], ['a', 'b']], false);
    expect(arrays).toEqual([[], [1, 2]]);
  });

  it('refuses arrays that are not of the same field', () => {
    const expand = () => tuples({ a: [1], b: [2] }, 'a', 'b');
    expect(expand).toThrow(CommandError);
    expect(expand).toThrow('cannot index parallel arrays [b] [a]');
  });

  it('refuses a number that may name a place as well as a field', () => {
    expect(() => tuples({ a: [{ 0: 'x' }] }, 'a.0')).toThrow('Ambiguous field name');
  });

  it('leaves out, of a sparse index, what has none of its fields', () => {
    const sparse = (document: Document) => indexTuples(document, [['a'], ['b']], true).tuples;
    expect(sparse({ c: 1 })).toEqual([]);
    expect(sparse({ a: null })).toEqual([[null, null]]);
    expect(sparse({ b: 1 })).toEqual([[null, 1]]);
  });
});
