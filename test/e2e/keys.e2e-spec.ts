import type { Problem } from '../support/api-client.js';
import { TestApp } from '../support/test-app.js';
import { KEY, makeKey, TestProject, withKey, type NewKey } from '../support/test-project.js';

const THINGS = '/service/storage/v1/things';
const HOUR_MS = 3_600_000;

describe('keys', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app.stop());

  const statusWith = async (key: { key: string }) => (await withKey(app, key).get(THINGS)).status;

  it.each([
    ['secret', /^cgx_sk_\w{60,}$/],
    ['publishable', /^cgx_pk_\w{60,}$/],
  ] as const)('are made, %s, with their text shown once', async (type, form) => {
    const { status, body, headers } = await app.client.post<NewKey>(KEY, { name: 'Shop', type });
    expect(status).toBe(201);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(body).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{24}$/) as string,
      key: expect.stringMatching(form) as string,
      name: 'Shop',
      type,
      project: 'default',
      scopes: ['*'],
      origins: [],
      expires_at: null,
      created_by: 'root',
      created_at: expect.stringMatching(/Z$/) as string,
      rotated_at: null,
      last_used_at: null,
    });
    const listed = await app.client.get<NewKey[]>(KEY);
    const { key, ...known } = body;
    expect(listed.body).toContainEqual(known);
    const stored = await app.db.collection('_KEYS').find().toArray();
    expect(JSON.stringify([stored, listed.body])).not.toContain(key.slice(40));
  });

  it('open the data of their project, beside SERVER_SECRET', async () => {
    const key = await makeKey(app.client);
    await withKey(app, key).post(THINGS, { _id: 'lamp' });
    expect((await app.client.get(`${THINGS}/lamp`)).status).toBe(200);
  });

  it('are of the project of the key that makes them, or of any for the root key', async () => {
    const moon = await TestProject.create(app);
    const child = await makeKey(moon.client);
    expect(child).toMatchObject({ project: moon.id, created_by: moon.key.id });
    const byHeader = await makeKey(app.client.with({ 'x-project': moon.id }));
    expect(byHeader.project).toBe(moon.id);
    const unknown = { name: 'A key', type: 'secret', project: 'f'.repeat(24) };
    expect((await app.client.post<Problem>(KEY, unknown)).body.code).toBe('not_found');
  });

  it.each([
    [{ type: 'secret' }, '/name'],
    [{ name: '', type: 'secret' }, '/name'],
    [{ name: 'x'.repeat(101), type: 'secret' }, '/name'],
    [{ name: 'A\0', type: 'secret' }, '/name'],
    [{ name: 'A' }, '/type'],
    [{ name: 'A', type: 'root' }, '/type'],
    [{ name: 'A', type: 'secret', scopes: 'storage:read' }, '/scopes'],
    [{ name: 'A', type: 'secret', scopes: null }, '/scopes'],
    [{ name: 'A', type: 'secret', scopes: ['storage'] }, '/scopes'],
    [{ name: 'A', type: 'secret', scopes: [{ $ne: '' }] }, '/scopes'],
    [{ name: 'A', type: 'secret', origins: ['https://a.example/app'] }, '/origins'],
    [{ name: 'A', type: 'secret', origins: ['*.example'] }, '/origins'],
    [{ name: 'A', type: 'secret', expires_at: 'tomorrow' }, '/expires_at'],
    [{ name: 'A', type: 'secret', expires_at: '2020-01-01T00:00:00Z' }, '/expires_at'],
    [{ name: 'A', type: 'secret', expires_at: { $date: '2099-01-01T00:00:00Z' } }, '/expires_at'],
    [{ name: 'A', type: 'secret', project: { $ne: '' } }, '/project'],
    [{ name: 'A', type: 'secret', hash: 'mine' }, '/hash'],
    [{ name: 'A', type: 'secret', created_by: 'root' }, '/created_by'],
  ])('are not made of %j', async (body, field) => {
    const answer = await app.client.post<Problem>(KEY, body);
    expect(answer.body).toMatchObject({ status: 400, code: 'validation_failed' });
    expect(new Set(answer.body.errors?.map((error) => error.field))).toEqual(new Set([field]));
  });

  it('are no more than KEYS_MAX in a project', async () => {
    const small = await TestApp.start({ env: { KEYS_MAX: '2' } });
    try {
      const moon = await TestProject.create(small);
      await makeKey(moon.client);
      const third = await moon.client.post<Problem>(KEY, { name: 'A', type: 'secret' });
      expect(third.body).toMatchObject({ status: 409, code: 'conflict' });
      await makeKey(small.client);
    } finally {
      await small.stop();
    }
  });

  it('end at their expiry', async () => {
    const key = await makeKey(app.client, { expires_at: new Date(Date.now() + HOUR_MS).toISOString() });
    expect(await statusWith(key)).toBe(200);
    await app.db
      .collection<{ _id: string }>('_KEYS')
      .updateOne({ _id: key.id }, { $set: { expires_at: new Date() } });
    while ((await statusWith(key)) !== 401);
    expect((await app.client.post(`${KEY}/validate`, key)).status).toBe(400);
    expect((await app.client.post(`${KEY}/validate`, { key: key.key })).body).toEqual({ valid: false });
    expect((await app.client.post(`${KEY}/${key.id}/rotate`)).status).toBe(409);
  });

  it('are validated', async () => {
    const { key, ...known } = await makeKey(app.client, { scopes: ['storage:read'] });
    const validate = async (text: unknown) => (await app.client.post(`${KEY}/validate`, { key: text })).body;
    expect(await validate(key)).toEqual({ valid: true, ...known });
    expect(await validate(`${key.slice(0, -1)}${key.endsWith('0') ? '1' : '0'}`)).toEqual({ valid: false });
    expect(await validate('cgx_sk_nonsense')).toEqual({ valid: false });
    expect(await validate('')).toEqual({ valid: false });
    for (const text of [undefined, null, 7, { $ne: null }, 'x'.repeat(2000)])
      expect(await validate(text)).toMatchObject({ code: 'validation_failed' });
    expect((await app.client.get<NewKey[]>(KEY)).body.at(-1)?.last_used_at).toBeNull();
  });

  it('are refused at once when they are revoked, and only once', async () => {
    const key = await makeKey(app.client);
    expect(await statusWith(key)).toBe(200);
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => app.client.delete<{ revoked?: boolean }>(`${KEY}/${key.id}`)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 404, 404, 404, 404]);
    expect(answers.find(({ status }) => status === 200)?.body).toEqual({ id: key.id, revoked: true });
    expect(await statusWith(key)).toBe(401);
    expect((await app.client.get<NewKey[]>(KEY)).body.map(({ id }) => id)).not.toContain(key.id);
  });

  it.each(['nonsense', 'f'.repeat(24), '__proto__', 'root'])('that are not there are 404: %s', async (id) => {
    expect((await app.client.delete(`${KEY}/${id}`)).status).toBe(404);
    expect((await app.client.post(`${KEY}/${id}/rotate`, { grace: 0 })).status).toBe(404);
  });

  it('have the routes of before as other names', async () => {
    const made = await app.client.post<NewKey>(`${KEY}/generate`, { name: 'Shop', type: 'secret' });
    expect(made.status).toBe(201);
    const { key, ...known } = made.body;
    expect((await app.client.get<NewKey[]>(`${KEY}/list`)).body).toContainEqual(known);
    expect((await app.client.post(`${KEY}/revoke`, { id: known.id })).body).toEqual({
      id: known.id,
      revoked: true,
    });
    expect(await statusWith({ key })).toBe(401);
    const other = await makeKey(app.client);
    expect((await app.client.post(`${KEY}/revoke`, { key: other.key })).status).toBe(200);
    expect(await statusWith(other)).toBe(401);
    expect((await app.client.post(`${KEY}/revoke`, { key: other.key })).status).toBe(404);
    expect((await app.client.post(`${KEY}/revoke`, {})).status).toBe(400);
  });

  it('are listed in pages', async () => {
    const moon = await TestProject.create(app);
    const ids = [moon.key.id];
    for (let index = 0; index < 3; index += 1) ids.push((await makeKey(moon.client)).id);
    const page = async (query: object) =>
      (await app.client.get<NewKey[]>(KEY, { project: moon.id, ...query })).body.map(({ id }) => id);
    expect(await page({})).toEqual(ids);
    expect(await page({ skip: 1, limit: 2 })).toEqual(ids.slice(1, 3));
    expect((await moon.client.get<NewKey[]>(KEY, { skip: 3 })).body.map(({ id }) => id)).toEqual(
      ids.slice(3),
    );
    expect((await app.client.get(KEY, { limit: 0 })).status).toBe(400);
    expect((await app.client.get(KEY, { skip: -1 })).status).toBe(400);
  });

  it('note about when they were last used, once in a while', async () => {
    const key = await makeKey(app.client);
    const lastUse = async () =>
      (await app.client.get<NewKey[]>(KEY)).body.find(({ id }) => id === key.id)?.last_used_at;
    await statusWith(key);
    while (!(await lastUse()));
    const first = await lastUse();
    await Promise.all(Array.from({ length: 10 }, () => statusWith(key)));
    expect(await lastUse()).toBe(first);
  });
});
