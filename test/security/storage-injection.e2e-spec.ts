import type { Problem } from '../support/api-client.js';
import { TestApp } from '../support/test-app.js';

const BASE = '/service/storage/v1';
const NOTES = `${BASE}/notes`;

/** Words that only a database, a driver or a stack would say. */
const INTERNALS =
  /mongo|bson|ferret|collection "?test_|namespace|\bat .*\.[jt]s:|node_modules|errmsg|codeName/i;

describe('storage: operators and query injection', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start();
    await app.client.post(NOTES, { _id: 'n1', a: 1, owner: 'u1' });
    const users: { _id: string; _key: string; _password: string }[] = [
      { _id: 'u1', _key: 'ada@example.com', _password: '$2b$12$secret' },
    ];
    await app.db.collection<{ _id: string }>('_USERS').insertMany(users);
  });
  afterAll(() => app?.stop());

  /** Sends a query through every door that takes one. */
  const everywhere = (query: unknown) =>
    Promise.all([
      app.client.get<Problem>(NOTES, { query }),
      app.client.patch<Problem>(NOTES, { query, document: { $set: { hacked: true } } }),
      app.client.delete<Problem>(NOTES, { query }),
      app.client.delete<Problem>(NOTES, undefined, { query }),
      app.client.post<Problem>(`${NOTES}/aggregate`, { pipeline: [{ $match: query }] }),
    ]);
  const pipeline = (...stages: unknown[]) =>
    app.client.post<Problem>(`${NOTES}/aggregate`, { pipeline: stages });
  const untouched = async () =>
    expect(await app.db.collection('notes').find().toArray()).toMatchObject([{ a: 1, owner: 'u1' }]);
  const refused = (answer: { status: number; body: Problem }) => {
    expect(answer.status).toBe(400);
    expect(answer.body.code).toMatch(/_refused$|^forbidden_key$|^validation_failed$/);
    expect(JSON.stringify(answer.body)).not.toMatch(INTERNALS);
  };

  it('an object where a token is expected does not match any document (vgjh-hmwf-c588)', async () => {
    for (const id of ['{"$ne":null}', '{"$regex":"."}', '[object Object]', '{}']) {
      const path = `${NOTES}/${encodeURIComponent(id)}`;
      expect((await app.client.get(path)).status).toBe(404);
      expect((await app.client.patch(path, { document: { $set: { a: 2 } } })).status).toBe(404);
      expect((await app.client.delete(path)).status).toBe(404);
    }
    expect((await app.client.get(`${NOTES}/n1?id[$ne]=x`)).status).toBe(400);
    await untouched();
  });

  it('an unknown parameter is an error, not an oracle or a filter that is ignored (CVE-2026-27886)', async () => {
    const update = { document: { $set: { a: 2 } } };
    for (const parameters of [{ where: '{}' }, { filter: '{}' }, { explain: 'true' }, { collation: '{}' }]) {
      for (const answer of await Promise.all([
        app.client.get<Problem>(NOTES, parameters),
        app.client.get<Problem>(`${NOTES}/n1`, parameters),
        app.client.post<Problem>(NOTES, { a: 2 }, parameters),
        app.client.patch<Problem>(NOTES, { ...update, query: {} }, parameters),
        app.client.patch<Problem>(`${NOTES}/n1`, update, parameters),
        app.client.delete<Problem>(NOTES, { query: {} }, parameters),
        app.client.delete<Problem>(`${NOTES}/n1`, undefined, parameters),
        app.client.post<Problem>(`${NOTES}/aggregate`, { pipeline: [] }, parameters),
      ]))
        expect(answer.body).toMatchObject({ status: 400, code: 'validation_failed' });
    }
    await untouched();
  });

  describe('internal collections are out of reach (fcv6-fg5r-jm9q, 7xg7-rqf6-pw6c, 5f92-jrq3-28rc, 6r2j-cxgf-495f)', () => {
    it.each(['_USERS', '_ARCHIVE', '_', '__proto__', 'system.users', 'system.buckets.notes', '%5FUSERS'])(
      'by the generic route: %s',
      async (name) => {
        const path = `${BASE}/${name}`;
        for (const answer of await Promise.all([
          app.client.get<Problem>(path),
          app.client.get<Problem>(`${path}/u1`),
          app.client.post<Problem>(path, { _id: 'u2' }),
          app.client.patch<Problem>(path, { document: { $set: { a: 1 } }, query: {} }),
          app.client.patch<Problem>(`${path}/u1`, { document: { $set: { a: 1 } } }),
          app.client.delete<Problem>(path, { query: {} }),
          app.client.delete<Problem>(`${path}/u1`),
          app.client.post<Problem>(`${path}/aggregate`, { pipeline: [] }),
        ])) {
          expect(answer.body).toMatchObject({ status: 404, code: 'not_found' });
          expect(JSON.stringify(answer.body)).not.toContain('secret');
        }
      },
    );

    it.each<[string, object]>([
      ['$lookup', { $lookup: { from: '_USERS', localField: 'owner', foreignField: '_id', as: 'x' } }],
      ['$lookup with a pipeline', { $lookup: { from: '_USERS', pipeline: [], as: 'x' } }],
      [
        '$lookup into another database',
        { $lookup: { from: { db: 'admin', coll: 'system.users' }, as: 'x' } },
      ],
      [
        '$lookup inside of $lookup',
        {
          $lookup: {
            from: 'notes',
            as: 'x',
            pipeline: [{ $lookup: { from: '_USERS', as: 'y', pipeline: [] } }],
          },
        },
      ],
      [
        '$graphLookup',
        {
          $graphLookup: {
            from: '_USERS',
            startWith: '$owner',
            connectFromField: '_id',
            connectToField: '_id',
            as: 'x',
          },
        },
      ],
      ['$unionWith', { $unionWith: '_USERS' }],
      ['$unionWith with coll', { $unionWith: { coll: '_USERS', pipeline: [] } }],
      ['$unionWith in $facet', { $facet: { x: [{ $unionWith: '_USERS' }] } }],
      ['$unionWith in $unionWith', { $unionWith: { coll: 'notes', pipeline: [{ $unionWith: '_USERS' }] } }],
      ['$out', { $out: '_USERS' }],
      ['$out into another database', { $out: { db: 'admin', coll: 'x' } }],
      ['$merge', { $merge: { into: '_USERS', whenMatched: 'replace' } }],
      ['$merge in $facet', { $facet: { x: [{ $merge: '_USERS' }] } }],
      ['$collStats', { $collStats: { storageStats: {} } }],
      ['$indexStats', { $indexStats: {} }],
      ['$currentOp', { $currentOp: { allUsers: true } }],
      ['$listSessions', { $listSessions: { allUsers: true } }],
      ['$changeStream', { $changeStream: {} }],
      ['$documents', { $documents: [{ a: 1 }] }],
      ['$queryStats', { $queryStats: {} }],
    ])('by %s', async (_name, stage) => {
      const answer = await pipeline(stage);
      refused(answer);
      expect(answer.body.code).toBe('query_refused');
      refused(await pipeline({ $match: {} }, { $facet: { all: [stage] } }));
    });

    it('in either direction: nothing was written to them', async () => {
      expect(await app.db.collection('_USERS').find().toArray()).toHaveLength(1);
    });
  });

  it.each<[string, Record<string, unknown>]>([
    ['$where', { $where: 'sleep(1000) || true' }],
    ['$where in $or', { $or: [{ a: 1 }, { $where: 'true' }] }],
    ['$where in $elemMatch', { a: { $elemMatch: { $where: 'true' } } }],
    ['$where under a field', { a: { $where: 'true' } }],
    ['$where in $not', { a: { $not: { $where: 'true' } } }],
    [
      '$function in $expr',
      { $expr: { $function: { body: 'function(){return true}', args: [], lang: 'js' } } },
    ],
    ['$function in $expr, deep', { $nor: [{ $expr: { $not: [{ $function: {} }] } }] }],
    ['$code', { a: { $code: 'function(){}' } }],
  ])('server-side JavaScript is refused: %s', async (_name, query) => {
    for (const answer of await everywhere(query)) refused(answer);
    await untouched();
  });

  it('server-side JavaScript is refused: $function, $accumulator and mapReduce in pipelines', async () => {
    const script = { body: 'function(){return 1}', args: [], lang: 'js' };
    refused(await pipeline({ $project: { x: { $function: script } } }));
    refused(await pipeline({ $addFields: { x: { y: [{ $function: script }] } } }));
    refused(await pipeline({ $group: { _id: { $function: script } } }));
    refused(await pipeline({ $group: { _id: 1, x: { $accumulator: { init: 'function(){}' } } } }));
    refused(await pipeline({ $project: { x: { $_internalJsEmit: { this: '$$ROOT', eval: 'x' } } } }));
    refused(await app.client.get<Problem>(NOTES, { keys: { x: { $function: script } } }));
  });

  it.each(['a.$b', '$a', 'a\0b', 'a..b', '.a', '', "a'; DROP TABLE notes; --\0", 'a.__proto__.b'])(
    'the field name %j goes nowhere (qpr4-jrj4-6f27, gqpp-xgvh-9h7h, p2w6-rmh7-w8q3)',
    async (name) => {
      for (const answer of await Promise.all([
        app.client.get<Problem>(NOTES, { sort: { [name]: 1 } }),
        app.client.get<Problem>(NOTES, { keys: { [name]: 1 } }),
        app.client.get<Problem>(NOTES, { query: { [name]: 1 } }),
        app.client.post<Problem>(NOTES, { [name]: 1 }),
        app.client.patch<Problem>(`${NOTES}/n1`, { document: { $inc: { [name]: 1 } } }),
        app.client.patch<Problem>(`${NOTES}/n1`, { document: { $rename: { a: name } } }),
        pipeline({ $sort: { [name]: 1 } }),
        pipeline({ $group: { _id: `$${name}` } }),
        pipeline({ $addFields: { [name]: 1 } }),
        pipeline({ $unset: name }),
        pipeline({ $count: name }),
        pipeline({ $project: { x: { $getField: name } } }),
        pipeline({ $project: { x: { $setField: { field: name, input: '$$ROOT', value: 1 } } } }),
        pipeline({ $lookup: { from: 'notes', localField: name, foreignField: 'a', as: 'x' } }),
      ]))
        refused(answer);
      await untouched();
    },
  );

  it.each(['[', '(', '*', '(?=x)', '(?<!x)', '(x)\\1', '\\', '(?P<n', 'a{2,1}', '(?R)', 'x\0'])(
    'the malformed or unbounded pattern %j leaks nothing (9cp7-3q5w-j92g, mf3j-86qx-cq5j)',
    async (pattern) => {
      for (const query of [
        { a: { $regex: pattern } },
        { a: { $not: { $regex: pattern } } },
        { a: { $regularExpression: { pattern, options: '' } } },
        { a: { $in: [{ $regularExpression: { pattern, options: '' } }] } },
        { $expr: { $regexMatch: { input: '$owner', regex: pattern } } },
      ])
        for (const answer of await everywhere(query)) refused(answer);
      await untouched();
    },
  );

  it('the database’s own words never reach a client', async () => {
    for (const answer of await Promise.all([
      app.client.patch<Problem>(`${NOTES}/n1`, { document: { $inc: { owner: 1 } } }),
      app.client.patch<Problem>(`${NOTES}/n1`, { document: { $push: { a: 1 } } }),
      app.client.patch<Problem>(`${NOTES}/n1`, { document: { $set: { 'a.b': 1 } } }),
      app.client.patch<Problem>(`${NOTES}/n1`, { document: { $set: { b: 1 }, $inc: { b: 1 } } }),
      pipeline({ $project: { a: 1, b: 0 } }),
    ])) {
      expect(answer.status).toBe(400);
      expect(JSON.stringify(answer.body)).not.toMatch(INTERNALS);
    }
    await untouched();
  });

  it.each([
    { $set: { _id: 'n2' } },
    { $set: { '_id.x': 1 } },
    { $set: { _inserted: { $date: '2000-01-01' } } },
    { $set: { '_patched.$[]': 1 } },
    { $unset: { _inserted: '' } },
    { $rename: { _inserted: 'when' } },
    { $rename: { a: '_patched' } },
    { $rename: { a: '_id' } },
    { $currentDate: { _inserted: true } },
    { $inc: { _patched: 1 } },
    { $min: { _inserted: 0 } },
    { $max: { _inserted: 0 } },
    { $mul: { _inserted: 0 } },
    { $setOnInsert: { _id: 'x' } },
    { $push: { _inserted: 1 } },
    { $addToSet: { _inserted: 1 } },
    { $pull: { _inserted: 1 } },
    { $pullAll: { _inserted: [1] } },
    { $pop: { _inserted: 1 } },
    { $bit: { _inserted: { and: 0 } } },
    { $replaceRoot: { newRoot: {} } },
    [{ $set: { _id: 'n2' } }],
    { _id: 'n2' },
  ])('the server’s fields are not overwritten by %j (5v7g-9h8f-8pgg, jc39-686j-wp6q)', async (document) => {
    const before = await app.db.collection('notes').find().toArray();
    refused(await app.client.patch<Problem>(`${NOTES}/n1`, { document }));
    refused(await app.client.patch<Problem>(NOTES, { query: {}, document }));
    expect(await app.db.collection('notes').find().toArray()).toEqual(before);
  });
});
