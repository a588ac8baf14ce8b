import type { Problem } from '../support/api-client.js';
import { TEST_SECRET, TestApp } from '../support/test-app.js';
import { KEY, makeKey, PROJECT, TestProject, withKey, type NewKey } from '../support/test-project.js';
import { AUTH } from '../support/test-user.js';

const THINGS = '/service/storage/v1/things';
const ADA = { _key: 'ada', _password: 'correct horse battery' };

describe('nothing of one project is reachable from another', () => {
  let app: TestApp;
  let moon: TestProject;
  let mars: TestProject;
  beforeAll(async () => {
    app = await TestApp.start();
    [moon, mars] = [await TestProject.create(app, 'Moon'), await TestProject.create(app, 'Mars')];
    await mars.client.post(THINGS, { _id: 'secret', text: 'of mars' });
  });
  afterAll(() => app.stop());

  it('by the routes of documents', async () => {
    const { client } = moon;
    expect((await client.get(THINGS, { query: {} })).body).toEqual([]);
    expect((await client.get(`${THINGS}/secret`)).status).toBe(404);
    expect((await client.patch(`${THINGS}/secret`, { document: { $set: { text: 'x' } } })).status).toBe(404);
    expect((await client.delete(`${THINGS}/secret`)).status).toBe(404);
    expect((await client.delete(THINGS, { query: {} })).body).toEqual({ deleted: 0 });
    // The same id is free in each.
    expect((await client.post(THINGS, { _id: 'secret', text: 'of the moon' })).status).toBe(201);
    expect((await mars.client.get(`${THINGS}/secret`)).body).toMatchObject({ text: 'of mars' });
  });

  it('by a name that leads out of the database', async () => {
    const names = [
      `${app.databaseName}.things`,
      `${app.databaseName}_${mars.id}.things`,
      '../things',
      '%2e%2e',
      'a.b',
    ];
    for (const name of names) {
      const answer = await moon.client.get(`/service/storage/v1/${encodeURIComponent(name)}`);
      expect(answer.status).toBe(404);
    }
  });

  it('by a pipeline', async () => {
    const from = `${app.databaseName}_${mars.id}.things`;
    const pipelines = [
      [{ $lookup: { from, as: 'x', pipeline: [] } }],
      [
        {
          $lookup: { from: { db: `${app.databaseName}_${mars.id}`, coll: 'things' }, as: 'x', pipeline: [] },
        },
      ],
      [{ $unionWith: from }],
      [{ $unionWith: { coll: 'things', db: `${app.databaseName}_${mars.id}` } }],
      [{ $graphLookup: { from, startWith: 1, connectFromField: 'a', connectToField: 'b', as: 'x' } }],
      [{ $out: { db: `${app.databaseName}_${mars.id}`, coll: 'things' } }],
      [{ $merge: { into: { db: `${app.databaseName}_${mars.id}`, coll: 'things' } } }],
    ];
    for (const pipeline of pipelines) {
      const { body } = await moon.client.post<Problem>(`${THINGS}/aggregate`, { pipeline });
      expect(body).toMatchObject({ status: 400, code: 'query_refused' });
    }
    const union = [{ $unionWith: 'things' }, { $match: { text: 'of mars' } }];
    expect((await moon.client.post(`${THINGS}/aggregate`, { pipeline: union })).body).toEqual([]);
  });

  it('by a token of a user, though both have an account of that name', async () => {
    const tokens = await Promise.all(
      [moon, mars].map(async ({ client }) => {
        await client.post(`${AUTH}/signup`, ADA);
        return (await client.post<{ token: string }>(`${AUTH}/signin`, ADA)).body.token;
      }),
    );
    expect((await moon.client.as(tokens[0]).get(`${AUTH}/ada`)).status).toBe(200);
    for (const client of [moon.client.as(tokens[1]), mars.client.as(tokens[0]), app.client.as(tokens[0])]) {
      expect((await client.get<Problem>(`${AUTH}/ada`)).body.code).toBe('token_invalid');
      expect((await client.get<Problem>(THINGS)).body.code).toBe('token_invalid');
    }
    const byCookie = moon.client.with({ cookie: `Authorization=${tokens[1]}` });
    expect((await byCookie.get<Problem>(`${AUTH}/ada`)).body.code).toBe('token_invalid');
    const byHeader = app.client.with({ 'x-project': moon.id });
    expect((await byHeader.as(tokens[0]).get(`${AUTH}/ada`)).status).toBe(200);
    expect((await byHeader.as(tokens[1]).get(`${AUTH}/ada`)).status).toBe(401);
  });

  it('by an account or a password of the other', async () => {
    await mars.client.post(`${AUTH}/signup`, { _key: 'bob', _password: ADA._password });
    expect((await moon.client.get(`${AUTH}/bob`)).status).toBe(404);
    const answer = await moon.client.post(`${AUTH}/signin`, { _key: 'bob', _password: ADA._password });
    expect(answer.status).toBe(401);
    expect((await moon.client.patch(`${AUTH}/bob`, { document: { $set: { a: 1 } } })).status).toBe(404);
  });

  it('by the routes of keys', async () => {
    const theirs = await makeKey(mars.client);
    const ids = (await moon.client.get<NewKey[]>(KEY)).body.map(({ project }) => project);
    expect(new Set(ids)).toEqual(new Set([moon.id]));
    expect((await moon.client.get(KEY, { project: mars.id })).body).toEqual([]);
    expect((await moon.client.get(`${KEY}/list`, { project: 'default' })).body).toEqual([]);
    expect((await moon.client.delete(`${KEY}/${theirs.id}`)).status).toBe(404);
    expect((await moon.client.post(`${KEY}/revoke`, { key: theirs.key })).status).toBe(404);
    expect((await moon.client.post(`${KEY}/${theirs.id}/rotate`)).status).toBe(404);
    expect((await moon.client.post(`${KEY}/validate`, { key: theirs.key })).body).toEqual({ valid: false });
    expect((await withKey(app, theirs).get(THINGS)).status).toBe(200);
  });

  it('by SERVER_SECRET shown to the validation of a project', async () => {
    const validation = { key: TEST_SECRET };
    expect((await moon.client.post(`${KEY}/validate`, validation)).body).toEqual({ valid: false });
    expect((await app.client.post(`${KEY}/validate`, validation)).body).toEqual({ valid: true });
  });

  it('by X-Project with a key that is not the root key', async () => {
    for (const project of [mars.id, 'default', 'f'.repeat(24), '']) {
      const { body } = await moon.client.with({ 'x-project': project }).get<Problem>(`${THINGS}/secret`);
      expect(body).toMatchObject({ status: 403, code: 'key_not_allowed' });
    }
    expect((await moon.client.with({ 'x-project': moon.id }).get(THINGS)).status).toBe(200);
  });

  it('by the collections of the installation, which stand in the database of the default project', async () => {
    for (const name of ['_KEYS', '_PROJECTS', '_JOBS'])
      for (const client of [app.client, moon.client]) {
        expect((await client.get(`/service/storage/v1/${name}`)).status).toBe(404);
        expect((await client.get(`/service/auth/v1/${name}`)).status).toBe(404);
        const { body } = await client.post<Problem>(`${THINGS}/aggregate`, {
          pipeline: [{ $unionWith: name }],
        });
        expect(body.code).toBe('query_refused');
      }
  });

  it('by many requests at once', async () => {
    const texts = await Promise.all(
      Array.from({ length: 40 }, async (_, index) => {
        const { client } = index % 2 ? mars : moon;
        return (await client.get<{ text: string }>(`${THINGS}/secret`)).body.text;
      }),
    );
    expect(texts).toEqual(texts.map((_, index) => (index % 2 ? 'of mars' : 'of the moon')));
  });

  it('by the routes of projects', async () => {
    for (const path of [`${PROJECT}/${mars.id}`, `${PROJECT}/${mars.id}/usage`, `${PROJECT}/default`])
      expect((await moon.client.get(path)).status).toBe(404);
  });
});
