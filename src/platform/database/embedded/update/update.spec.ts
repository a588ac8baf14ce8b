import { BSONRegExp, Decimal128, Double, Timestamp } from 'bson';
import { compileFilter } from '../query/filter.js';
import type { Document } from '../types.js';
import { compileUpdate } from './update.js';

const NOW = new Date('2026-01-02T03:04:05.678Z');

interface Circumstances {
  filter?: Document;
  arrayFilters?: Document[];
  inserting?: boolean;
}

function apply(update: Document | Document[], document: Document, given: Circumstances = {}): Document {
  const compiled = compileUpdate(update, { arrayFilters: given.arrayFilters });
  const filter = compileFilter(given.filter ?? {});
  return compiled.apply(document, { filter, now: NOW, inserting: given.inserting });
}

/** Each case: an update, a document, and what becomes of it; the same document when nothing changes. */
type Case = readonly [update: Document, before: Document, after: Document];

function check(cases: readonly Case[]): void {
  for (const [update, before, after] of cases) {
    const copy = structuredClone(before);
    const result = apply(update, before);
    expect([update, result]).toEqual([update, after]);
    expect([update, Object.keys(result)]).toEqual([update, Object.keys(after)]);
    expect(before).toEqual(copy);
    if (before === after) expect([update, result === before]).toEqual([update, true]);
  }
}

const same = (update: Document, document: Document): Case => [update, document, document];

