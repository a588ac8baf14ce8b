import type { ApiClient, Problem } from '../support/api-client.js';
import { declare, PageUser, STORAGE, withPublishableKey } from '../support/publishable-key.js';
import { TestApp } from '../support/test-app.js';

const PEOPLE = `${STORAGE}/people`;
const ORDERS = `${STORAGE}/orders`;
const SECRET = 'x7-secret-value';

type Found = Record<string, unknown>[];

describe('hidden fields never leave without the secret key', () => {
  let app: TestApp;
  let page: ApiClient;
  beforeAll(async () => {
    app = await TestApp.start();
    const anonymous = await withPublishableKey(app);
    page = (await PageUser.create(app, anonymous)).client;
    const open = { list: {}, view: {}, create: {}, update: {}, delete: {}, aggregate: {} };
    await declare(app, 'people', {
      rules: open,
      hidden: ['token', 'profile.ssn', 'cards.number'],
      indexes: [{ keys: { token: 1 }, unique: true, sparse: true }],
    });
    await declare(app, 'orders', { rules: open });
    await app.client.post(PEOPLE, [
      {
        _id: 'ada',
        name: 'Ada',
        token: SECRET,
        boss: 'bob',
        profile: { city: 'London', ssn: SECRET },
        cards: [{ kind: 'visa', number: SECRET }],
      },
      { _id: 'bob', name: 'Bob', token: 'other', profile: { city: 'Paris', ssn: 'other' }, cards: [] },
    ]);
    await app.client.post(ORDERS, [
      { _id: 'o1', person: 'ada', guess: SECRET },
      { _id: 'o2', person: 'bob', guess: 'wrong' },
    ]);
  });
  afterAll(() => app?.stop());

  const find = async (query: Record<string, unknown>) => page.get<Found>(PEOPLE, query);
  const run = (pipeline: unknown[], path = PEOPLE) => page.post<Found>(`${path}/aggregate`, { pipeline });

  it('in lists and single documents, with and without a projection', async () => {
    const shown = [
      (await find({})).body,
      (await page.get(`${PEOPLE}/ada`)).body,
      ...(await Promise.all(
        [
          { token: 1 },
          { profile: 1 },
          { 'profile.ssn': 1 },
          { cards: 1 },
          { 'cards.number': 1 },
          { cards: { $slice: 1 } },
          { name: 0 },
          { profile: { ssn: 1 } },
        ].map(async (keys) => (await find({ keys })).body),
      )),
    ];
    expect(shown).toHaveLength(10);
    expect(JSON.stringify(shown)).not.toContain(SECRET);
    expect((await page.get(`${PEOPLE}/ada`)).body).toEqual({
      _id: 'ada',
      name: 'Ada',
      boss: 'bob',
      profile: { city: 'London' },
      cards: [{ kind: 'visa' }],
      _inserted: expect.any(String) as string,
    });
    expect(JSON.stringify((await app.client.get(`${PEOPLE}/ada`)).body)).toContain(SECRET);
  });

  it.each([
    { token: SECRET },
    { token: { $exists: true } },
    { token: { $gt: '' } },
    { token: { $regex: '^x' } },
    { 'token.0': SECRET },
    { $or: [{ token: SECRET }, { _id: 'none' }] },
    { $and: [{ $or: [{ $and: [{ token: { $type: 'string' } }] }] }] },
    { 'profile.ssn': SECRET },
    { profile: { city: 'London', ssn: SECRET } },
    { 'cards.number': SECRET },
    { 'cards.0.number': SECRET },
    { cards: { $elemMatch: { number: SECRET } } },
  ])('and are missing for a query: %j', async (query) => {
    const { body } = await find({ query, count: true });
    expect(body).toEqual([]);
    expect((await page.delete(PEOPLE, { query })).body).toEqual({ deleted: 0 });
    expect((await page.patch(PEOPLE, { query, document: { $set: { seen: 1 } } })).body).toMatchObject({
      matched: 0,
    });
  });

  it('and are missing also for what excludes', async () => {
    const all = { $nor: [{ token: SECRET }] };
    expect((await find({ query: all })).body).toHaveLength(2);
    expect((await find({ query: { token: { $ne: SECRET } } })).body).toHaveLength(2);
    expect((await find({ query: { token: { $exists: false } } })).body).toHaveLength(2);
  });

  it.each([
    { query: { $expr: { $eq: ['$token', SECRET] } } },
    { query: { $expr: ['$token'] } },
    { query: { $or: [{ $expr: { $gt: [{ $strLenCP: '$token' }, 5] } }] } },
    { keys: { copy: '$token' } },
    { keys: { all: '$$ROOT' } },
    { keys: { all: { $objectToArray: '$$ROOT' } } },
    { keys: { name: { nested: '$profile.ssn' } } },
  ])('so that expressions are refused outside of pipelines: %j', async (query) => {
    const { status, body } = await find(query);
    expect(status).toBe(400);
    expect(JSON.stringify(body)).not.toContain(SECRET);
  });

  it('nor do they order documents', async () => {
    const orderBy = async (sort: object) => (await find({ sort })).body.map(({ _id }) => _id);
    expect(await orderBy({ token: 1 })).toEqual(await orderBy({ token: -1 }));
    expect(await orderBy({ 'profile.ssn': 1 })).toEqual(await orderBy({ 'profile.ssn': -1 }));
    const sorted = async (direction: number) =>
      (await run([{ $sort: { token: direction } }, { $project: { _id: 1 } }])).body;
    expect(await sorted(1)).toEqual(await sorted(-1));
  });

  it.each([
    [[]],
    [[{ $project: { copy: '$token', ssn: '$profile.ssn', numbers: '$cards.number' } }]],
    [[{ $project: { all: '$$ROOT' } }]],
    [[{ $replaceWith: { pairs: { $objectToArray: '$$ROOT' } } }]],
    [[{ $addFields: { same: { $mergeObjects: ['$$CURRENT', {}] } } }]],
    [[{ $group: { _id: '$token', n: { $sum: 1 } } }]],
    [
      [
        {
          $group: {
            _id: null,
            all: { $push: '$$ROOT' },
            set: { $addToSet: '$token' },
            top: { $max: '$token' },
          },
        },
      ],
    ],
    [[{ $sortByCount: '$profile' }]],
    [[{ $bucketAuto: { groupBy: '$token', buckets: 2 } }]],
    [[{ $facet: { a: [{ $project: { token: 1 } }], b: [{ $group: { _id: '$cards.number' } }] } }]],
    [[{ $unwind: '$cards' }]],
    [[{ $setWindowFields: { sortBy: { token: 1 }, output: { all: { $push: '$token' } } } }]],
    [[{ $unionWith: 'people' }]],
    [[{ $unionWith: { coll: 'people', pipeline: [{ $match: { token: SECRET } }] } }]],
    [[{ $addFields: { f: { $getField: 'token' } } }]],
    [[{ $redact: { $cond: [{ $eq: ['$token', SECRET] }, '$$KEEP', '$$PRUNE'] } }]],
    [[{ $match: { $expr: { $eq: ['$token', SECRET] } } }]],
    [[{ $match: { $expr: [{ name: '$token' }] } }, { $match: { token: { $exists: true } } }]],
  ])('in what pipelines make of them: %j', async (pipeline) => {
    const { status, body } = await run(pipeline);
    expect(status).toBe(200);
    expect(JSON.stringify(body)).not.toContain(SECRET);
    expect(JSON.stringify(body)).not.toMatch(/other/);
  });

  it.each([
    [{ $lookup: { from: 'people', localField: 'person', foreignField: '_id', as: 'who' } }],
    [
      {
        $lookup: {
          from: 'people',
          let: { p: '$person' },
          pipeline: [{ $match: { $expr: { $eq: ['$token', SECRET] } } }],
          as: 'who',
        },
      },
    ],
    [
      {
        $lookup: {
          from: 'people',
          pipeline: [{ $replaceWith: { all: { $objectToArray: '$$ROOT' } } }],
          as: 'who',
        },
      },
    ],
    [
      {
        $graphLookup: {
          from: 'people',
          startWith: '$person',
          connectFromField: 'boss',
          connectToField: '_id',
          as: 'who',
        },
      },
    ],
    [{ $unionWith: 'people' }],
    [
      {
        $facet: {
          a: [
            { $lookup: { from: 'people', localField: 'person', foreignField: '_id', as: 'who' } },
            { $project: { who: 1 } },
          ],
        },
      },
    ],
  ])('through a join of another collection: %j', async (stage) => {
    const { status, body } = await run([stage, { $unset: 'guess' }, { $unset: 'a.guess' }], ORDERS);
    expect(status).toBe(200);
    expect(JSON.stringify(body)).not.toContain(SECRET);
  });

  it.each([
    { $lookup: { from: 'people', localField: 'guess', foreignField: 'token', as: 'who' } },
    { $lookup: { from: 'people', localField: 'guess', foreignField: 'profile.ssn', as: 'who' } },
    {
      $lookup: { from: 'people', localField: 'guess', foreignField: 'cards.number', as: 'who', pipeline: [] },
    },
    {
      $graphLookup: {
        from: 'people',
        startWith: '$guess',
        connectFromField: 'boss',
        connectToField: 'token',
        as: 'who',
      },
    },
    {
      $graphLookup: {
        from: 'people',
        startWith: '$person',
        connectFromField: 'boss',
        connectToField: '_id',
        restrictSearchWithMatch: { token: SECRET },
        as: 'who',
      },
    },
  ])('by being joined with a guess: %j', async (stage) => {
    const { body } = await run([stage, { $match: { 'who.0': { $exists: true } } }], ORDERS);
    expect(body).toEqual([]);
  });

  it('by an expression in the search of a graph', async () => {
    const restrictSearchWithMatch = { $expr: { $eq: ['$token', SECRET] } };
    const graph = {
      from: 'people',
      startWith: '$person',
      connectFromField: 'boss',
      connectToField: '_id',
      as: 'w',
    };
    const { status } = await run([{ $graphLookup: { ...graph, restrictSearchWithMatch } }], ORDERS);
    expect(status).toBe(400);
  });

  it('by an update that moves, compares or counts them', async () => {
    for (const document of [
      { $rename: { token: 'shown' } },
      { $rename: { profile: 'shown' } },
      { $rename: { 'profile.ssn': 'shown' } },
      { $max: { token: 'x' } },
      { $inc: { token: 1 } },
      { $pull: { cards: { number: SECRET } } },
      { $push: { cards: { $each: [], $sort: { number: 1 } } } },
      { $set: { 'cards.$[].number': 1 } },
      { $unset: { token: 1 } },
    ])
      expect((await page.patch<Problem>(`${PEOPLE}/ada`, { document })).body.code).toBe('update_refused');
    expect(
      (await page.patch(`${PEOPLE}/ada`, { document: { $set: { 'profile.city': 'Rome' } } })).status,
    ).toBe(200);
  });

  it('by the error of a unique index', async () => {
    const taken = await page.post<Problem>(PEOPLE, { _id: 'eve', token: SECRET });
    const free = await page.post<Problem>(PEOPLE, { _id: 'eva', token: 'free' });
    expect([taken.status, free.status]).toEqual([400, 400]);
    expect(taken.body.detail).toBe(free.body.detail);
  });
});
