import { CommandError } from '../errors.js';
import { compileFilter } from '../query/filter.js';
import type { Document } from '../types.js';
import { compileProjection, compileStageProjection } from './projection.js';

/** Applies a projection and shows the result with its order of fields. */
function project(spec: Document, document: Document, filter: Document = {}): string {
  return JSON.stringify(compileProjection(spec, { filter: compileFilter(filter) })(document));
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

const DOCUMENT: Document = { _id: 1, a: 1, b: { c: 2, d: 3 }, e: [{ f: 4, g: 5 }, 6, [{ f: 7, g: 8 }]] };

describe('compileProjection', () => {
  it.each<[Document, Document, Document]>([
    [{}, DOCUMENT, DOCUMENT],
    [{ a: 1 }, DOCUMENT, { _id: 1, a: 1 }],
    [{ b: true, a: 5n }, DOCUMENT, { _id: 1, a: 1, b: { c: 2, d: 3 } }],
    [{ a: 1, _id: 0 }, DOCUMENT, { a: 1 }],
    [{ _id: 1 }, DOCUMENT, { _id: 1 }],
    [{ _id: 0 }, { _id: 1, a: 1 }, { a: 1 }],
    [{ x: 1 }, DOCUMENT, { _id: 1 }],
    [{ a: 1 }, { a: 1, _id: 2 }, { a: 1, _id: 2 }],
    [{ 'b.c': 1 }, DOCUMENT, { _id: 1, b: { c: 2 } }],
    [{ b: { c: 1 } }, DOCUMENT, { _id: 1, b: { c: 2 } }],
    [{ b: { c: 1 }, 'b.d': 1 }, DOCUMENT, { _id: 1, b: { c: 2, d: 3 } }],
    [{ 'b.x': 1, 'a.x': 1 }, DOCUMENT, { _id: 1, b: {} }],
    [{ 'e.f': 1 }, DOCUMENT, { _id: 1, e: [{ f: 4 }, [{ f: 7 }]] }],
    [{ a: 0, e: 0 }, DOCUMENT, { _id: 1, b: { c: 2, d: 3 } }],
    [
      { a: 0, _id: 1 },
      { _id: 1, a: 1, b: 2 },
      { _id: 1, b: 2 },
    ],
    [{ a: 0, _id: 0 }, { _id: 1, a: 1, b: 2 }, { b: 2 }],
    [{ 'b.c': 0, 'a.x': 0, e: 0 }, DOCUMENT, { _id: 1, a: 1, b: { d: 3 } }],
    [{ 'e.f': 0, a: 0, b: 0 }, DOCUMENT, { _id: 1, e: [{ g: 5 }, 6, [{ g: 8 }]] }],
    [{ '_id.x': 1 }, { _id: { x: 1, y: 2 }, a: 1 }, { _id: { x: 1 } }],
    [{ '_id.x': 0 }, { _id: { x: 1, y: 2 }, a: 1 }, { _id: { y: 2 }, a: 1 }],
  ])('%j', (spec, document, expected) => {
    expect(project(spec, document)).toBe(JSON.stringify(expected));
  });

  it.each<[Document, Document]>([
    [{ x: '$a' }, { _id: 1, x: 1 }],
    [
      { x: { $add: ['$a', 1] }, a: 1 },
      { _id: 1, a: 1, x: 2 },
    ],
    [
      { x: 'text', y: null },
      { _id: 1, x: 'text', y: null },
    ],
    [{ a: '$b.c' }, { _id: 1, a: 2 }],
    [{ x: '$missing' }, { _id: 1 }],
    [{ 'b.x': '$a' }, { _id: 1, b: { x: 1 } }],
    [
      { 'b.x': '$a', 'b.c': 1 },
      { _id: 1, b: { c: 2, x: 1 } },
    ],
    [
      { 'e.x': '$a', 'e.f': 1 },
      { _id: 1, e: [{ f: 4, x: 1 }, [{ f: 7, x: 1 }]] },
    ],
    [{ 'a.x': '$a' }, { _id: 1, a: { x: 1 } }],
    [
      { b: { x: { $literal: 1 } }, z: '$a', y: '$a' },
      { _id: 1, b: { x: 1 }, z: 1, y: 1 },
    ],
    [
      { _id: '$a', b: 1 },
      { b: { c: 2, d: 3 }, _id: 1 },
    ],
  ])('computes %j', (spec, expected) => {
    expect(project(spec, DOCUMENT)).toBe(JSON.stringify(expected));
  });

  it.each<[Document, Document]>([
    [{ n: { $slice: 2 } }, { _id: 1, n: [1, 2], m: 0 }],
    [{ n: { $slice: -2 } }, { _id: 1, n: [3, 4], m: 0 }],
    [{ n: { $slice: [1, 2] } }, { _id: 1, n: [2, 3], m: 0 }],
    [{ n: { $slice: [-3, 2] } }, { _id: 1, n: [2, 3], m: 0 }],
    [{ n: { $slice: [-9, 2] } }, { _id: 1, n: [1, 2], m: 0 }],
    [{ n: { $slice: [9, 2] } }, { _id: 1, n: [], m: 0 }],
    [{ n: { $slice: 0 } }, { _id: 1, n: [], m: 0 }],
    [{ m: { $slice: 1 } }, { _id: 1, n: [1, 2, 3, 4], m: 0 }],
    [
      { n: { $slice: 1 }, m: 1 },
      { _id: 1, n: [1], m: 0 },
    ],
    [
      { n: { $slice: 1 }, m: 0 },
      { _id: 1, n: [1] },
    ],
    [
      { n: { $slice: 1 }, _id: 0 },
      { n: [1], m: 0 },
    ],
    [
      { n: { $slice: 1 }, _id: 1 },
      { _id: 1, n: [1] },
    ],
    [{ x: { $slice: ['$n', 2] } }, { _id: 1, x: [1, 2] }],
    [{ n: { $slice: ['$n', 1, 2] } }, { _id: 1, n: [2, 3] }],
  ])('cuts arrays: %j', (spec, expected) => {
    expect(project(spec, { _id: 1, n: [1, 2, 3, 4], m: 0 })).toBe(JSON.stringify(expected));
  });

  it('cuts arrays below arrays', () => {
    expect(project({ 'a.b': { $slice: 1 } }, { a: [{ b: [1, 2], c: 3 }, 5] })).toBe(
      '{"a":[{"b":[1],"c":3},5]}',
    );
  });

  it.each<[Document, Document]>([
    [{ e: { $elemMatch: { f: { $gt: 1 } } } }, { _id: 1, e: [{ f: 2, g: 1 }] }],
    [{ e: { $elemMatch: { f: 9 } } }, { _id: 1 }],
    [
      { n: { $elemMatch: { $gt: 1 } }, a: 1 },
      { _id: 1, a: 1, n: [2] },
    ],
    [{ a: { $elemMatch: { f: 1 } } }, { _id: 1 }],
    [{ _id: 0, n: { $elemMatch: { $gte: 1, $lt: 2 } } }, { n: [1] }],
    [
      { a: 0, e: 0, n: { $elemMatch: { $gt: 1 } } },
      { _id: 1, n: [2] },
    ],
  ])('finds the first match: %j', (spec, expected) => {
    const document = { _id: 1, n: [1, 2, 3], a: 1, e: [{ f: 1, g: 0 }, { f: 2, g: 1 }, { f: 3 }] };
    expect(project(spec, document)).toBe(JSON.stringify(expected));
  });

  it.each<[Document, Document, Document, Document]>([
    [{ n: { $gt: 1 } }, { 'n.$': 1 }, { _id: 1, n: [1, 2, 3] }, { _id: 1, n: [2] }],
    [{ 'e.f': 2 }, { 'e.$': 1 }, { e: [{ f: 1 }, { f: 2, g: 3 }] }, { e: [{ f: 2, g: 3 }] }],
    [{ 'b.n': 3 }, { 'b.n.$': 1, a: 1 }, { a: 1, b: { n: [1, 3], m: 1 } }, { a: 1, b: { n: [3] } }],
    [{ n: { $elemMatch: { $gt: 1 } } }, { 'n.$': true }, { n: [0, 5] }, { n: [5] }],
    [{ a: 1 }, { 'a.$': 1 }, { a: 1 }, { a: 1 }],
  ])('keeps the matched element: %j %j', (filter, spec, document, expected) => {
    expect(project(spec, document, filter)).toBe(JSON.stringify(expected));
  });

  it('refuses a positional projection when no element was matched', () => {
    expect(codeOf(() => project({ 'n.$': 1 }, { n: [1], a: 1 }, { a: 1 }))).toBe(51246);
    expect(codeOf(() => project({ 'n.$': 1 }, { n: [1], m: [1, 2] }, { m: 2 }))).toBe(51247);
    expect(codeOf(() => compileProjection({ 'n.$': 1 }))).toBe(51050);
  });

  it.each<[number, Document]>([
    [31254, { a: 1, b: 0 }],
    [31253, { a: 0, b: 1 }],
    [31253, { a: 0, b: { c: 1 } }],
    [31249, { a: 1, 'a.b': 1 }],
    [31250, { 'a.b': 1, a: 1 }],
    [31250, { a: { b: 1 }, 'a.b': 1 }],
    [31252, { a: 0, b: { $add: [1, 2] } }],
    [31310, { a: 0, b: 'x' }],
    [31254, { b: 'x', a: 0 }],
    [51270, { a: {} }],
    [40352, { '': 1 }],
    [40353, { 'a.': 1 }],
    [15998, { 'a..b': 1 }],
    [16410, { $a: 1 }],
    [16410, { 'a.$b': 1 }],
    [16411, { 'a\0': 1 }],
    [31274, { a: { $elemMatch: 1 } }],
    [31275, { 'a.b': { $elemMatch: { c: 1 } } }],
    [31255, { 'a.$': 1, b: { $elemMatch: { c: 1 } } }],
    [31256, { b: { $elemMatch: { c: 1 } }, 'a.$': 1 }],
    [31276, { 'a.$': 1, 'b.$': 1 }],
    [31394, { 'a.$.b': 1 }],
    [31395, { 'a.$': 0 }],
    [31271, { 'a.$': { $add: [1, 2] } }],
    [31308, { 'a.$': 'x' }],
    [31325, { a: { $foo: 1 } }],
    [168, { a: { $add: [{ $foo: 1 }] } }],
    [16410, { a: { $add: [1], $foo: 1 } }],
    [2, { a: { $elemMatch: { $foo: 1 } } }],
  ])('refuses with %i: %j', (code, spec) => {
    expect(codeOf(() => project(spec, {}))).toBe(code);
  });

  it('refuses what nests too deeply', () => {
    let spec: Document = { a: 1 };
    for (let level = 0; level < 20_000; level++) spec = { a: spec };
    expect(codeOf(() => compileProjection(spec))).toBe(15);
    expect(codeOf(() => compileProjection({ [Array(1000).fill('a').join('.')]: '$b' }))).toBe(15);
  });

  it('leaves the document alone and knows no inherited fields', () => {
    const document = JSON.parse('{"_id": 1, "__proto__": {"x": 1}, "a": {"b": 1}}') as Document;
    const before = JSON.stringify(document);
    expect(project({ __proto__: null, ['a.c']: '$_id' }, document)).toBe('{"_id":1,"a":{"c":1}}');
    expect(project(JSON.parse('{"__proto__": 1}') as Document, document)).toBe(
      '{"_id":1,"__proto__":{"x":1}}',
    );
    expect(project({ 'constructor.name': '$_id' }, { _id: 1 })).toBe('{"_id":1,"constructor":{"name":1}}');
    expect(JSON.stringify(document)).toBe(before);
  });

  it('evaluates with the variables of the command', () => {
    expect(compileProjection({ x: '$$v' }, { variables: { v: 7 } })({ _id: 1 })).toEqual({ _id: 1, x: 7 });
  });
});

describe('compileStageProjection', () => {
  it('takes $slice as an expression', () => {
    const { kind, apply } = compileStageProjection({ n: { $slice: ['$n', 1] } });
    expect(kind).toBe('inclusion');
    expect(apply({ _id: 1, n: [1, 2], m: 1 })).toEqual({ _id: 1, n: [1] });
    expect(compileStageProjection({ a: 0 }).kind).toBe('exclusion');
  });

  it.each<[number, Document]>([
    [51272, {}],
    [31324, { 'a.$': 1 }],
    [168, { a: { $elemMatch: { b: 1 } } }],
  ])('refuses with %i: %j', (code, spec) => {
    expect(codeOf(() => compileStageProjection(spec))).toBe(code);
  });
});