describe('update operators', () => {
  it('$set sets fields in their places and adds new ones in order of name', () => {
    check([
      [{ $set: { b: 5 } }, { a: 1, b: 2, c: 3 }, { a: 1, b: 5, c: 3 }],
      [{ $set: { z: 1, d: 2, 10: 3 } }, { m: 0 }, { 10: 3, m: 0, d: 2, z: 1 }],
      [{ $set: { 'a.b.c': 1 } }, {}, { a: { b: { c: 1 } } }],
      [{ $set: { 'a.b': 1, 'a.a': 2 } }, { a: { z: 0 } }, { a: { z: 0, a: 2, b: 1 } }],
      [{ $set: { 'a.1': 5 } }, { a: [1, 2] }, { a: [1, 5] }],
      [{ $set: { 'a.3': 5 } }, { a: [1] }, { a: [1, null, null, 5] }],
      [{ $set: { 'a.0.b': 5 } }, { a: [{ b: 1, c: 2 }] }, { a: [{ b: 5, c: 2 }] }],
      [{ $set: { 'a.0': 5 } }, { a: {} }, { a: { 0: 5 } }],
      [{ $set: { a: { $b: 1 } } }, {}, { a: { $b: 1 } }],
      same({ $set: { a: 1 } }, { a: 1 }),
      same({ $set: { 'a.b': [1, { c: 'x' }] } }, { a: { b: [1, { c: 'x' }] } }),
      [{ $set: { a: 1n } }, { a: 1 }, { a: 1n }],
      [{ $set: { a: { x: 1, y: 2 } } }, { a: { y: 2, x: 1 } }, { a: { x: 1, y: 2 } }],
      same({ $set: {} }, { a: 1 }),
    ]);
  });

  it('tells values apart that are equal and stored differently', () => {
    const decimal = { a: Decimal128.fromString('1.0') };
    expect(apply({ $set: { a: Decimal128.fromString('1.00') } }, decimal)).not.toBe(decimal);
    expect(apply({ $set: { a: Decimal128.fromString('1.0') } }, decimal)).toBe(decimal);
    const zero = { a: 0 };
    expect(apply({ $set: { a: -0 } }, zero)).not.toBe(zero);
  });

  it('$unset removes fields and leaves null in arrays', () => {
    check([
      [{ $unset: { b: '' } }, { a: 1, b: 2, c: 3 }, { a: 1, c: 3 }],
      [{ $unset: { 'a.b': 1, c: 1 } }, { a: { b: 1 }, c: 2, d: 3 }, { a: {}, d: 3 }],
      [{ $unset: { 'a.1': '' } }, { a: [1, 2, 3] }, { a: [1, null, 3] }],
      same({ $unset: { x: '', 'a.b': '', 'c.5': '', 'd.x': '' } }, { a: 5, c: [1], d: [1] }),
    ]);
  });

  it('$inc and $mul keep and widen types', () => {
    check([
      [{ $inc: { a: 2 } }, { a: 1 }, { a: 3 }],
      [{ $inc: { a: 2 } }, {}, { a: 2 }],
      [{ $inc: { a: 1 } }, { a: 2147483647 }, { a: 2147483648n }],
      [{ $inc: { a: 1n } }, { a: 1 }, { a: 2n }],
      [{ $inc: { a: 0.5 } }, { a: 1 }, { a: 1.5 }],
      [{ $inc: { a: 0.5 } }, { a: 0.5 }, { a: new Double(1) }],
      [{ $inc: { a: Decimal128.fromString('0.1') } }, { a: 1 }, { a: Decimal128.fromString('1.1') }],
      same({ $inc: { a: 0 } }, { a: 5 }),
      [{ $mul: { a: 3 } }, { a: 2 }, { a: 6 }],
      [{ $mul: { a: 3 } }, {}, { a: 0 }],
      [{ $mul: { a: 3n } }, {}, { a: 0n }],
      [{ $mul: { a: 65536 } }, { a: 65536 }, { a: 4294967296n }],
      [{ $mul: { a: 0.5 } }, { a: 4 }, { a: new Double(2) }],
    ]);
  });

  it('$min and $max compare across types', () => {
    check([
      [{ $min: { a: 1 } }, { a: 2 }, { a: 1 }],
      [{ $max: { a: 'x' } }, { a: 2 }, { a: 'x' }],
      [{ $min: { a: 1 } }, {}, { a: 1 }],
      [{ $min: { a: null } }, { a: 1 }, { a: null }],
      same({ $min: { a: 2n } }, { a: 2 }),
      same({ $max: { a: 1 } }, { a: 2 }),
    ]);
  });

  it('$currentDate takes the time of the command', () => {
    check([
      [{ $currentDate: { a: true, b: { $type: 'date' } } }, {}, { a: NOW, b: NOW }],
      [{ $currentDate: { a: { $type: 'timestamp' } } }, {}, { a: new Timestamp({ t: 1767323045, i: 1 }) }],
    ]);
  });

  it('$bit works on integers', () => {
    check([
      [{ $bit: { a: { and: 10 } } }, { a: 13 }, { a: 8 }],
      [{ $bit: { a: { or: 5 } } }, {}, { a: 5 }],
      [{ $bit: { a: { xor: 5n } } }, { a: 1 }, { a: 4n }],
      [{ $bit: { a: { and: 6, or: 1 } } }, { a: 12 }, { a: 5 }],
      same({ $bit: { a: { or: 1 } } }, { a: 1 }),
    ]);
  });

  it('$rename moves fields', () => {
    check([
      [{ $rename: { a: 'b' } }, { a: 1, c: 2 }, { c: 2, b: 1 }],
      [{ $rename: { a: 'c' } }, { a: 1, c: 2 }, { c: 1 }],
      [{ $rename: { 'a.b': 'x.y' } }, { a: { b: 1, c: 2 } }, { a: { c: 2 }, x: { y: 1 } }],
      [{ $rename: { x: 'b' }, $set: { a: 1, c: 3 } }, { x: 2 }, { a: 1, b: 2, c: 3 }],
      same({ $rename: { x: 'a.b', y: 'z' } }, { a: 5 }),
    ]);
  });

  it('$setOnInsert counts only when inserting', () => {
    const document = { a: 1 };
    expect(apply({ $setOnInsert: { b: 1 } }, document)).toBe(document);
    expect(apply({ $setOnInsert: { b: 1 }, $set: { c: 2 } }, document, { inserting: true })).toEqual({
      a: 1,
      b: 1,
      c: 2,
    });
  });

  it('$push appends, inserts, sorts and cuts', () => {
    check([
      [{ $push: { a: 3 } }, { a: [1, 2] }, { a: [1, 2, 3] }],
      [{ $push: { a: 3 } }, {}, { a: [3] }],
      [{ $push: { a: [1, 2] } }, { a: [] }, { a: [[1, 2]] }],
      [{ $push: { a: { $each: [3, 4] } } }, { a: [1] }, { a: [1, 3, 4] }],
      [{ $push: { a: { $each: [9], $position: 1 } } }, { a: [1, 2] }, { a: [1, 9, 2] }],
      [{ $push: { a: { $each: [9], $position: -1 } } }, { a: [1, 2] }, { a: [1, 9, 2] }],
      [{ $push: { a: { $each: [9], $position: -9 } } }, { a: [1, 2] }, { a: [9, 1, 2] }],
      [{ $push: { a: { $each: [9], $position: 50 } } }, { a: [1] }, { a: [1, 9] }],
      [{ $push: { a: { $each: [3], $slice: 2 } } }, { a: [1, 2] }, { a: [1, 2] }],
      [{ $push: { a: { $each: [3], $slice: -2 } } }, { a: [1, 2] }, { a: [2, 3] }],
      [{ $push: { a: { $each: [3], $slice: 0 } } }, { a: [1] }, { a: [] }],
      [{ $push: { a: { $each: [2], $sort: -1 } } }, { a: [1, 3] }, { a: [3, 2, 1] }],
      [
        { $push: { a: { $each: [{ x: 1 }], $sort: { x: 1 }, $slice: 2 } } },
        { a: [{ x: 3 }, { x: 2 }] },
        { a: [{ x: 1 }, { x: 2 }] },
      ],
      [{ $push: { a: { $each: [] } } }, {}, { a: [] }],
      same({ $push: { a: { $each: [] } } }, { a: [1] }),
      [{ $push: { 'a.b': 1 } }, {}, { a: { b: [1] } }],
    ]);
  });

  it('$addToSet adds what is not there', () => {
    check([
      [{ $addToSet: { a: 2 } }, { a: [1] }, { a: [1, 2] }],
      same({ $addToSet: { a: 1n } }, { a: [1] }),
      same({ $addToSet: { a: { x: 1 } } }, { a: [{ x: 1 }] }),
      [
        { $addToSet: { a: { x: 1, y: 2 } } },
        { a: [{ y: 2, x: 1 }] },
        {
          a: [
            { y: 2, x: 1 },
            { x: 1, y: 2 },
          ],
        },
      ],
      [{ $addToSet: { a: { $each: [1, 2, 2, 3] } } }, { a: [1] }, { a: [1, 2, 3] }],
      [{ $addToSet: { a: [1] } }, {}, { a: [[1]] }],
      [{ $addToSet: { a: { $each: [] } } }, {}, { a: [] }],
    ]);
  });

  it('$pop, $pull and $pullAll remove elements', () => {
    check([
      [{ $pop: { a: 1 } }, { a: [1, 2] }, { a: [1] }],
      [{ $pop: { a: -1 } }, { a: [1, 2] }, { a: [2] }],
      same({ $pop: { a: 1, b: 1 } }, { a: [] }),
      [{ $pull: { a: 1 } }, { a: [1, 2, 1n] }, { a: [2] }],
      [{ $pull: { a: { $gte: 2 } } }, { a: [1, 2, 3] }, { a: [1] }],
      [{ $pull: { a: { $in: [1, 3] } } }, { a: [1, 2, 3] }, { a: [2] }],
      [{ $pull: { a: { x: 1 } } }, { a: [{ x: 1, y: 2 }, { x: 2 }, 5] }, { a: [{ x: 2 }, 5] }],
      [{ $pull: { a: { x: { $gt: 1 }, y: 1 } } }, { a: [{ x: 2, y: 1 }, { x: 2 }] }, { a: [{ x: 2 }] }],
      [{ $pull: { a: { $or: [{ x: 1 }, { y: 1 }] } } }, { a: [{ x: 1 }, { z: 1 }] }, { a: [{ z: 1 }] }],
      [{ $pull: { a: new BSONRegExp('^x') } }, { a: ['xy', 'y'] }, { a: ['y'] }],
      [{ $pull: { a: { $gt: 5 } } }, { a: [[6], 3] }, { a: [3] }],
      [{ $pull: { a: [1, 2] } }, { a: [[1, 2], 1] }, { a: [1] }],
      same({ $pull: { a: 9, 'x.y': 1 } }, { a: [1] }),
      [{ $pullAll: { a: [1, { x: 1 }] } }, { a: [1, { x: 1 }, { x: 1, y: 1 }] }, { a: [{ x: 1, y: 1 }] }],
      same({ $pullAll: { a: [] } }, { a: [1] }),
    ]);
  });

  it('keeps names of the prototype ordinary', () => {
    const update = { $set: JSON.parse('{"__proto__": {"x": 1}, "constructor": 2}') as Document };
    const result = apply(update, { a: 1 });
    expect(JSON.stringify(result)).toBe('{"a":1,"__proto__":{"x":1},"constructor":2}');
    expect(JSON.stringify(apply({ $unset: { constructor: 1 } }, result))).toBe('{"a":1,"__proto__":{"x":1}}');
    expect(Object.prototype).not.toHaveProperty('x');
  });
});

