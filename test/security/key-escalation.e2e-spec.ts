import type { ApiClient, Problem } from '../support/api-client.js';
import { TestApp } from '../support/test-app.js';
import { KEY, makeKey, TestProject, withKey, type NewKey } from '../support/test-project.js';

const STORAGE = '/service/storage/v1';
const SHOP = 'https://shop.example.com';
const SOON = '2098-01-01T00:00:00.000Z';
const LATER = '2099-01-01T00:00:00.000Z';

// A read-only or scoped key escalates by creating another key (79wj-8rqv-jvp5, vc89-5g3r-cmhh).
describe('a key and keys stronger than itself', () => {
  let app: TestApp;
  let moon: TestProject;
  beforeAll(async () => {
    app = await TestApp.start();
    moon = await TestProject.create(app);
  });
  afterAll(() => app.stop());

  const makerWith = (body: object) => moon.clientWith({ scopes: ['*'], ...body });
  const make = (maker: ApiClient, body: object) =>
    maker.post<NewKey & Problem>(KEY, { name: 'A key', type: 'secret', ...body });
  const refused = async (answer: Promise<{ body: Problem }>, field?: string) => {
    const { body } = await answer;
    expect(body).toMatchObject({ status: 403, code: 'key_not_allowed' });
    expect(body.errors?.[0].field).toBe(field);
  };

  it('cannot make one at all without the scope for it', async () => {
    for (const scopes of [[], ['storage:*'], ['key:read'], ['key:things:write']])
      await refused(make(await makerWith({ scopes }), {}));
  });

  it('cannot make one of further scopes', async () => {
    const maker = await makerWith({ scopes: ['key:*', 'storage:orders:read'] });
    for (const scope of [
      '*',
      'storage:read',
      'storage:orders:*',
      'storage:orders:write',
      'storage:others:read',
      'auth:read',
    ])
      await refused(make(maker, { scopes: ['key:read', scope] }), '/scopes');
    expect((await make(maker, { scopes: ['storage:orders:read'] })).status).toBe(201);
  });

  it('makes one of its own scopes, and no more, when none are named', async () => {
    const maker = await makerWith({ scopes: ['key:write', 'storage:orders:read'] });
    const { body } = await make(maker, {});
    expect(body.scopes).toEqual(['key:write', 'storage:orders:read']);
    const child = withKey(app, body);
    expect((await child.get(`${STORAGE}/orders`)).status).toBe(200);
    await refused(child.get(`${STORAGE}/others`));
    await refused(make(child, { scopes: ['*'] }), '/scopes');
  });

  it('cannot make one of another project', async () => {
    const mars = await TestProject.create(app, 'Mars');
    for (const project of [mars.id, 'default', 'f'.repeat(24)])
      await refused(make(moon.client, { project }), '/project');
    await refused(make(moon.client.with({ 'x-project': mars.id }), {}));
    expect((await make(moon.client, { project: moon.id })).body.project).toBe(moon.id);
  });

  it('cannot make one that more pages may send', async () => {
    const maker = await makerWith({ origins: [SHOP] });
    for (const origins of [['*'], ['https://evil.example'], [SHOP, 'https://evil.example'], []])
      await refused(make(maker, { origins }), '/origins');
    expect((await make(maker, {})).body.origins).toEqual([SHOP]);
  });

  it('cannot make one that outlives it', async () => {
    const maker = await makerWith({ expires_at: SOON });
    for (const expires_at of [LATER, null]) await refused(make(maker, { expires_at }), '/expires_at');
    expect((await make(maker, {})).body.expires_at).toBe(SOON);
    expect((await make(maker, { expires_at: SOON })).status).toBe(201);
  });

  it('makes none when it is publishable', async () => {
    await refused(make(await makerWith({ type: 'publishable' }), { type: 'publishable' }));
  });

  it('does not get the text of one by rotating it', async () => {
    const strong = await makeKey(moon.client, { scopes: ['key:*', 'storage:*'] });
    const weak = await makerWith({ scopes: ['key:*', 'storage:read'] });
    expect((await weak.post(`${KEY}/${strong.id}/rotate`)).status).toBe(404);
    expect((await weak.post(`${KEY}/${moon.key.id}/rotate`)).status).toBe(404);
    const bound = await makerWith({ origins: [SHOP] });
    await refused(bound.post<Problem>(`${KEY}/${strong.id}/rotate`), '/origins');
    const passing = await makerWith({ expires_at: SOON });
    await refused(passing.post<Problem>(`${KEY}/${strong.id}/rotate`), '/expires_at');
    expect((await withKey(app, strong).get(`${STORAGE}/orders`)).status).toBe(200);
  });

  it('neither sees nor revokes one of further scopes', async () => {
    const strong = await makeKey(moon.client, { scopes: ['storage:*'] });
    const weak = await makeKey(moon.client, { scopes: ['key:*', 'storage:read'] });
    const client = withKey(app, weak);
    const listed = (await client.get<NewKey[]>(KEY)).body.map(({ id }) => id);
    expect(listed).toContain(weak.id);
    expect(listed).not.toContain(strong.id);
    expect(listed).not.toContain(moon.key.id);
    expect((await client.delete(`${KEY}/${strong.id}`)).status).toBe(404);
    expect((await client.post(`${KEY}/revoke`, { id: strong.id })).status).toBe(404);
    expect((await client.post(`${KEY}/revoke`, { key: strong.key })).status).toBe(404);
    expect((await withKey(app, strong).get(`${STORAGE}/orders`)).status).toBe(200);
  });

  it('does not become the root key by its name', async () => {
    for (const text of ['root', 'route', '', 'cgx_sk_', 'cgx_sk_root']) {
      const answer = await app.anonymous.with({ 'x-api-key': text }).get<Problem>(`${STORAGE}/orders`);
      expect(answer.status).toBe(401);
    }
    const { headers } = await app.anonymous.with({ 'x-api-key': 'root' }).get(KEY);
    expect(headers.get('www-authenticate')).toContain('ApiKey');
  });

  it('does not become a secret one by another prefix', async () => {
    const page = await makeKey(moon.client, { type: 'publishable' });
    const forged = { key: page.key.replace('cgx_pk_', 'cgx_sk_') };
    expect((await withKey(app, forged).get(KEY)).status).toBe(401);
    // Nor when somebody who can write to the database has exchanged the types only.
    await app.db
      .collection<{ _id: string }>('_KEYS')
      .updateOne({ _id: page.id }, { $set: { type: 'secret' } });
    expect((await withKey(app, page).get(KEY)).status).toBe(401);
  });
});
