import { BSONRegExp } from 'bson';
import type { Document } from '../../types.js';
import { double, fails, value } from '../testing/cases.js';
import { MemoryContext, pipelines, runPipeline } from '../testing/pipelines.js';
import type { PipelineRow } from '../testing/pipelines.js';

const collections = {
  items: [{ _id: 1, k: 'a' }],
  stock: [
    { _id: 1, sku: 'a', n: 5 },
    { _id: 2, sku: 'b', n: 7 },
    { _id: 3, sku: ['a', 'c'], n: 9 },
    { _id: 4, n: 1 },
    { _id: 5, sku: null, n: 2 },
  ],
  people: [
    { _id: 1, name: 'Dev' },
    { _id: 2, name: 'Eliot', boss: 'Dev' },
    { _id: 3, name: 'Ron', boss: 'Eliot' },
    { _id: 4, name: 'Andrew', boss: 'Eliot' },
    { _id: 5, name: 'Asya', boss: 'Ron' },
    { _id: 6, name: 'Loop', boss: 'Loop' },
  ],
};

const equality = { $lookup: { from: 'stock', localField: 'k', foreignField: 'sku', as: 'j' } };
const ids = { $project: { j: { $map: { input: '$j', in: '$$this._id' } } } };

const lookups: PipelineRow[] = [
  ['equality', [equality, ids], [{ _id: 1, k: 'b' }], value([{ _id: 1, j: [2] }])],
  ['equality with an array there', [equality, ids], [{ _id: 1, k: 'a' }], value([{ _id: 1, j: [1, 3] }])],
  [
    'equality with an array here',
    [equality, ids],
    [{ _id: 1, k: ['b', 'c'] }],
    value([{ _id: 1, j: [2, 3] }]),
  ],
  ['null matches null and missing', [equality, ids], [{ _id: 1, k: null }], value([{ _id: 1, j: [4, 5] }])],
  ['missing matches null and missing', [equality, ids], [{ _id: 1 }], value([{ _id: 1, j: [4, 5] }])],
  ['an empty array counts as null', [equality, ids], [{ _id: 1, k: [] }], value([{ _id: 1, j: [4, 5] }])],
  ['no match', [equality], [{ _id: 1, k: 'zzz' }], value([{ _id: 1, k: 'zzz', j: [] }])],
  [
    'a collection that does not exist',
    [{ $lookup: { from: 'none', localField: 'k', foreignField: 'x', as: 'j' } }],
    [{ _id: 1 }],
    value([{ _id: 1, j: [] }]),
  ],
  [
    'a path through documents in an array',
    [{ $lookup: { from: 'stock', localField: 'o.k', foreignField: 'sku', as: 'j' } }, ids],
    [{ _id: 1, o: [{ k: 'b' }, { k: 'c' }, {}] }],
    value([{ _id: 1, j: [2, 3] }]),
  ],
  [
    'as may be a path',
    [
      { $lookup: { from: 'stock', localField: 'k', foreignField: 'sku', as: 'x.y' } },
      { $project: { 'x.z': 1, n: { $size: '$x.y' } } },
    ],
    [{ _id: 1, k: 'b', x: { z: 1 } }],
    value([{ _id: 1, x: { z: 1 }, n: 1 }]),
  ],
  [
    'a regular expression is a value',
    [equality, ids],
    [{ _id: 1, k: [new BSONRegExp('a'), 'b'] }],
    value([{ _id: 1, j: [2] }]),
  ],
  [
    'a pipeline with let',
    [
      {
        $lookup: {
          from: 'stock',
          let: { want: '$k', least: '$least' },
          pipeline: [
            { $match: { $expr: { $and: [{ $eq: ['$sku', '$$want'] }, { $gte: ['$n', '$$least'] }] } } },
            { $project: { _id: 0, n: { $add: ['$n', '$$least'] } } },
          ],
          as: 'j',
        },
      },
    ],
    [
      { _id: 1, k: 'a', least: 1 },
      { _id: 2, k: 'b', least: 100 },
    ],
    value([
      { _id: 1, k: 'a', least: 1, j: [{ n: 6 }] },
      { _id: 2, k: 'b', least: 100, j: [] },
    ]),
  ],
  [
    'equality and pipeline',
    [
      {
        $lookup: {
          from: 'stock',
          localField: 'k',
          foreignField: 'sku',
          let: { max: '$max' },
          pipeline: [{ $match: { $expr: { $lt: ['$n', '$$max'] } } }, { $sort: { n: -1 } }],
          as: 'j',
        },
      },
      ids,
    ],
    [{ _id: 1, k: 'a', max: 9 }],
    value([{ _id: 1, j: [1] }]),
  ],
  [
    'a variable that is missing',
    [
      {
        $lookup: {
          from: 'stock',
          let: { w: '$nope' },
          pipeline: [{ $match: { $expr: { $eq: ['$sku', '$$w'] } } }],
          as: 'j',
        },
      },
      ids,
    ],
    [{ _id: 1 }],
    value([{ _id: 1, j: [4] }]),
  ],
  [
    'an array variable equals whole arrays',
    [
      {
        $lookup: {
          from: 'stock',
          let: { w: '$k' },
          pipeline: [{ $match: { $expr: { $eq: ['$sku', '$$w'] } } }],
          as: 'j',
        },
      },
      ids,
    ],
    [{ _id: 1, k: ['a', 'c'] }],
    value([{ _id: 1, j: [3] }]),
  ],
  [
    'pipelines inside pipelines see all variables',
    [
      {
        $lookup: {
          from: 'stock',
          let: { k: '$k' },
          pipeline: [
            { $match: { $expr: { $eq: ['$sku', '$$k'] } } },
            {
              $lookup: {
                from: 'stock',
                let: { n: '$n' },
                pipeline: [
                  { $match: { $expr: { $gt: ['$n', '$$n'] } } },
                  { $project: { _id: 1, both: { $concat: ['$$k', { $toString: '$$n' }] } } },
                ],
                as: 'more',
              },
            },
            { $project: { more: 1 } },
          ],
          as: 'j',
        },
      },
    ],
    [{ _id: 1, k: 'b' }],
    value([{ _id: 1, k: 'b', j: [{ _id: 2, more: [{ _id: 3, both: 'b7' }] }] }]),
  ],
  [
    '$documents',
    [{ $lookup: { pipeline: [{ $documents: [{ x: 1 }] }], as: 'j' } }],
    [{ _id: 1 }],
    value([{ _id: 1, j: [{ x: 1 }] }]),
  ],
  ['wants an object', [{ $lookup: 'x' }], [], fails(9)],
  ['wants as', [{ $lookup: { from: 'a', localField: 'a', foreignField: 'b' } }], [], fails(9)],
  ['wants both fields', [{ $lookup: { from: 'a', localField: 'a', as: 'b' } }], [], fails(9)],
  ['wants fields or a pipeline', [{ $lookup: { from: 'a', as: 'b' } }], [], fails(9)],
  [
    'wants a pipeline for let',
    [{ $lookup: { from: 'a', localField: 'a', foreignField: 'b', let: {}, as: 'b' } }],
    [],
    fails(9),
  ],
  ['wants from', [{ $lookup: { pipeline: [], as: 'b' } }], [], fails(9)],
  ['wants strings', [{ $lookup: { from: 5, pipeline: [], as: 'b' } }], [], fails(9)],
  ['knows its options', [{ $lookup: { from: 'a', pipeline: [], as: 'b', x: 1 } }], [], fails(9)],
  ['wants an array', [{ $lookup: { from: 'a', pipeline: 5, as: 'b' } }], [], fails(14)],
  ['wants a good let', [{ $lookup: { from: 'a', let: 5, pipeline: [], as: 'b' } }], [], fails(9)],
  ['wants good names', [{ $lookup: { from: 'a', let: { X: 1 }, pipeline: [], as: 'b' } }], [], fails(9)],
  ['refuses $out inside', [{ $lookup: { from: 'a', pipeline: [{ $out: 'x' }], as: 'b' } }], [], fails(51047)],
  [
    'refuses $merge inside',
    [{ $lookup: { from: 'a', pipeline: [{ $merge: 'x' }], as: 'b' } }],
    [],
    fails(51047),
  ],
  [
    'checks its pipeline',
    [{ $lookup: { from: 'a', pipeline: [{ $nonsense: 1 }], as: 'b' } }],
    [],
    fails(40324),
  ],
  [
    'checks the head of its pipeline',
    [{ $lookup: { from: 'a', pipeline: [{ $match: { $expr: '$$nope' } }], as: 'b' } }],
    [],
    fails(17276),
  ],
];

