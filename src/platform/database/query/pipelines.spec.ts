import fc from 'fast-check';
import { asJson, guardWith, refusalOf } from '../../../../test/support/query-guard.js';

const guard = guardWith({ STORAGE_MAX_STAGES: 6, MONGODB_AUTH_COLLECTION: 'members' });
const check = (...stages: unknown[]) => guard.pipeline(stages, '/pipeline');

function refusedPlace(...stages: unknown[]): string {
  const { code, place } = refusalOf(() => check(...stages));
  expect(code).toBe('query_refused');
  return place;
}

const STAGES: [stage: object][] = [
  [{ $match: { a: { $gt: 1 }, $expr: { $lt: ['$a', '$$NOW'] } } }],
  [{ $project: { a: 1, _id: 0, b: '$c.d', e: { $add: ['$a', 1] }, f: { g: '$$ROOT' } } }],
  [{ $addFields: { 'a.b': { $ifNull: ['$x', null] } } }],
  [{ $set: { a: { $literal: '$not a path' } } }],
  [{ $unset: ['a', 'b.c'] }],
  [{ $unset: 'a' }],
  [{ $group: { _id: { a: '$a', y: { $year: '$at' } }, n: { $sum: 1 }, all: { $push: '$$ROOT' } } }],
  [{ $group: { _id: null, top: { $topN: { n: 2, sortBy: { a: -1 }, output: ['$a', '$b'] } } } }],
  [{ $sort: { a: 1, 'b.c': -1 } }],
  [{ $unwind: '$a.b' }],
  [{ $unwind: { path: '$a', includeArrayIndex: 'i', preserveNullAndEmptyArrays: true } }],
  [{ $count: 'n' }],
  [{ $sortByCount: { $toLower: '$a' } }],
  [{ $bucket: { groupBy: '$a', boundaries: [0, 10], default: 'other', output: { n: { $sum: 1 } } } }],
  [{ $bucketAuto: { groupBy: '$a', buckets: 4 } }],
  [{ $facet: { a: [{ $match: { b: 1 } }], c: [{ $count: 'n' }] } }],
  [{ $lookup: { from: 'notes', localField: 'a', foreignField: 'b', as: 'c' } }],
  [
    {
      $lookup: {
        from: 'notes',
        let: { mine: '$a' },
        pipeline: [{ $match: { $expr: { $eq: ['$b', '$$mine'] } } }],
        as: 'c',
      },
    },
  ],
  [{ $unionWith: 'notes' }],
  [{ $unionWith: { coll: 'notes', pipeline: [{ $match: { a: 1 } }] } }],
  [
    {
      $graphLookup: {
        from: 'notes',
        startWith: '$a',
        connectFromField: 'a',
        connectToField: 'b',
        as: 'c',
        maxDepth: 3,
        restrictSearchWithMatch: { d: 1 },
      },
    },
  ],
  [{ $replaceRoot: { newRoot: { $mergeObjects: ['$a', { b: 1 }] } } }],
  [{ $replaceWith: '$a' }],
  [{ $redact: { $cond: [{ $eq: ['$a', 1] }, '$$KEEP', '$$PRUNE'] } }],
  [{ $sample: { size: 3 } }],
  [
    {
      $setWindowFields: {
        partitionBy: '$a',
        sortBy: { b: 1 },
        output: { c: { $sum: '$d', window: { documents: ['unbounded', 'current'] } }, r: { $rank: {} } },
      },
    },
  ],
  [{ $fill: { sortBy: { a: 1 }, output: { b: { method: 'linear' }, c: { value: 0 } } } }],
  [{ $densify: { field: 'a', range: { step: 1, bounds: 'full' } } }],
  [{ $project: { a: { $map: { input: '$b', as: 'one', in: { $add: ['$$one', '$$ROOT.c'] } } } } }],
  [{ $project: { a: { $map: { input: '$b', in: '$$this' } } } }],
  [{ $project: { a: { $reduce: { input: '$b', initialValue: 0, in: { $add: ['$$value', '$$this'] } } } } }],
  [{ $project: { a: { $let: { vars: { x: '$b' }, in: { $multiply: ['$$x', '$$x'] } } } } }],
  [{ $project: { a: { $switch: { branches: [{ case: true, then: 1 }], default: 0 } } } }],
  [{ $project: { a: { $getField: 'b' }, c: { $getField: { field: { $literal: 'd' }, input: '$e' } } } }],
  [{ $project: { a: { $setField: { field: 'b', input: '$$ROOT', value: 1 } } } }],
  [{ $project: { a: { $regexMatch: { input: '$b', regex: '^x', options: 'i' } } } }],
  [{ $project: { a: { $regexFind: { input: '$b', regex: { $literal: '$' } } } } }],
];