describe('positional updates', () => {
  it.each<[Document, Document, Circumstances, Document]>([
    [{ $set: { 'a.$': 9 } }, { a: [1, 2, 3] }, { filter: { a: 2 } }, { a: [1, 9, 3] }],
    [
      { $set: { 'a.$.x': 9 } },
      { a: [{ y: 1 }, { y: 2 }] },
      { filter: { 'a.y': 2 } },
      { a: [{ y: 1 }, { y: 2, x: 9 }] },
    ],
    [
      { $inc: { 'a.$.x': 1 }, $set: { 'a.0.z': 1 } },
      { a: [{ x: 1 }] },
      { filter: { a: { $elemMatch: { x: 1 } } } },
      { a: [{ x: 2, z: 1 }] },
    ],
    [{ $set: { 'a.$[]': 0 } }, { a: [1, 2] }, {}, { a: [0, 0] }],
    [{ $inc: { 'a.$[].x': 1 } }, { a: [{ x: 1 }, { x: 2 }] }, {}, { a: [{ x: 2 }, { x: 3 }] }],
    [{ $unset: { 'a.$[]': 1 } }, { a: [1, 2] }, {}, { a: [null, null] }],
    [{ $set: { 'a.$[i]': 0 } }, { a: [1, 5, 9] }, { arrayFilters: [{ i: { $gte: 5 } }] }, { a: [1, 0, 0] }],
    [
      { $set: { 'a.$[i].x': 0, 'a.$[j].y': 1 } },
      { a: [{ x: 1 }, { x: 2 }] },
      { arrayFilters: [{ 'i.x': 1 }, { 'j.x': { $lte: 2 } }] },
      {
        a: [
          { x: 0, y: 1 },
          { x: 2, y: 1 },
        ],
      },
    ],
    [
      { $set: { 'a.$[i].b.$[j]': 0 } },
      {
        a: [
          { n: 1, b: [1, 2] },
          { n: 2, b: [1, 2] },
        ],
      },
      { arrayFilters: [{ 'i.n': 2 }, { j: 1 }] },
      {
        a: [
          { n: 1, b: [1, 2] },
          { n: 2, b: [0, 2] },
        ],
      },
    ],
    [{ $pull: { 'a.$[].b': 1 } }, { a: [{ b: [1, 2] }, { b: [2] }] }, {}, { a: [{ b: [2] }, { b: [2] }] }],
    [
      { $set: { 'a.$[i]': 0 } },
      { a: [1, 5] },
      { arrayFilters: [{ $or: [{ i: 1 }, { i: { $gt: 7 } }] }] },
      { a: [0, 5] },
    ],
  ])('%j on %j', (update, document, circumstances, expected) => {
    expect(apply(update, document, circumstances)).toEqual(expected);
  });

  it('answers with the same document when no element is meant', () => {
    const document = { a: [1] };
    expect(apply({ $set: { 'a.$[i]': 0 } }, document, { arrayFilters: [{ i: 5 }] })).toBe(document);
  });
});