const graph = (extra: Document = {}): Document => ({
  $graphLookup: {
    from: 'people',
    startWith: '$boss',
    connectFromField: 'boss',
    connectToField: 'name',
    as: 'up',
    ...extra,
  },
});
const names = { $project: { up: { $sortArray: { input: '$up.name', sortBy: 1 } } } };

const graphs: PipelineRow[] = [
  ['follows', [graph(), names], [{ _id: 5, boss: 'Ron' }], value([{ _id: 5, up: ['Dev', 'Eliot', 'Ron'] }])],
  ['ends on a cycle', [graph(), names], [{ _id: 6, boss: 'Loop' }], value([{ _id: 6, up: ['Loop'] }])],
  [
    'starts with several',
    [graph({ startWith: ['Ron', 'Loop'], maxDepth: 0 }), names],
    [{ _id: 1 }],
    value([{ _id: 1, up: ['Loop', 'Ron'] }]),
  ],
  ['of nothing finds nothing', [graph(), names], [{ _id: 1 }], value([{ _id: 1, up: [] }])],
  [
    'tells the depth',
    [
      graph({ depthField: 'd', maxDepth: 1n }),
      { $project: { up: { $map: { input: '$up', in: ['$$this.name', '$$this.d'] } } } },
    ],
    [{ _id: 5, boss: 'Ron' }],
    value([
      {
        _id: 5,
        up: [
          ['Ron', 0n],
          ['Eliot', 1n],
        ],
      },
    ]),
  ],
  [
    'is restricted',
    [graph({ restrictSearchWithMatch: { name: { $ne: 'Eliot' } } }), names],
    [{ _id: 5, boss: 'Ron' }],
    value([{ _id: 5, up: ['Ron'] }]),
  ],
  ['wants an object', [{ $graphLookup: 1 }], [], fails(40327)],
  ['wants its arguments', [{ $graphLookup: { from: 'x' } }], [], fails(40105)],
  ['knows its arguments', [graph({ x: 1 })], [], fails(40104)],
  ['wants strings', [graph({ as: 5 })], [], fails(40103)],
  ['wants a number', [graph({ maxDepth: 'x' })], [], fails(40100)],
  ['wants no negative', [graph({ maxDepth: -1 })], [], fails(40101)],
  ['wants a whole number', [graph({ maxDepth: 1.5 })], [], fails(40102)],
  ['wants a restriction object', [graph({ restrictSearchWithMatch: 5 })], [], fails(40185)],
];