describe('pipelines', () => {
  it.each(STAGES)('lets %j through as it is', (stage) => {
    expect(check(asJson(stage))).toEqual([stage]);
  });

  it.each([
    '$out',
    '$merge',
    '$collStats',
    '$indexStats',
    '$planCacheStats',
    '$currentOp',
    '$listSessions',
    '$listLocalSessions',
    '$listSampledQueries',
    '$changeStream',
    '$documents',
    '$geoNear',
    '$search',
    '$vectorSearch',
    '$queryStats',
    '$_internalInhibitOptimization',
    '$mergeCursors',
    '$constructor',
    'toString',
  ])('refuses the stage %s, also inside of others', (operator) => {
    const stage = { [operator]: {} };
    expect(refusedPlace(stage)).toBe(`/pipeline/0/${operator}`);
    expect(refusedPlace({ $limit: 1 }, { $facet: { a: [stage] } })).toBe(
      `/pipeline/1/$facet/a/0/${operator}`,
    );
    expect(refusedPlace({ $lookup: { from: 'notes', pipeline: [stage], as: 'a' } })).toMatch(/^.pipeline/);
    expect(refusedPlace({ $unionWith: { coll: 'notes', pipeline: [stage] } })).toMatch(/^.pipeline/);
  });

  it.each([
    '$function',
    '$accumulator',
    '$where',
    '$meta',
    '$_internalJsEmit',
    '$constructor',
    '$jsonSchema',
  ])('refuses the expression %s anywhere', (operator) => {
    const bad = { [operator]: { body: 'x', args: [], lang: 'js' } };
    for (const stage of [
      { $project: { a: bad } },
      { $project: { a: { b: { $cond: [true, bad, 1] } } } },
      { $addFields: { a: [bad] } },
      { $group: { _id: bad } },
      { $group: { _id: null, n: bad } },
      { $group: { _id: null, n: { $sum: bad } } },
      { $match: { $expr: { $not: [bad] } } },
      { $match: { a: bad } },
      { $bucket: { groupBy: '$a', boundaries: [0, 1], output: { n: bad } } },
      { $setWindowFields: { output: { n: bad } } },
      { $facet: { x: [{ $replaceWith: bad }] } },
      { $lookup: { from: 'notes', let: { v: bad }, pipeline: [], as: 'a' } },
      { $graphLookup: { from: 'notes', startWith: bad } },
      { $graphLookup: { from: 'notes', restrictSearchWithMatch: { a: bad } } },
      { $project: { a: { $let: { vars: { v: bad }, in: 1 } } } },
      { $project: { a: { $map: { input: '$b', in: bad } } } },
      { $project: { a: { $filter: { input: '$b', cond: bad } } } },
      { $project: { a: { $reduce: { input: '$b', initialValue: bad, in: 1 } } } },
      { $project: { a: { $getField: { field: 'b', input: bad } } } },
      { $project: { a: { $regexMatch: { input: bad, regex: 'a' } } } },
      { $fill: { output: { a: { value: bad } } } },
      { $redact: bad },
      { $sortByCount: bad },
      { $sort: { a: bad } },
    ])
      expect(refusedPlace(stage)).toMatch(/^.pipeline/);
  });

  it.each(['_USERS', '_', 'members', 'system.users', 'a.b', '', 'x'.repeat(101)])(
    'does not reach the collection %j from any stage',
    (name) => {
      for (const stage of [
        { $lookup: { from: name, localField: 'a', foreignField: 'b', as: 'c' } },
        { $lookup: { from: { db: 'other', coll: name }, as: 'c', pipeline: [] } },
        { $graphLookup: { from: name, startWith: '$a' } },
        { $unionWith: name },
        { $unionWith: { coll: name } },
        { $unionWith: { coll: 'notes', pipeline: [{ $unionWith: name }] } },
        { $facet: { a: [{ $lookup: { from: name, as: 'c', pipeline: [] } }] } },
        {
          $lookup: {
            from: 'notes',
            as: 'c',
            pipeline: [{ $facet: { a: [{ $unionWith: { coll: name } }] } }],
          },
        },
      ])
        expect(refusedPlace(stage)).toMatch(/^.pipeline/);
    },
  );

  it.each([
    '$$USER_ROLES',
    '$$CLUSTER_TIME',
    '$$SEARCH_META',
    '$$JS_SCOPE',
    '$$IS_MR',
    '$$x',
    '$$this',
    '$$',
    '$$ROOT.$a',
    '$',
    '$a..b',
  ])('refuses the reference %s', (reference) => {
    expect(refusedPlace({ $project: { a: reference } })).toBe('/pipeline/0/$project/a');
  });

  it('knows variables only where they are declared', () => {
    const inVars = { $let: { vars: { x: 1, y: '$$x' }, in: '$$y' } };
    expect(refusedPlace({ $project: { a: inVars } })).toBe('/pipeline/0/$project/a/$let/vars/y');
    const inInput = { $map: { input: '$$one', as: 'one', in: 1 } };
    expect(refusedPlace({ $project: { a: inInput } })).toBe('/pipeline/0/$project/a/$map/input');
    for (const name of ['ROOT', 'CURRENT', '$x', 'a.b', '', 'Upper'])
      expect(refusedPlace({ $project: { a: { $let: { vars: { [name]: 1 }, in: 1 } } } })).toMatch(
        /^.pipeline/,
      );
  });

  it('demands constants where a computed value could not be checked', () => {
    for (const regex of ['$a', { $concat: ['(a+', ')+'] }, { $literal: 1 }, '(?=a)', '['])
      expect(refusedPlace({ $project: { a: { $regexMatch: { input: '$b', regex } } } })).toMatch(
        /^.pipeline/,
      );
    for (const field of ['$a', 'a.b', '', { $concat: ['a', 'b'] }, { $literal: '$a' }, '__proto__']) {
      expect(refusedPlace({ $project: { a: { $getField: field } } })).toMatch(/^.pipeline/);
      expect(refusedPlace({ $project: { a: { $getField: { field, input: '$b' } } } })).toMatch(/^.pipeline/);
      expect(refusedPlace({ $project: { a: { $setField: { field, input: '$b', value: 1 } } } })).toMatch(
        /^.pipeline/,
      );
    }
  });

  it('counts the stages of sub-pipelines', () => {
    const limit = { $limit: 1 };
    expect(check(limit, limit, limit, { $facet: { a: [limit, limit] } })).toHaveLength(4);
    expect(
      refusalOf(() => check(limit, limit, limit, { $facet: { a: [limit], b: [limit, limit] } })).detail,
    ).toContain('6 stages');
  });

  it('reads dates and ids of the server at the head, and nowhere else', () => {
    const date = new Date('2026-01-31T00:00:00Z');
    const match = { $match: { _inserted: { $gt: '2026-01-31' } } };
    const dated = { $match: { _inserted: { $gt: date } } };
    expect(check(match)).toEqual([dated]);
    expect(check({ $sort: { a: 1 } }, match, match)).toEqual([{ $sort: { a: 1 } }, dated, dated]);
    expect(check({ $facet: { a: [match] } })).toEqual([{ $facet: { a: [dated] } }]);
    const group = { $group: { _id: '$a' } };
    expect(check(group, match)).toEqual([group, match]);
    expect(check(group, { $lookup: { from: 'notes', pipeline: [match], as: 'a' } })).toEqual([
      group,
      { $lookup: { from: 'notes', pipeline: [dated], as: 'a' } },
    ]);
  });

  it('decodes Extended JSON in expressions', () => {
    const [stage] = check({ $project: { a: { $gt: ['$at', { $date: '2026-01-31' }] } } });
    expect(stage).toEqual({ $project: { a: { $gt: ['$at', new Date('2026-01-31T00:00:00Z')] } } });
  });
});

