import { BSONRegExp, Decimal128 } from 'bson';
import { CommandError } from '../errors.js';
import { compileFilter } from '../query/filter.js';
import type { Document } from '../types.js';
import { compileUpdate } from './update.js';

function codeOf(run: () => unknown): number | undefined {
  try {
    run();
  } catch (error) {
    if (error instanceof CommandError) return error.code;
    throw error;
  }
  return undefined;
}

function apply(update: Document | Document[], document: Document, arrayFilters?: Document[]): Document {
  return compileUpdate(update, { arrayFilters }).apply(document, {
    filter: compileFilter({}),
    now: new Date(),
  });
}

describe('compileUpdate', () => {
  it.each<[number, Document]>([
    [9, { $foo: { a: 1 } }],
    [9, { $set: 5 }],
    [9, { $set: { a: 1 }, b: 2 }],
    [52, { b: 2, $set: { a: 1 } }],
    [56, { $set: { '': 1 } }],
    [56, { $set: { 'a.': 1 } }],
    [56, { $set: { 'a..b': 1 } }],
    [52, { $set: { $a: 1 } }],
    [52, { $set: { 'a.$b': 1 } }],
    [2, { $set: { $: 1 } }],
    [2, { $set: { '$[].a': 1 } }],
    [2, { $set: { 'a.$.b.$': 1 } }],
    [2, { $set: { 'a.$[I]': 1 } }],
    [2, { $set: { 'a.$[i]': 1 } }],
    [2, { $set: { [Array(300).fill('a').join('.')]: 1 } }],
    [40, { $set: { a: 1 }, $inc: { a: 1 } }],
    [40, { $set: { a: 1, 'a.b': 1 } }],
    [40, { $set: { 'a.b': 1, a: 1 } }],
    [40, { $set: { 'a.b': 1, 'a.$[]': 1 } }],
    [40, { $setOnInsert: { a: 1 }, $set: { a: 1 } }],
    [40, { $rename: { a: 'b' }, $set: { b: 1 } }],
    [40, { $rename: { a: 'b' }, $inc: { 'a.c': 1 } }],
    [14, { $inc: { a: 'x' } }],
    [14, { $mul: { a: null } }],
    [2, { $rename: { a: 5 } }],
    [2, { $rename: { a: 'a' } }],
    [2, { $rename: { a: 'a.b' } }],
    [2, { $rename: { 'a.$[]': 'b' } }],
    [2, { $currentDate: { a: 'date' } }],
    [2, { $currentDate: { a: { $type: 'x' } } }],
    [2, { $currentDate: { a: { $type: 'date', x: 1 } } }],
    [2, { $bit: { a: 5 } }],
    [2, { $bit: { a: {} } }],
    [2, { $bit: { a: { nand: 5 } } }],
    [2, { $bit: { a: { and: 1.5 } } }],
    [2, { $push: { a: { $each: 5 } } }],
    [2, { $push: { a: { $each: [], $foo: 1 } } }],
    [2, { $push: { a: { $each: [], $slice: 'x' } } }],
    [2, { $push: { a: { $each: [], $position: 1.5 } } }],
    [2, { $push: { a: { $each: [], $sort: 2 } } }],
    [2, { $push: { a: { $each: [], $sort: {} } } }],
    [14, { $addToSet: { a: { $each: 5 } } }],
    [2, { $addToSet: { a: { $each: [], $slice: 1 } } }],
    [9, { $pop: { a: 2 } }],
    [9, { $pop: { a: 'x' } }],
    [2, { $pullAll: { a: 5 } }],
    [2, { $pull: { a: { $gt: new BSONRegExp('x') } } }],
    [2, { $pull: { a: { x: { $foo: 1 } } } }],
  ])('refuses with %i: %j', (code, update) => {
    expect(codeOf(() => compileUpdate(update))).toBe(code);
  });

  it.each<[number, Document[]]>([
    [9, [{}]],
    [9, [{ i: 1, j: 1 }]],
    [9, [{ i: 1 }, { i: 2 }]],
    [9, [{ i: 1 }, { j: 2 }]],
    [2, [{ I: 1 }]],
    [2, [{ i: { $foo: 1 } }]],
  ])('refuses with %i the array filters %j', (code, arrayFilters) => {
    expect(codeOf(() => compileUpdate({ $set: { 'a.$[i]': 1 } }, { arrayFilters }))).toBe(code);
  });

  it('refuses constants without a pipeline', () => {
    expect(codeOf(() => compileUpdate({ $set: { a: 1 } }, { constants: { c: 1 } }))).toBe(51198);
    expect(codeOf(() => compileUpdate({ a: 1 }, { constants: { c: 1 } }))).toBe(51198);
    expect(codeOf(() => compileUpdate([{ $set: { a: '$$c' } }], { constants: { c: 1 } }))).toBeUndefined();
  });

  it('refuses array filters where they mean nothing', () => {
    expect(codeOf(() => compileUpdate({ a: 1 }, { arrayFilters: [{ i: 1 }] }))).toBe(9);
    expect(codeOf(() => compileUpdate([{ $set: { a: 1 } }], { arrayFilters: [{ i: 1 }] }))).toBe(9);
  });

  it.each<[number, Document[]]>([
    [72, [{ $match: { a: 1 } }]],
    [72, [{ $group: { _id: null } }]],
    [40323, [{}]],
    [40324, [{ $foo: 1 }]],
    [40324, [{ $match: {} }, { $foo: 1 }]],
  ])('refuses with %i the pipeline %j', (code, pipeline) => {
    expect(codeOf(() => compileUpdate(pipeline))).toBe(code);
  });
});

