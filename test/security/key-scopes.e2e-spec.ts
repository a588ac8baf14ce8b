import type { ApiClient, Problem } from '../support/api-client.js';
import { routesOf, type Route } from '../support/permissions.js';
import { TestApp } from '../support/test-app.js';
import { KEY, makeKey, PROJECT, withKey } from '../support/test-project.js';

const STORAGE = '/service/storage/v1';

/** Routes that ask for a key of the database. */
const takesKeys = ({ rule }: Route) => rule.kind === 'restricted' && rule.key === true;
const isRead = ({ method, rule }: Route) =>
  (rule.kind === 'restricted' && rule.action ? rule.action : method === 'GET' ? 'read' : 'write') === 'read';

describe('the scopes of a key', () => {
  let app: TestApp;
  let routes: Route[];
  beforeAll(async () => {
    app = await TestApp.start();
    routes = routesOf(app.nest).filter(takesKeys);
  });
  afterAll(() => app.stop());

  const scoped = async (...scopes: string[]) => withKey(app, await makeKey(app.client, { scopes }));
  const codeOf = async (client: ApiClient, { method, path }: Route) => {
    const url = path.replaceAll(/:\w+/g, 'things');
    return (await client.send<Problem | undefined>(method, url)).body?.code;
  };

  it('close every route when there are none', async () => {
    expect(routes.length).toBeGreaterThan(20);
    const client = await scoped();
    for (const route of routes)
      expect({ route, code: await codeOf(client, route) }).toEqual({ route, code: 'key_not_allowed' });
  });

  it('of one service close every route of the others', async () => {
    const client = await scoped('storage:*');
    for (const route of routes.filter(({ path }) => !path.startsWith(`${STORAGE}/`)))
      expect({ route, code: await codeOf(client, route) }).toEqual({ route, code: 'key_not_allowed' });
  });

  it('that only read close every route that writes (a read-only key writes, xfh7-phr7-gr2x)', async () => {
    const services = new Set(routes.map(({ path }) => path.split('/')[2]));
    const client = await scoped(...[...services].map((service) => `${service}:read`));
    for (const route of routes.filter((each) => !isRead(each)))
      expect({ route, code: await codeOf(client, route) }).toEqual({ route, code: 'key_not_allowed' });
    expect((await client.get(`${STORAGE}/things`)).status).toBe(200);
    expect((await client.post(`${STORAGE}/things/aggregate`, { pipeline: [] })).status).toBe(200);
  });

  it('that only write read nothing', async () => {
    const client = await scoped('storage:write');
    expect((await client.post(`${STORAGE}/things`, { name: 'lamp' })).status).toBe(201);
    for (const path of ['things', 'things/1'])
      expect((await client.get<Problem>(`${STORAGE}/${path}`)).body.code).toBe('key_not_allowed');
  });

  it('of one collection hold however the path is written', async () => {
    const client = await scoped('storage:orders:*');
    await client.post(`${STORAGE}/orders`, { _id: '1' });
    for (const path of ['orders', 'orders/', 'orders/1', '%6frders', 'orders?limit=1'])
      expect((await client.get(`${STORAGE}/${path}`)).status).toBe(200);
    for (const path of ['things', 'Orders', 'orders%2f', 'orders2', '_KEYS', 'orders:x', 'constructor'])
      expect((await client.get(`${STORAGE}/${path}`)).status).toBe(403);
    for (const path of ['//orders', '/orders%00', 'orders/../things'])
      expect((await client.get(`${STORAGE}/${path}`)).status).not.toBe(200);
    const overridden = client.with({
      'x-http-method-override': 'GET',
      'x-original-url': `${STORAGE}/orders`,
    });
    expect((await overridden.delete(`${STORAGE}/things/1`)).status).toBe(403);
  });

  it('hold inside of pipelines, however deep another collection is joined', async () => {
    await app.client.post(`${STORAGE}/hidden`, { _id: '1', text: 'hidden' });
    const client = await scoped('storage:orders:read', 'storage:shops:read');
    const lookup = (from: string) => ({ $lookup: { from, as: 'x', pipeline: [] } });
    const graph = { from: 'hidden', startWith: '1', connectFromField: 'a', connectToField: '_id', as: 'x' };
    const pipelines = [
      [lookup('hidden')],
      [{ $unionWith: 'hidden' }],
      [{ $unionWith: { coll: 'hidden', pipeline: [] } }],
      [{ $graphLookup: graph }],
      [{ $facet: { a: [lookup('hidden')] } }],
      [{ $lookup: { from: 'shops', as: 'x', pipeline: [lookup('hidden')] } }],
      [{ $unionWith: { coll: 'shops', pipeline: [{ $unionWith: 'hidden' }] } }],
    ];
    for (const pipeline of pipelines) {
      const aggregate = (caller: ApiClient) =>
        caller.post<Problem>(`${STORAGE}/orders/aggregate`, { pipeline });
      expect((await aggregate(client)).body).toMatchObject({ status: 400, code: 'query_refused' });
      expect((await aggregate(app.client)).status).toBe(200);
    }
    const own = [lookup('shops'), { $unionWith: 'orders' }];
    expect((await client.post(`${STORAGE}/orders/aggregate`, { pipeline: own })).status).toBe(200);
  });

  it('are taken from the key, and from nothing that comes with the request', async () => {
    const client = await scoped('storage:read');
    const tricks = [
      client.post<Problem>(`${STORAGE}/things`, { name: 'lamp', scopes: ['*'] }),
      client.post<Problem>(`${STORAGE}/things?scopes=*&scope=storage:write`, { name: 'lamp' }),
      client.with({ 'x-scopes': '*', scopes: '*' }).post<Problem>(`${STORAGE}/things`, { name: 'lamp' }),
      client.with({ 'x-project': 'default' }).delete<Problem>(`${STORAGE}/things`, { query: {} }),
    ];
    for (const { body } of await Promise.all(tricks)) expect(body.code).toBe('key_not_allowed');
  });

  it('do not open what is for the root key alone', async () => {
    const client = await scoped('*');
    const rootOnly = routes.filter(({ rule }) => rule.kind === 'restricted' && rule.root);
    expect(rootOnly.length).toBeGreaterThan(0);
    for (const route of rootOnly)
      expect({ route, code: await codeOf(client, route) }).toEqual({ route, code: 'key_not_allowed' });
  });

  it('do not open to a publishable key what is not for it', async () => {
    const page = withKey(app, await makeKey(app.client, { type: 'publishable', scopes: ['*'] }));
    const closed = routes.filter(({ rule }) => rule.kind === 'restricted' && !rule.publishable);
    for (const route of closed)
      expect({ route, code: await codeOf(page, route) }).toEqual({ route, code: 'key_not_allowed' });
    expect(closed.map(({ path }) => path)).toEqual(expect.arrayContaining([KEY, PROJECT]));
  });
});
