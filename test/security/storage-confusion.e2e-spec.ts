import type { Problem } from '../support/api-client.js';
import { TestApp } from '../support/test-app.js';

const NOTES = '/service/storage/v1/notes';

describe('storage: prototype and type confusion', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start();
    await app.client.post(NOTES, { _id: 'n1', a: 1 });
  });
  afterAll(() => app?.stop());

  const raw = (method: string, path: string, body: string) =>
    app.client.with({ 'content-type': 'application/json' }).send<Problem>(method, path, body);
  const unpolluted = async () => {
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(await app.db.collection('notes').find().toArray()).toMatchObject([{ a: 1 }]);
  };

  it.each(['"__proto__"', '"constructor"', '"prototype"', '"\\u005f_proto__"', '"c\\u006fnstructor"'])(
    'the key %s is refused at any depth (prm5-8g2m-24gg, 462x-c3jw-7vr6, 93vw-8fm5-p2jf, q342-9w2p-57fp)',
    async (key) => {
      const evil = `{${key}:{"polluted":true}}`;
      const deep = `{"x":[{"y":${evil}}]}`;
      for (const value of [evil, deep])
        for (const answer of await Promise.all([
          raw('POST', NOTES, value),
          raw('POST', NOTES, `[{"a":1},${value}]`),
          raw('PATCH', `${NOTES}/n1`, `{"document":{"$set":{"b":${value}}}}`),
          raw('PATCH', NOTES, `{"query":{},"document":{"$set":${value}}}`),
          raw('PATCH', NOTES, `{"query":${value},"document":{"$set":{"b":1}}}`),
          raw('DELETE', NOTES, `{"query":${value}}`),
          raw('DELETE', NOTES, `{"query":{},${value.slice(1)}`),
          raw('POST', `${NOTES}/aggregate`, `{"pipeline":[{"$match":${value}}]}`),
          app.client.get<Problem>(NOTES, { query: value }),
          app.client.get<Problem>(NOTES, { keys: value }),
          app.client.get<Problem>(NOTES, { sort: value }),
        ]))
          expect(answer.body).toMatchObject({ status: 400, code: 'forbidden_key' });
      await unpolluted();
    },
  );

  it('a denylist is not skipped by dots, by nesting or by names in values (9ccr-fpp6-78qf)', async () => {
    for (const answer of await Promise.all([
      app.client.patch<Problem>(`${NOTES}/n1`, { document: { $set: { 'b.__proto__.polluted': true } } }),
      app.client.patch<Problem>(`${NOTES}/n1`, {
        document: { $set: { 'constructor.prototype.polluted': true } },
      }),
      app.client.patch<Problem>(`${NOTES}/n1`, { document: { $rename: { a: '__proto__.polluted' } } }),
      app.client.post<Problem>(NOTES, { '__proto__.polluted': true }),
      app.client.get<Problem>(NOTES, { query: { 'constructor.name': 'Object' } }),
    ]))
      expect(answer.status).toBe(400);
    for (const parameter of [
      '__proto__[polluted]=1',
      'constructor[prototype][polluted]=1',
      '__proto__.polluted=1',
    ])
      expect((await app.client.get(`${NOTES}?${parameter}`)).status).toBe(400);
    await unpolluted();
  });

  it.each(['constructor', 'toString', 'hasOwnProperty', 'prototype', 'valueOf'])(
    'a collection or an id named %s is an ordinary one (5j86-7r7m-p8h6, 4263-jgmp-7pf4, vpj2-qq7w-5qq6)',
    async (name) => {
      const path = `/service/storage/v1/${name}`;
      expect((await app.client.get(path)).body).toEqual([]);
      expect((await app.client.get(`${path}/${name}`)).status).toBe(404);
      expect((await app.client.post(path, { _id: name })).body).toEqual({ inserted: 1, ids: [name] });
      expect((await app.client.get(`${path}/${name}`)).body).toMatchObject({ _id: name });
      expect((await app.client.post(`${path}/aggregate`, { pipeline: [{ $limit: 1 }] })).body).toMatchObject([
        { _id: name },
      ]);
    },
  );

  it.each([
    { _bsontype: 'ObjectId', id: 'aaaaaaaaaaaa' },
    { _bsontype: 'Code', code: 'while(true){}' },
    { _bsontype: 'Binary', buffer: 'x', sub_type: 0 },
    { _bsontype: 'Long', low: 1, high: 1 },
    { _bsontype: 'constructor' },
    { $binary: { base64: 'AAAA', subType: '06' } },
    { $binary: 'AAAA', $type: '00' },
    { $code: 'while(true){}', $scope: {} },
    { $ref: '_USERS', $id: 'u1', $db: 'admin' },
    { $dbPointer: { $ref: '_USERS', $id: { $oid: 'aaaaaaaaaaaaaaaaaaaaaaaa' } } },
    { $symbol: 'x' },
    { $undefined: true },
    { $minKey: 1 },
    { $maxKey: 1 },
    { $timestamp: { t: 0, i: 0 } },
    { $date: { $gt: '' } },
    { $oid: { $ne: null } },
    { $regularExpression: { pattern: '.', options: '' } },
  ])('the BSON value %j is not smuggled through JSON into a document', async (value) => {
    for (const answer of await Promise.all([
      app.client.post<Problem>(NOTES, { value }),
      app.client.post<Problem>(NOTES, { list: [{ deep: value }] }),
      app.client.post<Problem>(NOTES, { _id: value }),
      app.client.patch<Problem>(`${NOTES}/n1`, { document: { $set: { value } } }),
      app.client.patch<Problem>(`${NOTES}/n1`, { document: { $push: { list: value } } }),
      app.client.patch<Problem>(`${NOTES}/n1`, { document: { $addToSet: { list: { $each: [value] } } } }),
      app.client.post<Problem>(`${NOTES}/aggregate`, { pipeline: [{ $addFields: { value } }] }),
    ])) {
      expect(answer.status).toBe(400);
      expect(answer.body.code).toMatch(/^(document|update|query)_refused$/);
    }
    await unpolluted();
  });
});