describe('whatever is sent', () => {
  const DENIED = [
    '$where',
    '$function',
    '$accumulator',
    '$out',
    '$merge',
    '$text',
    '$near',
    '$meta',
    '$no',
    '$$x',
  ];
  const bad = { body: 'x', args: [], lang: 'js' };

  /** Every place inside of a value, as the object or list that holds it, with its key. */
  const places = (holder: Record<string, unknown>): [Record<string, unknown>, string][] =>
    Object.entries(holder).flatMap(([key, value]) => [
      [holder, key],
      ...(typeof value === 'object' && value !== null ? places(value as Record<string, unknown>) : []),
    ]);

  /** Ways to bring an operator in. */
  const INTRUSIONS: ((holder: Record<string, unknown>, key: string, operator: string) => void)[] = [
    (holder, key, operator) => {
      holder[key] = { [operator]: bad };
    },
    (holder, key, operator) => {
      if (Array.isArray(holder)) holder[Number(key)] = { [operator]: holder[Number(key)] as unknown };
      else {
        holder[operator] = holder[key];
        delete holder[key];
      }
    },
    (holder, _key, operator) => {
      if (Array.isArray(holder)) holder.push({ [operator]: bad });
      else holder[operator] = bad;
    },
  ];

  it('no operator outside of the lists comes through, wherever it stands', () => {
    const anyPlace = fc.nat();
    fc.assert(
      fc.property(
        fc.constantFrom(...STAGES),
        anyPlace,
        fc.constantFrom(...INTRUSIONS),
        fc.constantFrom(...DENIED),
        ([sample], at, intrude, operator) => {
          const pipeline = asJson([sample]) as Record<string, unknown>[];
          const all = places(pipeline[0]);
          intrude(...all[at % all.length], operator);
          expect(refusalOf(() => guard.pipeline(pipeline, '')).code).toBe('query_refused');
          const nested = [{ $facet: { x: [{ $lookup: { from: 'notes', as: 'y', pipeline } }] } }];
          expect(refusalOf(() => guard.pipeline(nested, '')).code).toBe('query_refused');
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('is either let through or refused, and never fails otherwise', () => {
    const keys = fc.constantFrom(
      ...STAGES.flatMap(([stage]) => places(stage as Record<string, unknown>)).map(([, key]) => key),
    );
    const tree = fc.letrec((tie) => ({
      any: fc.oneof(
        { depthSize: 'medium' },
        fc.constantFrom('$a', '$$ROOT', '_USERS', 'notes', '', 1, -1, null, true),
        fc.array(tie('any'), { maxLength: 3 }),
        fc.dictionary(keys, tie('any'), { maxKeys: 2, noNullPrototype: true }),
      ),
    }));
    const through = (run: () => unknown): void => {
      try {
        run();
      } catch (error) {
        expect(error).toMatchObject({ name: 'CoglexError', code: 'query_refused' });
      }
    };
    fc.assert(
      fc.property(fc.oneof(tree.any, fc.jsonValue({ maxDepth: 4 })), (value) => {
        through(() => guard.filter(value, ''));
        through(() => guard.pipeline(value, ''));
        through(() => guard.pipeline([{ $match: value }, { $project: { a: value } }], ''));
        through(() => guard.projection(value, ''));
        through(() => guard.sort(value, ''));
      }),
      { numRuns: 1000 },
    );
  });
});
