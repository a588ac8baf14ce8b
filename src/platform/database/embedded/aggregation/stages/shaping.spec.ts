import { MemoryContext, pipelines, runPipeline } from '../testing/pipelines.js';
import type { PipelineRow } from '../testing/pipelines.js';
import { decimal, double, fails, value } from '../testing/cases.js';

const ITEMS = [
  { _id: 1, a: 3, t: ['x', 'y'], s: { p: 1, q: 2 } },
  { _id: 2, a: 1, t: [] },
  { _id: 3, a: 2, t: 'z', s: [{ p: 5, q: 6 }, { q: 7 }, 8] },
];
const one = [{ _id: 1, a: 1, b: { c: 2, d: 3 }, e: [{ f: 1, g: 2 }, 5] }];

const rows: PipelineRow[] = [
  [
    '$match filters',
    [{ $match: { a: { $gt: 1 } } }, { $project: { _id: 1 } }],
    ITEMS,
    value([{ _id: 1 }, { _id: 3 }]),
  ],
  [
    '$match with $expr',
    [{ $match: { $expr: { $eq: ['$a', '$_id'] } } }],
    [
      { _id: 1, a: 1 },
      { _id: 2, a: 1 },
    ],
    value([{ _id: 1, a: 1 }]),
  ],
  ['$match needs an object', [{ $match: 5 }], [], fails(15959)],
  ['$match refuses unknown operators', [{ $match: { a: { $nonsense: 1 } } }], [], fails(2)],
  ['$project includes', [{ $project: { a: 1, 'b.c': true } }], one, value([{ _id: 1, a: 1, b: { c: 2 } }])],
  [
    '$project excludes',
    [{ $project: { a: 0, b: { c: 0 }, 'e.f': 0 } }],
    one,
    value([{ _id: 1, b: { d: 3 }, e: [{ g: 2 }, 5] }]),
  ],
  [
    '$project computes',
    [{ $project: { _id: 0, x: '$b.c', y: { z: { $add: ['$a', 1] } }, w: 'lit' } }],
    one,
    value([{ x: 2, y: { z: 2 }, w: 'lit' }]),
  ],
  [
    '$project drops missing computed fields',
    [{ $project: { _id: 0, x: '$nope', y: '$$REMOVE' } }],
    one,
    value([{}]),
  ],
  ['$project removes only _id', [{ $project: { _id: 0 } }], [{ _id: 1, a: 1 }], value([{ a: 1 }])],
  [
    '$project of an array field',
    [{ $project: { 's.p': 1 } }],
    [ITEMS[2]],
    value([{ _id: 3, s: [{ p: 5 }, {}] }]),
  ],
  ['$project needs a field', [{ $project: {} }], [], fails(51272)],
  ['$project needs an object', [{ $project: 'a' }], [], fails(15969)],
  ['$project refuses to mix', [{ $project: { a: 1, b: 0 } }], [], fails(31254)],
  ['$project refuses to mix the other way', [{ $project: { a: 0, b: 1 } }], [], fails(31253)],
  ['$project refuses collisions', [{ $project: { a: 1, 'a.b': 1 } }], [], fails(31249)],
  [
    '$addFields adds and replaces',
    [{ $addFields: { a: 5, 'b.c': '$a', n: { m: 1 } } }],
    one,
    value([{ _id: 1, a: 5, b: { c: 1, d: 3 }, e: [{ f: 1, g: 2 }, 5], n: { m: 1 } }]),
  ],
  [
    '$set enters arrays',
    [{ $set: { 'e.h': '$a' } }, { $project: { e: 1 } }],
    one,
    value([{ _id: 1, e: [{ f: 1, g: 2, h: 1 }, { h: 1 }] }]),
  ],
  ['$set removes with $$REMOVE', [{ $set: { b: '$$REMOVE', e: '$nope' } }], one, value([{ _id: 1, a: 1 }])],
  [
    '$set sees the document as it was',
    [{ $set: { a: 2, x: '$a' } }, { $project: { x: 1 } }],
    one,
    value([{ _id: 1, x: 1 }]),
  ],
  [
    '$set replaces what is no document',
    [{ $set: { 'a.b': 1 } }, { $project: { a: 1 } }],
    one,
    value([{ _id: 1, a: { b: 1 } }]),
  ],
  ['$addFields needs an object', [{ $addFields: 5 }], [], fails(40272)],
  ['$addFields needs a field', [{ $addFields: {} }], [], fails(40177)],
  ['$addFields refuses empty objects', [{ $addFields: { a: {} } }], [], fails(40180)],
  ['$addFields refuses conflicts', [{ $addFields: { a: 1, 'a.b': 1 } }], [], fails(40176)],
  ['$addFields refuses bad paths', [{ $addFields: { 'a.': 1 } }], [], fails(40353)],
  ['$unset one', [{ $unset: 'b.c' }, { $project: { b: 1 } }], one, value([{ _id: 1, b: { d: 3 } }])],
  ['$unset several', [{ $unset: ['a', 'b', 'e'] }], one, value([{ _id: 1 }])],
  ['$unset wants strings', [{ $unset: 5 }], [], fails(31002)],
  ['$unset wants at least one', [{ $unset: [] }], [], fails(31119)],
  ['$unset wants only strings', [{ $unset: [5] }], [], fails(31120)],
  ['$replaceRoot', [{ $replaceRoot: { newRoot: '$b' } }], one, value([{ c: 2, d: 3 }])],
  [
    '$replaceWith',
    [{ $replaceWith: { $mergeObjects: ['$b', { x: '$a' }] } }],
    one,
    value([{ c: 2, d: 3, x: 1 }]),
  ],
  ['$replaceRoot wants documents', [{ $replaceRoot: { newRoot: '$a' } }], one, fails(40228)],
  ['$replaceWith wants documents', [{ $replaceWith: '$nope' }], one, fails(40228)],
  ['$replaceRoot wants an object', [{ $replaceRoot: 'x' }], [], fails(40229)],
  ['$replaceRoot wants newRoot', [{ $replaceRoot: {} }], [], fails(40414)],
  ['$replaceRoot knows no other field', [{ $replaceRoot: { newRoot: {}, x: 1 } }], [], fails(40415)],
  [
    '$unwind',
    [{ $unwind: '$t' }, { $project: { t: 1 } }],
    ITEMS,
    value([
      { _id: 1, t: 'x' },
      { _id: 1, t: 'y' },
      { _id: 3, t: 'z' },
    ]),
  ],
  [
    '$unwind keeps and counts',
    [
      { $unwind: { path: '$t', preserveNullAndEmptyArrays: true, includeArrayIndex: 'i' } },
      { $project: { t: 1, i: 1 } },
    ],
    ITEMS,
    value([
      { _id: 1, t: 'x', i: 0n },
      { _id: 1, t: 'y', i: 1n },
      { _id: 2, i: null },
      { _id: 3, t: 'z', i: null },
    ]),
  ],
  [
    '$unwind of a nested path',
    [{ $unwind: '$x.y' }],
    [{ _id: 1, x: { y: [1, 2], z: 0 } }],
    value([
      { _id: 1, x: { y: 1, z: 0 } },
      { _id: 1, x: { y: 2, z: 0 } },
    ]),
  ],
  ['$unwind wants a string or object', [{ $unwind: 5 }], [], fails(15981)],
  ['$unwind wants a string path', [{ $unwind: { path: 5 } }], [], fails(28808)],
  ['$unwind wants a boolean', [{ $unwind: { path: '$a', preserveNullAndEmptyArrays: 1 } }], [], fails(28809)],
  ['$unwind wants an index name', [{ $unwind: { path: '$a', includeArrayIndex: '' } }], [], fails(28810)],
  ['$unwind knows its options', [{ $unwind: { path: '$a', x: 1 } }], [], fails(28811)],
  ['$unwind wants a path', [{ $unwind: {} }], [], fails(28812)],
  ['$unwind wants a prefix', [{ $unwind: 'a' }], [], fails(28818)],
  [
    '$unwind wants no prefix in the index',
    [{ $unwind: { path: '$a', includeArrayIndex: '$i' } }],
    [],
    fails(28822),
  ],
  [
    '$sort',
    [{ $sort: { a: 1 } }, { $project: { _id: 1 } }],
    ITEMS,
    value([{ _id: 2 }, { _id: 3 }, { _id: 1 }]),
  ],
  ['$sort wants an object', [{ $sort: 5 }], [], fails(15973)],
  ['$sort wants directions', [{ $sort: { a: 'x' } }], [], fails(15974)],
  ['$sort wants 1 or -1', [{ $sort: { a: 2 } }], [], fails(15975)],
  ['$sort wants a key', [{ $sort: {} }], [], fails(15976)],
  [
    '$limit and $skip',
    [{ $skip: 1 }, { $limit: double(1) }, { $project: { _id: 1 } }],
    ITEMS,
    value([{ _id: 2 }]),
  ],
  ['$limit wants a number', [{ $limit: 'x' }], [], fails(2107201)],
  ['$limit wants a whole number', [{ $limit: 1.5 }], [], fails(2107201)],
  ['$limit wants no negative', [{ $limit: -1 }], [], fails(2107201)],
  ['$limit wants more than zero', [{ $limit: 0 }], [], fails(15958)],
  ['$skip wants a number', [{ $skip: 'x' }], [], fails(5107200)],
  ['$skip wants no negative', [{ $skip: -1 }], [], fails(5107200)],
  ['$count', [{ $count: 'n' }], ITEMS, value([{ n: 3 }])],
  ['$count of nothing', [{ $count: 'n' }], [], value([])],
  ['$count wants a string', [{ $count: 5 }], [], fails(40156)],
  ['$count wants a name', [{ $count: '' }], [], fails(40157)],
  ['$count wants no prefix', [{ $count: '$a' }], [], fails(40158)],
  ['$count wants no null', [{ $count: 'a\0' }], [], fails(40159)],
  ['$count wants no dot', [{ $count: 'a.b' }], [], fails(40160)],
  ['$sample wants an object', [{ $sample: 5 }], [], fails(28745)],
  ['$sample wants a number', [{ $sample: { size: 'x' } }], [], fails(28746)],
  ['$sample wants a positive number', [{ $sample: { size: -1 } }], [], fails(28747)],
  ['$sample knows its options', [{ $sample: { size: 1, x: 1 } }], [], fails(28748)],
  ['$sample wants a size', [{ $sample: {} }], [], fails(28749)],
  [
    '$redact descends, keeps and prunes',
    [
      {
        $redact: {
          $switch: {
            branches: [
              { case: { $eq: ['$level', 1] }, then: '$$KEEP' },
              { case: { $eq: ['$level', 5] }, then: '$$PRUNE' },
            ],
            default: '$$DESCEND',
          },
        },
      },
    ],
    [
      {
        _id: 1,
        x: { level: 1, y: { level: 5 } },
        z: [{ level: 5 }, { v: { level: 5 } }, 7, [{ level: 5 }, 8]],
      },
      { _id: 2, level: 5 },
    ],
    value([{ _id: 1, x: { level: 1, y: { level: 5 } }, z: [{}, 7, [8]] }]),
  ],
  [
    '$redact sees the root',
    [{ $redact: { $cond: [{ $eq: ['$$ROOT.a', 1] }, '$$DESCEND', '$$PRUNE'] } }],
    [{ a: 1, b: { a: 2 } }],
    value([{ a: 1, b: { a: 2 } }]),
  ],
  ['$redact wants one of its answers', [{ $redact: 'x' }], one, fails(17053)],
];

