import { TICK } from '../types.js';
import type { Document } from '../types.js';
import { decode, encode } from '../bson/codec.js';
import { keysOf, pickKeys } from '../bson/key-order.js';
import { compilePipeline, splitHead } from './pipeline.js';
import type { PipelineContext } from './pipeline.js';
import { fails, outcomeOf, value } from './testing/cases.js';
import { documentsOf, MemoryContext, pipelines, runPipeline } from './testing/pipelines.js';
import type { PipelineRow } from './testing/pipelines.js';

const rules: PipelineRow[] = [
  ['no stages', [], [{ a: 1 }], value([{ a: 1 }])],
  ['an unknown stage', [{ $nonsense: 1 }], [], fails(40324)],
  ['a name of Object.prototype', [{ constructor: 1 }], [], fails(40324)],
  ['two names', [{ $match: {}, $limit: 1 }], [], fails(40323)],
  ['no name', [{}], [], fails(40323)],
  ['$out before the end', [{ $out: 'x' }, { $match: {} }], [], fails(40601)],
  ['$merge before the end', [{ $merge: 'x' }, { $match: {} }], [], fails(40601)],
  ['$indexStats behind the start', [{ $match: {} }, { $indexStats: {} }], [], fails(40602)],
  ['$documents behind the start', [{ $limit: 1 }, { $documents: [] }], [], fails(40602)],
  ['$documents of a collection', [{ $documents: [] }], [], fails(73)],
  ['$geoNear', [{ $geoNear: {} }], [], fails(115)],
  ['$search', [{ $search: {} }], [], fails(115)],
  ['$changeStream', [{ $changeStream: {} }], [], fails(40573)],
  ['$collStats without statistics', [{ $collStats: {} }], [], fails(115)],
  ['$collStats wants an object', [{ $collStats: 1 }], [], fails(5447000)],
  ['$collStats knows its options', [{ $collStats: { x: 1 } }], [], fails(40415)],
  ['$indexStats wants an empty object', [{ $indexStats: { a: 1 } }], [], fails(28803)],
  ['errors of constants appear without documents', [{ $project: { a: { $divide: [1, 0] } } }], [], fails(2)],
  ['1000 stages', Array.from({ length: 1000 }, () => ({ $match: {} })), [{ a: 1 }], value([{ a: 1 }])],
  ['1001 stages', Array.from({ length: 1001 }, () => ({ $match: {} })), [], fails(7749501)],
];

describe('rules of pipelines', () => {
  test.each(pipelines(rules))('$title', ({ outcome, expected }) => {
    expect(outcome()).toBe(expected);
  });

  test('a stage must be an object', () => {
    const stages = JSON.parse('[5]') as Document[];
    expect(outcomeOf(() => runPipeline(stages))).toBe('error 14');
    expect(outcomeOf(() => splitHead(stages))).toBe('error 14');
  });
});

