import type { Problem } from '../support/api-client.js';
import { declare, PageUser, STORAGE, withPublishableKey } from '../support/publishable-key.js';
import { TestApp } from '../support/test-app.js';

const OWN = { owner: '$user._id' };

type Found = Record<string, unknown>[];

describe('rules of joined collections', () => {
  let app: TestApp;
  let ada: PageUser;
  let bob: PageUser;
  beforeAll(async () => {
    app = await TestApp.start();
    const page = await withPublishableKey(app);
    ada = await PageUser.create(app, page);
    bob = await PageUser.create(app, page);
    await declare(app, 'mine', { rules: { aggregate: OWN, list: {} } });
    await declare(app, 'open', { rules: { aggregate: {} } });
    await declare(app, 'listed', { rules: { list: {}, view: {} } });
    for (const collection of ['mine', 'listed', 'undeclared'])
      await app.client.post(`${STORAGE}/${collection}`, [
        { _id: 'a', owner: ada.id, next: 'b', text: 'of ada' },
        { _id: 'b', owner: bob.id, next: 'a', text: 'of bob' },
      ]);
    await app.client.post(`${STORAGE}/open`, [{ _id: 'o', ref: 'a', text: 'open' }]);
  });
  afterAll(() => app?.stop());

  const run = (pipeline: unknown[], collection = 'open') =>
    bob.client.post<Found & Problem>(`${STORAGE}/${collection}/aggregate`, { pipeline });

  const joins = (from: string): [string, unknown[]][] => [
    ['$lookup by fields', [{ $lookup: { from, localField: 'ref', foreignField: '_id', as: 'x' } }]],
    [
      '$lookup by fields and a pipeline',
      [
        {
          $lookup: {
            from,
            localField: 'ref',
            foreignField: '_id',
            as: 'x',
            pipeline: [{ $project: { text: 1 } }],
          },
        },
      ],
    ],
    ['$lookup by a pipeline', [{ $lookup: { from, pipeline: [], as: 'x' } }]],
    [
      '$lookup in $lookup',
      [{ $lookup: { from: 'open', pipeline: [{ $lookup: { from, pipeline: [], as: 'y' } }], as: 'x' } }],
    ],
    ['$lookup in $facet', [{ $facet: { f: [{ $lookup: { from, pipeline: [], as: 'x' } }] } }]],
    [
      '$lookup in $unionWith',
      [{ $unionWith: { coll: 'open', pipeline: [{ $lookup: { from, pipeline: [], as: 'x' } }] } }],
    ],
    ['$unionWith', [{ $unionWith: from }]],
    ['$unionWith a pipeline', [{ $unionWith: { coll: from, pipeline: [{ $match: {} }] } }]],
    ['$unionWith in $unionWith', [{ $unionWith: { coll: 'open', pipeline: [{ $unionWith: from }] } }]],
    [
      '$graphLookup',
      [
        {
          $graphLookup: { from, startWith: '$ref', connectFromField: 'next', connectToField: '_id', as: 'x' },
        },
      ],
    ],
    [
      '$graphLookup with a filter',
      [
        {
          $graphLookup: {
            from,
            startWith: '$ref',
            connectFromField: 'next',
            connectToField: '_id',
            as: 'x',
            restrictSearchWithMatch: { $or: [{ owner: { $exists: true } }, { owner: 1 }] },
          },
        },
      ],
    ],
  ];

  it.each(joins('mine'))('hold in %s', async (_what, pipeline) => {
    const { status, body } = await run(pipeline);
    expect(status).toBe(200);
    expect(JSON.stringify(body)).not.toContain('of ada');
    const ofAda = await ada.client.post(`${STORAGE}/open/aggregate`, { pipeline });
    expect(JSON.stringify(ofAda.body)).toContain('of ada');
    expect(JSON.stringify(ofAda.body)).not.toContain('of bob');
  });

  it.each(['undeclared', 'listed'])('close %s, which has no rule for pipelines', async (from) => {
    for (const [, pipeline] of joins(from)) {
      const { status, body } = await run(pipeline);
      const missing = await run(
        JSON.parse(JSON.stringify(pipeline).replaceAll(from, 'missing')) as unknown[],
      );
      expect(status).toBe(400);
      expect({ ...body, requestId: '' }).toEqual({
        ...(JSON.parse(JSON.stringify(missing.body).replaceAll('missing', from)) as Problem),
        requestId: '',
      });
    }
    expect((await run([], from)).status).toBe((await run([], 'missing')).status);
  });

  it.each(['_USERS', '_ARCHIVE', '_SCHEMAS', '_KEYS', '_SESSIONS'])('never open %s', async (from) => {
    await app.client.send('PUT', `/service/schema/v1/${from}`, { rules: { aggregate: {}, list: {} } });
    for (const [, pipeline] of joins(from)) expect((await run(pipeline)).status).toBe(400);
    expect((await run([], from)).status).toBe(404);
    await app.client.delete(`/service/schema/v1/${from}`);
  });

  it('keep documents of others out of every stage that comes first', async () => {
    for (const stage of [
      { $facet: { all: [{ $match: {} }] } },
      { $group: { _id: '$text' } },
      { $match: { $or: [{ owner: ada.id }, { owner: bob.id }] } },
      { $sample: { size: 10 } },
      { $sort: { _id: 1 } },
      { $match: { $nor: [{ owner: bob.id }] } },
      { $unionWith: 'mine' },
      { $lookup: { from: 'mine', pipeline: [{ $match: { owner: ada.id } }], as: 'x' } },
    ])
      expect(JSON.stringify((await run([stage], 'mine')).body)).not.toContain('of ada');
  });

  it.each([
    [[{ $out: 'stolen' }]],
    [[{ $merge: 'stolen' }]],
    [[{ $lookup: { from: 'mine', pipeline: [{ $out: 'x' }], as: 'x' } }]],
  ])('write nothing: %j', async (pipeline) => {
    expect((await run(pipeline, 'mine')).status).toBe(400);
  });
});
