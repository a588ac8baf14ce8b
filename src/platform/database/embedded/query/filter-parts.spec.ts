import { BSONRegExp } from 'bson';
import { CommandError } from '../errors.js';
import type { Document } from '../types.js';
import { compileFilter } from './filter.js';

const regex = (pattern: string, options = ''): BSONRegExp => new BSONRegExp(pattern, options);

function codeOf(run: () => unknown): number | undefined {
  try {
    run();
  } catch (error) {
    if (error instanceof CommandError) return error.code;
    throw error;
  }
  return undefined;
}

describe('positionOf', () => {
  it.each<[Document, Document, number | undefined]>([
    [{ a: 2 }, { a: [1, 2] }, 1],
    [{ a: { $gte: 2 } }, { a: [1, 2, 3] }, 1],
    [{ 'a.b': 2 }, { a: [{ b: 1 }, { b: 2 }] }, 1],
    [{ 'a.b': 2 }, { a: [{ b: [1] }, { b: [3, 2] }] }, 1],
    [{ a: { $elemMatch: { b: 2 } } }, { a: [{ b: 1 }, { b: 2 }] }, 1],
    [{ 'a.b': { $elemMatch: { c: 2 } } }, { a: { b: [{ c: 1 }, { c: 2 }] } }, 1],
    [{ a: 2, b: 1 }, { a: [1, 2], b: 1 }, 1],
    [{ $or: [{ a: 5 }, { a: 2 }] }, { a: [1, 2] }, 1],
    [{ $or: [{ $and: [{ a: 1 }, { b: 9 }] }, { b: 1 }] }, { a: [1], b: 1 }, undefined],
    [{ a: { $ne: 5 } }, { a: [1, 2] }, undefined],
    [{ a: 2 }, { a: 2 }, undefined],
    [{ 'a.1': 2 }, { a: [1, 2] }, 1],
    [{ 'a.1': { b: 2 } }, { a: [1, { b: 2 }] }, 1],
    [{ 'a.1.b': 2 }, { a: [1, { b: [0, 0, 2] }] }, 2],
    [{ a: 9 }, { a: [1] }, undefined],
  ])('%j on %j is at %s', (filter, document, position) => {
    expect(compileFilter(filter).positionOf(document)).toBe(position);
  });
});

describe('equalities', () => {
  it.each<[Document, Record<string, unknown>]>([
    [
      { a: 1, 'b.c': 'x' },
      { a: 1, 'b.c': 'x' },
    ],
    [
      { a: { $eq: 1 }, b: { $gt: 2 }, c: { $in: [3] }, d: { $in: [1, 2] } },
      { a: 1, c: 3 },
    ],
    [{ $and: [{ a: 1 }, { $and: [{ b: { $eq: null } }] }] }, { a: 1, b: null }],
    [{ $or: [{ a: 1 }] }, { a: 1 }],
    [{ $or: [{ a: 1 }, { b: 1 }] }, {}],
    [{ a: { $all: [1] } }, { a: 1 }],
    [{ a: regex('x'), b: { c: 1 } }, { b: { c: 1 } }],
    [{ $nor: [{ a: 1 }] }, {}],
  ])('of %j are %j', (filter, expected) => {
    expect(Object.fromEntries(compileFilter(filter).equalities())).toEqual(expected);
  });

  it.each<[Document]>([
    [{ $and: [{ a: 1 }, { a: 2 }] }],
    [{ 'a.b': 1, a: { b: 1 } }],
    [{ a: { $all: [1, 2] } }],
  ])('of %j are ambiguous', (filter) => {
    expect(codeOf(() => compileFilter(filter).equalities())).toBe(54);
  });
});

describe('fields', () => {
  it.each<[Document, string[] | undefined]>([
    [{ a: 1, 'b.c': { $gt: 1 } }, ['a', 'b']],
    [{ $or: [{ a: 1 }, { $and: [{ 'c.d': 1 }] }], $comment: 'x' }, ['a', 'c']],
    [{}, []],
    [{ a: 1, $expr: true }, undefined],
    [{ $nor: [{ $jsonSchema: {} }] }, undefined],
  ])('of %j are %j', (filter, expected) => {
    const { fields } = compileFilter(filter);
    expect(fields && [...fields]).toEqual(expected);
  });
});
