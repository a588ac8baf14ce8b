import type { Problem } from '../support/api-client.js';
import { declare, STORAGE } from '../support/publishable-key.js';
import { TestApp } from '../support/test-app.js';

describe('encrypted fields in pipelines', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start();
    await declare(app, 'people', { encrypted: { ssn: { index: true }, note: {}, 'address.street': {} } });
    await app.client.post(`${STORAGE}/people`, [
      { _id: 'a', ssn: '1', note: 'na', team: 'x', tags: [1, 2], address: { street: 's', city: 'c' } },
      { _id: 'b', ssn: '2', note: 'nb', team: 'x', tags: [3] },
      { _id: 'c', ssn: '1', team: 'y', tags: [] },
    ]);
    await app.client.post(`${STORAGE}/teams`, [{ _id: 'x', title: 'Ex', ssn: 'plain' }]);
  });
  afterAll(() => app?.stop());

  const aggregate = <T = Record<string, unknown>[]>(pipeline: unknown, collection = 'people') =>
    app.client.post<T>(`${STORAGE}/${collection}/aggregate`, { pipeline });

  it.each([
    [
      [{ $match: { ssn: '1' } }, { $project: { ssn: 1 } }, { $sort: { _id: 1 } }],
      [
        { _id: 'a', ssn: '1' },
        { _id: 'c', ssn: '1' },
      ],
    ],
    [[{ $match: { ssn: { $ne: '1' } } }, { $project: { note: 1 } }], [{ _id: 'b', note: 'nb' }]],
    [
      [
        { $match: { $or: [{ ssn: '2' }, { _id: 'a' }] } },
        { $project: { 'address.street': 1 } },
        { $sort: { _id: 1 } },
      ],
      [{ _id: 'a', address: { street: 's' } }, { _id: 'b' }],
    ],
    [
      [{ $match: { _id: 'a' } }, { $project: { address: { street: 1, city: 1 } } }],
      [{ _id: 'a', address: { street: 's', city: 'c' } }],
    ],
    [[{ $match: { _id: 'a' } }, { $project: { _id: 0, ssn: 1 } }], [{ ssn: '1' }]],
    [
      [
        { $match: { _id: 'a' } },
        { $unset: ['_id', 'note', 'address', 'team', 'tags', '_inserted'] },
        { $limit: 1 },
      ],
      [{ ssn: '1' }],
    ],
    [
      [{ $match: { _id: 'a' } }, { $project: { team: 1, large: { $toUpper: '$team' } } }],
      [{ _id: 'a', team: 'x', large: 'X' }],
    ],
    [
      [{ $match: { _id: 'a' } }, { $set: { big: { $size: '$tags' } } }, { $project: { big: 1, note: 1 } }],
      [{ _id: 'a', big: 2, note: 'na' }],
    ],
    [
      [{ $match: { _id: 'a' } }, { $unwind: '$tags' }, { $project: { tags: 1, ssn: 1 } }],
      [
        { _id: 'a', tags: 1, ssn: '1' },
        { _id: 'a', tags: 2, ssn: '1' },
      ],
    ],
    [
      [{ $match: { ssn: '1' } }, { $group: { _id: '$team', n: { $sum: 1 } } }, { $sort: { _id: 1 } }],
      [
        { _id: 'x', n: 1 },
        { _id: 'y', n: 1 },
      ],
    ],
    [[{ $match: { ssn: { $in: ['1', '2'] } } }, { $count: 'ssn' }], [{ ssn: 3 }]],
    [[{ $unset: ['ssn', 'note', 'address'] }, { $match: { ssn: '1' } }], []],
    [
      [
        { $match: { team: 'x' } },
        { $facet: { all: [{ $match: { ssn: '2' } }, { $project: { note: 1 } }], n: [{ $count: 'n' }] } },
      ],
      [{ all: [{ _id: 'b', note: 'nb' }], n: [{ n: 2 }] }],
    ],
    [
      [
        { $match: { _id: 'b' } },
        { $lookup: { from: 'teams', localField: 'team', foreignField: '_id', as: 'of' } },
        { $project: { ssn: 1, 'of.title': 1 } },
      ],
      [{ _id: 'b', ssn: '2', of: [{ title: 'Ex' }] }],
    ],
  ])('%j', async (pipeline, expected) => {
    expect((await aggregate(pipeline)).body).toEqual(expected);
  });

  it('are found in joined collections, which must leave them out', async () => {
    const from = { from: 'people', localField: '_id', foreignField: 'team', as: 'who' };
    expect((await aggregate([{ $lookup: from }], 'teams')).status).toBe(400);
    const inner = [
      { $match: { ssn: '1' } },
      { $unset: ['ssn', 'note', 'address'] },
      { $project: { tags: 1 } },
    ];
    expect(
      (await aggregate([{ $lookup: { ...from, pipeline: inner } }, { $unset: '_inserted' }], 'teams')).body,
    ).toEqual([{ _id: 'x', title: 'Ex', ssn: 'plain', who: [{ _id: 'a', tags: [1, 2] }] }]);
    const union = { coll: 'people', pipeline: [{ $match: { ssn: '2' } }, { $project: { team: 1 } }] };
    expect((await aggregate([{ $project: { title: 1 } }, { $unionWith: union }], 'teams')).body).toEqual([
      { _id: 'x', title: 'Ex' },
      { _id: 'b', team: 'x' },
    ]);
  });

  it.each([
    [[{ $match: { note: 'na' } }]],
    [[{ $match: { ssn: { $gt: '' } } }]],
    [[{ $match: { $expr: { $eq: ['$ssn', '1'] } } }]],
    [[{ $group: { _id: '$ssn' } }]],
    [[{ $group: { _id: null, all: { $push: '$note' } } }]],
    [[{ $group: { _id: null, all: { $push: '$$ROOT' } } }]],
    [[{ $group: { _id: null, all: { $first: '$$CURRENT.ssn' } } }]],
    [[{ $group: { _id: { street: '$address.street' } } }]],
    [[{ $group: { _id: '$address' } }]],
    [[{ $sortByCount: '$ssn' }]],
    [[{ $bucketAuto: { groupBy: '$ssn', buckets: 2 } }]],
    [[{ $sort: { ssn: 1 } }]],
    [[{ $sort: { 'ssn._blind': 1 } }]],
    [[{ $project: { alias: '$ssn' } }]],
    [[{ $project: { 'ssn._blind': 1 } }]],
    [[{ $project: { ssn: { $toUpper: '$team' } } }]],
    [[{ $project: { x: { $let: { vars: { r: '$$ROOT' }, in: '$$r.ssn' } } } }]],
    [[{ $project: { x: { $getField: 'ssn' } } }]],
    [[{ $project: { x: { $objectToArray: '$$ROOT' } } }]],
    [[{ $project: { _id: '$team', ssn: 1 } }]],
    [[{ $set: { ssn: 'x' } }]],
    [[{ $set: { 'ssn._blind': 'x' } }]],
    [[{ $set: { _id: 'x' } }]],
    [[{ $set: { x: { $cond: [{ $gt: ['$ssn', ''] }, 1, 0] } } }]],
    [[{ $addFields: { x: { $mergeObjects: ['$address'] } } }]],
    [[{ $unset: 'ssn._blind' }]],
    [[{ $unwind: '$ssn' }]],
    [[{ $unwind: '$ssn._blind' }]],
    [[{ $replaceRoot: { newRoot: '$ssn' } }]],
    [[{ $replaceWith: { x: '$note' } }]],
    [[{ $replaceWith: '$$ROOT' }]],
    [[{ $redact: { $cond: [{ $eq: ['$_blind', 1] }, '$$PRUNE', '$$DESCEND'] } }]],
    [[{ $unionWith: 'teams' }]],
    [[{ $project: { _id: 0, ssn: 1 } }, { $group: { _id: '$_id' } }]],
    [[{ $facet: { a: [{ $group: { _id: '$ssn' } }] } }]],
    [[{ $facet: { a: [{ $limit: 1 }] } }, { $unwind: '$a' }]],
    [[{ $lookup: { from: 'teams', localField: 'ssn', foreignField: 'ssn', as: 'x' } }]],
    [[{ $lookup: { from: 'teams', localField: 'team', foreignField: '_id', as: 'ssn' } }]],
    [[{ $lookup: { from: 'teams', let: { s: '$ssn' }, pipeline: [], as: 'x' } }]],
    [
      [
        {
          $lookup: {
            from: 'people',
            localField: '_id',
            foreignField: 'ssn',
            as: 'x',
            pipeline: [{ $project: { team: 1 } }],
          },
        },
      ],
    ],
    [
      [
        {
          $graphLookup: {
            from: 'people',
            startWith: '$team',
            connectFromField: 'team',
            connectToField: '_id',
            as: 'x',
          },
        },
      ],
    ],
    [
      [
        {
          $graphLookup: {
            from: 'teams',
            startWith: '$ssn',
            connectFromField: 'ssn',
            connectToField: '_id',
            as: 'x',
          },
        },
      ],
    ],
    [[{ $setWindowFields: { sortBy: { ssn: 1 }, output: { n: { $sum: 1 } } } }]],
    [[{ $setWindowFields: { partitionBy: '$ssn', output: { n: { $sum: 1 } } } }]],
    [[{ $fill: { sortBy: { _id: 1 }, output: { ssn: { method: 'locf' } } } }]],
    [[{ $densify: { field: 'ssn', range: { step: 1, bounds: 'full' } } }]],
  ])('refuses %j', async (pipeline) => {
    const { status, body } = await aggregate<Problem>(pipeline);
    expect([status, body.code]).toEqual([400, 'query_refused']);
    expect(body.detail).toContain('encrypted');
  });
});