describe('splitHead', () => {
  test.each<[string, Document[], Document]>([
    ['nothing', [], { rest: [] }],
    [
      'filters',
      [{ $match: { a: 1 } }, { $match: { b: 1 } }, { $match: {} }],
      { filter: { $and: [{ a: 1 }, { b: 1 }] }, rest: [] },
    ],
    [
      'filter, sort, skip and limit',
      [
        { $match: { a: 1 } },
        { $sort: { b: 1 } },
        { $skip: 2 },
        { $skip: 3n },
        { $limit: 10 },
        { $limit: 5 },
        { $count: 'n' },
      ],
      { filter: { a: 1 }, sort: { b: 1 }, skip: 5, limit: 5, rest: [{ $count: 'n' }] },
    ],
    [
      'a filter behind a sort',
      [{ $sort: { b: 1 } }, { $match: { a: 1 } }],
      { filter: { a: 1 }, sort: { b: 1 }, rest: [] },
    ],
    [
      'no filter behind a limit',
      [{ $limit: 5 }, { $match: { a: 1 } }],
      { limit: 5, rest: [{ $match: { a: 1 } }] },
    ],
    [
      'no filter behind a skip',
      [{ $skip: 5 }, { $match: { a: 1 } }],
      { skip: 5, rest: [{ $match: { a: 1 } }] },
    ],
    [
      'no sort behind a limit',
      [{ $limit: 5 }, { $sort: { a: 1 } }],
      { limit: 5, rest: [{ $sort: { a: 1 } }] },
    ],
    ['no skip behind a limit', [{ $limit: 5 }, { $skip: 1 }], { limit: 5, rest: [{ $skip: 1 }] }],
    [
      'only one sort',
      [{ $sort: { a: 1 } }, { $sort: { b: 1 } }],
      { sort: { a: 1 }, rest: [{ $sort: { b: 1 } }] },
    ],
    ['no malformed filter', [{ $match: 5 }], { rest: [{ $match: 5 }] }],
    ['no malformed sort', [{ $sort: { a: 2 } }], { rest: [{ $sort: { a: 2 } }] }],
    ['no malformed skip', [{ $skip: -1 }], { rest: [{ $skip: -1 }] }],
    ['no malformed limit', [{ $limit: 0 }], { rest: [{ $limit: 0 }] }],
    [
      'nothing behind another stage',
      [{ $unwind: '$a' }, { $match: { a: 1 } }],
      { rest: [{ $unwind: '$a' }, { $match: { a: 1 } }] },
    ],
  ])('takes %s', (_what, stages, expected) => {
    expect(splitHead(stages)).toEqual(expected);
  });

  test('answers what the whole pipeline answers', () => {
    const input = Array.from({ length: 50 }, (_, index) => ({ _id: index, a: (index * 7) % 11 }));
    const stages = [
      { $match: { a: { $gt: 2 } } },
      { $sort: { a: 1, _id: -1 } },
      { $match: { a: { $lt: 9 } } },
      { $skip: 3 },
      { $limit: 20 },
      { $limit: 9 },
      { $project: { a: 1 } },
    ];
    const { filter, sort, skip, limit, rest } = splitHead(stages);
    const context = new MemoryContext({ items: input });
    const source = context.scan('items', { filter, sort, skip, limit });
    expect(documentsOf(compilePipeline(rest, context).run(source))).toEqual(runPipeline(stages, input));
  });

  test('checks the whole pipeline, because the rest alone may look right', () => {
    expect(outcomeOf(() => splitHead([{ $match: {} }, { $indexStats: {} }]))).toBe('error 40602');
    expect(outcomeOf(() => splitHead([{ $match: {} }, { $out: 'x' }, { $limit: 1 }]))).toBe('error 40601');
    expect(outcomeOf(() => splitHead(Array.from({ length: 1001 }, () => ({ $match: {} }))))).toBe(
      'error 7749501',
    );
  });
});

describe('compilePipeline', () => {
  test('says whether it needs documents', () => {
    const context = new MemoryContext({}, '$cmd.aggregate');
    expect(compilePipeline([{ $match: {} }], context).needsSource).toBe(true);
    const literal = compilePipeline([{ $documents: [{ a: 1 }, { a: 2 }] }, { $match: { a: 2 } }], context);
    expect(literal.needsSource).toBe(false);
    expect(documentsOf(literal.run([]))).toEqual([{ a: 2 }]);
    expect(outcomeOf(() => runPipeline([{ $documents: 5 }], [], { context }))).toBe('error 5858203');
    expect(outcomeOf(() => runPipeline([{ $documents: [5] }], [], { context }))).toBe('error 40228');
  });

  test('binds the variables and the instant of the command', () => {
    const context = new MemoryContext();
    context.variables = { least: 2 };
    const stages = [
      { $match: { $expr: { $gte: ['$a', '$$least'] } } },
      { $project: { _id: 0, a: 1, l: '$$least', n: '$$NOW' } },
    ];
    expect(runPipeline(stages, [{ a: 1 }, { a: 2 }], { context })).toEqual([{ a: 2, l: 2, n: context.now }]);
  });

  test('keeps the order of fields that look like numbers', () => {
    const stored = decode(encode(pickKeys({ b: 1, 2024: 1, a: 1, 7: 1 }, ['b', '2024', 'a', '7'])));
    const stages = [
      { $set: { 5: 1, c: 1 } },
      { $replaceWith: { $mergeObjects: ['$$ROOT', { z: 1 }] } },
      { $unset: 'a' },
    ];
    const [result] = runPipeline(stages, [stored]);
    expect(keysOf(decode(encode(result)))).toEqual(['b', '2024', '7', '5', 'c', 'z']);
  });

  test('statistics stages ask the context', () => {
    const context: PipelineContext = Object.assign(new MemoryContext(), {
      stats: () => ({ ns: 'test.items', count: 3, size: 10, ok: 1 }),
      indexStats: () => [{ name: '_id_' }],
    });
    expect(documentsOf(compilePipeline([{ $indexStats: {} }], context).run([]))).toEqual([{ name: '_id_' }]);
    const stage = { $collStats: { count: {}, storageStats: {} } };
    expect(documentsOf(compilePipeline([stage], context).run([]))).toEqual([
      { ns: 'test.items', localTime: context.now, storageStats: { count: 3, size: 10 }, count: 3 },
    ]);
    expect(outcomeOf(() => compilePipeline([{ $collStats: { latencyStats: {} } }], context))).toBe(
      'error 115',
    );
  });

  test('values that nest beyond the stack are an error of the command', () => {
    const stages = Array.from({ length: 900 }, () => ({ $set: { a: nest('$a', 150) } }));
    const grouped = [...stages, { $group: { _id: ['$a', 1] } }];
    expect(outcomeOf(() => runPipeline(grouped, [{ a: 1 }]))).toBe('error 15');
  });
});