describe('apply', () => {
  it.each<[number, Document, Document]>([
    [28, { $set: { 'a.b': 1 } }, { a: 5 }],
    [28, { $set: { 'a.b': 1 } }, { a: null }],
    [28, { $set: { 'a.b': 1 } }, { a: [1] }],
    [28, { $inc: { 'a.b.c': 1 } }, { a: { b: 'x' } }],
    [28, { $push: { 'a.b': 1 } }, { a: 'x' }],
    [34, { $set: { 'a.9000000': 1 } }, { a: [] }],
    [2, { $set: { 'a.$': 1 } }, { a: [1] }],
    [2, { $set: { 'a.$[]': 1 } }, { a: 5 }],
    [2, { $set: { 'a.$[]': 1 } }, {}],
    [14, { $inc: { a: 1 } }, { a: 'x' }],
    [14, { $inc: { a: 1 } }, { a: null }],
    [2, { $inc: { a: 1n } }, { a: 2n ** 63n - 1n }],
    [2, { $mul: { a: 2 } }, { a: 2n ** 62n }],
    [2, { $bit: { a: { or: 1 } } }, { a: 1.5 }],
    [2, { $bit: { a: { or: 1 } } }, { a: Decimal128.fromString('1') }],
    [2, { $push: { a: 1 } }, { a: 5 }],
    [2, { $addToSet: { a: 1 } }, { a: null }],
    [14, { $pop: { a: 1 } }, { a: 5 }],
    [2, { $pull: { a: 1 } }, { a: 5 }],
    [2, { $pullAll: { a: [1] } }, { a: 'x' }],
    [2, { $rename: { b: 'a.0' } }, { a: [1], b: 1 }],
    [2, { $rename: { 'a.0.b': 'c' } }, { a: [{ b: 1 }] }],
    [2, { $rename: { 'a.0': 'b' } }, { a: [1] }],
    [28, { $rename: { 'a.b': 'c' } }, { a: [{ b: 1 }] }],
    [28, { $rename: { 'a.b': 'c' } }, { a: 5 }],
    [28, { $rename: { b: 'a.c' } }, { a: 5, b: 1 }],
    [66, { $set: { _id: 2 } }, { _id: 1 }],
    [66, { $unset: { _id: 1 } }, { _id: 1 }],
    [66, { $set: { '_id.a': 2 } }, { _id: { a: 1 } }],
    [66, { $rename: { _id: 'b' } }, { _id: 1 }],
    [66, { _id: 2 }, { _id: 1 }],
  ])('refuses with %i: %j on %j', (code, update, document) => {
    expect(codeOf(() => apply(update, document))).toBe(code);
  });

  it('refuses two changes of the same element, found only when they meet', () => {
    const filters = [{ i: { $gt: 0 } }, { j: { $lt: 9 } }];
    expect(codeOf(() => apply({ $set: { 'a.$[i]': 1, 'a.$[j]': 2 } }, { a: [5] }, filters))).toBe(40);
    expect(apply({ $set: { 'a.$[i]': 1, 'a.$[j]': 2 } }, { a: [0, 10] }, filters)).toEqual({ a: [2, 1] });
  });

  it('lets _id be set to an equal value', () => {
    const document = { _id: 1, a: 1 };
    expect(apply({ $set: { _id: 1 } }, document)).toBe(document);
  });
});