const unions: PipelineRow[] = [
  ['appends a collection', [{ $unionWith: 'items' }], [{ _id: 9 }], value([{ _id: 9 }, { _id: 1, k: 'a' }])],
  [
    'appends the results of a pipeline',
    [{ $unionWith: { coll: 'stock', pipeline: [{ $match: { n: { $gt: 5 } } }, { $project: { n: 1 } }] } }],
    [{ _id: 9 }],
    value([{ _id: 9 }, { _id: 2, n: 7 }, { _id: 3, n: 9 }]),
  ],
  ['appends documents', [{ $unionWith: { pipeline: [{ $documents: [{ x: 1 }] }] } }], [], value([{ x: 1 }])],
  ['appends nothing of an absent collection', [{ $unionWith: 'none' }], [{ _id: 1 }], value([{ _id: 1 }])],
  ['wants a name', [{ $unionWith: 5 }], [], fails(9)],
  ['wants coll or $documents', [{ $unionWith: { pipeline: [] } }], [], fails(9)],
  ['wants a string', [{ $unionWith: { coll: 5 } }], [], fails(14)],
  ['knows its options', [{ $unionWith: { coll: 'x', y: 1 } }], [], fails(40415)],
  ['refuses $out inside', [{ $unionWith: { coll: 'x', pipeline: [{ $out: 'y' }] } }], [], fails(31441)],
];

const facets: PipelineRow[] = [
  [
    'runs pipelines side by side',
    [{ $facet: { n: [{ $count: 'c' }], top: [{ $sort: { a: -1 } }, { $limit: 1 }], none: [] } }],
    [{ a: 1 }, { a: double(2) }],
    value([{ n: [{ c: 2 }], top: [{ a: double(2) }], none: [{ a: 1 }, { a: double(2) }] }]),
  ],
  ['answers also for nothing', [{ $facet: { n: [{ $count: 'c' }] } }], [], value([{ n: [] }])],
  ['wants an object', [{ $facet: [] }], [], fails(40169)],
  ['wants a pipeline', [{ $facet: {} }], [], fails(40169)],
  ['wants arrays', [{ $facet: { a: 5 } }], [], fails(40170)],
  ['wants good names', [{ $facet: { $a: [] } }], [], fails(16410)],
  ['refuses itself', [{ $facet: { a: [{ $facet: { b: [] } }] } }], [], fails(40600)],
  ['refuses $out', [{ $facet: { a: [{ $out: 'x' }] } }], [], fails(40600)],
  ['refuses $documents', [{ $facet: { a: [{ $documents: [] }] } }], [], fails(40600)],
  ['wants stages', [{ $facet: { a: [5] } }], [], fails(14)],
];