/** `[[[…value…]]]` */
function nest(spec: unknown, levels: number): unknown {
  let nested = spec;
  for (let level = 0; level < levels; level++) nested = [nested];
  return nested;
}

describe('ticks', () => {
  const endless = function* (): Generator<Document | typeof TICK> {
    for (let index = 0; ; index++) yield { _id: index, a: 0 };
  };

  /** How many documents a stage takes before it ticks or answers. */
  const taken = (stages: Document[], collections = {}): number => {
    let count = 0;
    const counted = function* (): Generator<Document | typeof TICK> {
      for (const row of endless()) {
        count++;
        yield row;
      }
    };
    for (const row of compilePipeline(stages, new MemoryContext(collections)).run(counted())) {
      if (row === TICK) break;
    }
    return count;
  };

  test.each<[string, Document]>([
    ['$match', { $match: { a: 1 } }],
    ['$redact', { $redact: '$$PRUNE' }],
    ['$unwind', { $unwind: '$none' }],
    ['$skip', { $skip: 1_000_000 }],
    ['$count', { $count: 'n' }],
    ['$group', { $group: { _id: '$a' } }],
    ['$sort', { $sort: { a: 1 } }],
    ['$sample', { $sample: { size: 1 } }],
    ['$facet', { $facet: { a: [] } }],
    ['$bucket', { $bucket: { groupBy: '$a', boundaries: [0, 1] } }],
    ['$bucketAuto', { $bucketAuto: { groupBy: '$a', buckets: 1 } }],
    ['$setWindowFields', { $setWindowFields: { output: { n: { $sum: 1 } } } }],
    ['$densify', { $densify: { field: '_id', range: { step: 1, bounds: 'full' } } }],
  ])('%s gives others a turn', (_name, stage) => {
    expect(taken([stage])).toBeLessThanOrEqual(128);
  });

  test.each<[string, Document]>([
    ['$project', { $project: { a: 1 } }],
    ['$limit', { $limit: 5 }],
    ['$unwind', { $unwind: '$a' }],
    ['$lookup', { $lookup: { from: 'x', localField: 'a', foreignField: 'b', as: 'c' } }],
    [
      '$graphLookup',
      { $graphLookup: { from: 'x', startWith: '$a', connectFromField: 'a', connectToField: 'b', as: 'c' } },
    ],
    ['$unionWith', { $unionWith: 'x' }],
    ['$group', { $group: { _id: null } }],
    ['$sort', { $sort: { a: 1 } }],
  ])('%s passes ticks on', (_name, stage) => {
    const source = [TICK, { _id: 1, a: 1 }, TICK] as const;
    const rows = [...compilePipeline([stage], new MemoryContext()).run(source)];
    expect(rows.filter((row) => row === TICK).length).toBeGreaterThanOrEqual(1);
  });

  test('$lookup ticks with every scan of the other collection', () => {
    const stage = { $lookup: { from: 'x', localField: 'a', foreignField: 'b', as: 'c' } };
    const input = [{ a: 1 }, { a: 2 }];
    const rows = [...compilePipeline([stage], new MemoryContext()).run(input)];
    expect(rows.filter((row) => row === TICK)).toHaveLength(2);
  });

  test('a consumer that stops ends the source', () => {
    let ended = false;
    const source = function* (): Generator<Document | typeof TICK> {
      try {
        yield* endless();
      } finally {
        ended = true;
      }
    };
    const rows = compilePipeline(
      [{ $match: {} }, { $limit: 2 }, { $set: { b: 1 } }],
      new MemoryContext(),
    ).run(source());
    expect(documentsOf(rows)).toHaveLength(2);
    expect(ended).toBe(true);
  });
});