describe('replacement', () => {
  it('replaces everything but _id, which stays first', () => {
    expect(JSON.stringify(apply({ b: 1 }, { _id: 1, a: 1 }))).toBe('{"_id":1,"b":1}');
    expect(JSON.stringify(apply({ b: 1, _id: 1 }, { _id: 1, a: 1 }))).toBe('{"_id":1,"b":1}');
    expect(apply({}, { _id: 1, a: 1 })).toEqual({ _id: 1 });
  });

  it('answers with the same document when it is equal', () => {
    const document = { _id: 1, a: [1] };
    expect(apply({ a: [1] }, document)).toBe(document);
  });

  it('fills an empty timestamp at the top level', () => {
    const empty = new Timestamp({ t: 0, i: 0 });
    expect(apply({ a: empty, b: { c: empty } }, { _id: 1 })).toEqual({
      _id: 1,
      a: new Timestamp({ t: 1767323045, i: 1 }),
      b: { c: empty },
    });
  });
});

describe('pipeline', () => {
  it('applies its stages', () => {
    expect(apply([{ $set: { b: 5 } }, { $unset: 'a' }], { _id: 1, a: 1 })).toEqual({ _id: 1, b: 5 });
  });

  it('keeps _id and notices when nothing changes', () => {
    expect(JSON.stringify(apply([{ $replaceWith: { b: 1 } }], { _id: 1 }))).toBe('{"_id":1,"b":1}');
    const document = { _id: 1, a: 1 };
    expect(apply([{ $set: { a: 1 } }], document)).toBe(document);
  });
});