describe.each<[string, PipelineRow[]]>([
  ['$lookup', lookups],
  ['$graphLookup', graphs],
  ['$unionWith', unions],
  ['$facet', facets],
])('%s', (_stage, rows) => {
  test.each(pipelines(rows, { collections }))('$title', ({ outcome, expected }) => {
    expect(outcome()).toBe(expected);
  });
});

describe('how $lookup reads', () => {
  const outer = [
    { _id: 1, k: 'a' },
    { _id: 2, k: 'b' },
  ];
  const run = (lookup: Document): MemoryContext => {
    const context = new MemoryContext(collections);
    runPipeline([{ $lookup: lookup }], outer, { context });
    return context;
  };

  test('an equality is asked for as one that an index can serve', () => {
    const { scans } = run({ from: 'stock', localField: 'k', foreignField: 'sku', as: 'j' });
    expect(scans.map(({ filter }) => filter)).toEqual([{ sku: { $eq: 'a' } }, { sku: { $eq: 'b' } }]);
  });

  test('a variable is asked for as a constant beside its $expr', () => {
    const pipeline = [{ $match: { $expr: { $eq: ['$sku', '$$k'] } } }, { $sort: { n: 1 } }, { $limit: 2 }];
    const { scans } = run({ from: 'stock', let: { k: '$k' }, pipeline, as: 'j' });
    expect(scans[0]).toMatchObject({
      filter: { $and: [{ sku: { $eq: 'a' } }, { $expr: { $eq: ['$sku', { $literal: 'a' }] } }] },
      sort: { n: 1 },
      limit: 2,
    });
  });

  test('a pipeline without variables runs once', () => {
    const { scans, charged, peak } = run({ from: 'stock', pipeline: [{ $match: { n: 5 } }], as: 'j' });
    expect(scans).toHaveLength(1);
    expect(peak).toBeGreaterThan(0);
    expect(charged).toBe(0);
  });

  test('a pipeline that differs from run to run does not', () => {
    expect(run({ from: 'stock', pipeline: [{ $set: { r: { $rand: {} } } }], as: 'j' }).scans).toHaveLength(2);
    expect(
      run({ from: 'stock', let: { k: 1 }, pipeline: [{ $set: { r: '$$k' } }], as: 'j' }).scans,
    ).toHaveLength(2);
  });

  test('the memory of each result is given back', () => {
    const { charged, peak } = run({ from: 'stock', localField: 'k', foreignField: 'sku', as: 'j' });
    expect(peak).toBeGreaterThan(0);
    expect(charged).toBe(0);
  });

  test('results that are kept are not shared between documents', () => {
    const context = new MemoryContext(collections);
    const results = runPipeline(
      [
        { $lookup: { from: 'stock', pipeline: [], as: 'j' } },
        { $unwind: '$j' },
        { $group: { _id: '$_id', n: { $sum: 1 } } },
      ],
      outer,
      { context },
    );
    expect(results).toEqual([
      { _id: 1, n: 5 },
      { _id: 2, n: 5 },
    ]);
  });
});

test('$graphLookup asks for a whole frontier at once', () => {
  const context = new MemoryContext(collections);
  runPipeline([graph({ startWith: ['Ron', 'Andrew'] })], [{ _id: 1 }], { context });
  expect(context.scans.map(({ filter }) => filter)).toEqual([
    { name: { $in: ['Ron', 'Andrew'] } },
    { name: { $eq: 'Eliot' } },
    { name: { $eq: 'Dev' } },
  ]);
  expect(context.charged).toBe(0);
});

test('pipelines nest only so deep', () => {
  let stage: Document = { $lookup: { from: 'items', pipeline: [], as: 'j' } };
  for (let depth = 0; depth < 25; depth++) stage = { $lookup: { from: 'items', pipeline: [stage], as: 'j' } };
  expect(() => runPipeline([stage])).toThrow('Maximum number of nested sub-pipelines exceeded');
});