describe('stages that shape documents', () => {
  test.each(pipelines(rows))('$title', ({ outcome, expected }) => {
    expect(outcome()).toBe(expected);
  });

  test('leave their input as it was', () => {
    const input = [{ _id: 1, a: { b: [1, 2] }, c: 1 }];
    const copy = structuredClone(input);
    runPipeline([{ $set: { 'a.x': 1, c: '$$REMOVE' } }, { $unset: 'a.b' }], input);
    runPipeline([{ $unwind: '$a.b' }, { $set: { 'a.b': 9 } }], input);
    expect(input).toEqual(copy);
  });

  test('$sample takes as many as there are, each once', () => {
    const input = Array.from({ length: 500 }, (_, index) => ({ _id: index }));
    const ids = runPipeline([{ $sample: { size: 20 } }], input).map(({ _id }) => _id);
    expect(new Set(ids).size).toBe(20);
    expect(runPipeline([{ $sample: { size: 600 } }], input)).toHaveLength(500);
  });

  test('$sort keeps the order of equal documents over many runs', () => {
    const input = Array.from({ length: 5000 }, (_, index) => ({ _id: index, k: (index * 7) % 10 }));
    const sorted = runPipeline([{ $sort: { k: -1 } }], input);
    const expected = input.toSorted((left, right) => right.k - left.k || left._id - right._id);
    expect(sorted).toEqual(expected);
  });

  test.each([1, 10, 600, 5000])('$sort before $limit %i gives the first of the whole order', (limit) => {
    const input = Array.from({ length: 5000 }, (_, index) => ({ _id: index, k: (index * 7919) % 5000 }));
    const expected = input.toSorted((left, right) => left.k - right.k).slice(3, 3 + limit);
    expect(runPipeline([{ $sort: { k: 1 } }, { $skip: 3 }, { $limit: limit }], input)).toEqual(expected);
  });

  test('$sort before a small $limit holds few documents', () => {
    const context = new MemoryContext();
    const input = Array.from({ length: 20_000 }, (_, index) => ({ _id: index, text: 'x'.repeat(100) }));
    runPipeline([{ $sort: { _id: -1 } }, { $limit: 5 }], input, { context });
    expect(context.peak).toBeLessThan(1_000_000);
    expect(context.charged).toBe(0);
  });

  test('collation decides order and equality', () => {
    const context = new MemoryContext();
    context.collation = { locale: 'en', strength: 2 };
    const input = [{ n: 'b' }, { n: 'A' }, { n: 'B' }, { n: 'a' }];
    expect(runPipeline([{ $sort: { n: 1 } }], input, { context })).toEqual([
      { n: 'A' },
      { n: 'a' },
      { n: 'b' },
      { n: 'B' },
    ]);
    expect(runPipeline([{ $match: { n: 'a' } }, { $count: 'c' }], input, { context })).toEqual([{ c: 2 }]);
    expect(runPipeline([{ $sortByCount: '$n' }], input, { context })).toEqual([
      { _id: 'b', count: 2 },
      { _id: 'A', count: 2 },
    ]);
  });

  test('numbers keep their types', () => {
    expect(runPipeline([{ $set: { x: { $add: ['$d', 1] } } }], [{ d: decimal('1.50') }])[0].x).toEqual(
      decimal('2.50'),
    );
  });
});
