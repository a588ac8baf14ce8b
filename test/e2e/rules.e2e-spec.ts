import type { ApiClient, Problem } from '../support/api-client.js';
import { declare, PageUser, STORAGE, withPublishableKey } from '../support/publishable-key.js';
import { TestApp } from '../support/test-app.js';

const NOTES = `${STORAGE}/notes`;
const OWN = { owner: '$user._id' };

type Found = Record<string, unknown>[];

describe('rules of a collection', () => {
  let app: TestApp;
  let page: ApiClient;
  let ada: PageUser;
  let bob: PageUser;
  beforeAll(async () => {
    app = await TestApp.start();
    page = await withPublishableKey(app);
    ada = await PageUser.create(app, page, { role: 'editor', teams: ['red', 'blue'] });
    bob = await PageUser.create(app, page, { role: 'reader', teams: 'red' });
    await declare(app, 'notes', {
      rules: { list: OWN, view: OWN, create: OWN, update: OWN, delete: OWN, aggregate: OWN },
      stamp: OWN,
    });
    await app.client.post(NOTES, [
      { _id: 'a1', owner: ada.id, n: 1 },
      { _id: 'a2', owner: ada.id, n: 2 },
      { _id: 'b1', owner: bob.id, n: 3 },
      { _id: 'both', owner: [ada.id, bob.id], n: 4 },
    ]);
  });
  afterAll(() => app?.stop());

  const idsOf = async (client: ApiClient, path: string, query?: Record<string, unknown>) =>
    ((await client.get<Found>(path, query)).body ?? []).map(({ _id }) => _id);

  it('show everybody their own documents, whatever they ask', async () => {
    expect(await idsOf(ada.client, NOTES)).toEqual(['a1', 'a2']);
    expect(await idsOf(bob.client, NOTES, { query: { owner: ada.id } })).toEqual([]);
    expect(await idsOf(bob.client, NOTES, { query: { $or: [{ n: 1 }, { n: 3 }] } })).toEqual(['b1']);
    expect((await bob.client.get(`${NOTES}/a1`)).status).toBe(404);
    expect((await bob.client.get(`${NOTES}/b1`)).body).toMatchObject({ n: 3 });
    const counted = await ada.client.get(NOTES, { count: true, limit: 1 });
    expect(counted.headers.get('x-total-count')).toBe('2');
  });

  it('show nobody anything, and everything to secret keys', async () => {
    expect(await idsOf(page, NOTES)).toEqual([]);
    expect(await idsOf(app.client, NOTES)).toHaveLength(4);
  });

  it('let everybody sum up their own documents', async () => {
    const pipeline = [{ $group: { _id: null, sum: { $sum: '$n' } } }];
    const sumOf = async (client: ApiClient) =>
      (await client.post<Found>(`${NOTES}/aggregate`, { pipeline })).body;
    expect(await sumOf(ada.client)).toEqual([{ _id: null, sum: 3 }]);
    expect(await sumOf(bob.client)).toEqual([{ _id: null, sum: 3 }]);
    expect(await sumOf(page)).toEqual([]);
    expect(await sumOf(app.client)).toEqual([{ _id: null, sum: 10 }]);
  });

  it('stamp the owner on new documents, over what the caller says', async () => {
    for (const owner of [undefined, ada.id, [bob.id, ada.id], { $oid: ada.id }]) {
      const { body } = await bob.client.post<{ ids: string[] }>(NOTES, { n: 9, owner });
      const [id] = body.ids;
      expect((await app.client.get(`${NOTES}/${id}`)).body).toMatchObject({ owner: bob.id });
      expect((await bob.client.delete(`${NOTES}/${id}`)).body).toEqual({ deleted: 1 });
    }
    expect((await page.post<Problem>(NOTES, { n: 9 })).body).toMatchObject({
      status: 403,
      code: 'forbidden',
    });
  });

  it('let everybody change and delete their own documents alone', async () => {
    const document = { $set: { seen: true } };
    expect((await bob.client.patch(`${NOTES}/a1`, { document })).status).toBe(404);
    expect((await bob.client.delete(`${NOTES}/a1`)).status).toBe(404);
    expect((await bob.client.patch(NOTES, { query: {}, document })).body).toEqual({
      matched: 1,
      modified: 1,
    });
    expect((await bob.client.patch(`${NOTES}/b1`, { document })).body).toEqual({ matched: 1, modified: 1 });
    expect((await bob.client.delete(NOTES, { query: { n: { $lt: 3 } } })).body).toEqual({ deleted: 0 });
    expect(await idsOf(app.client, NOTES, { query: { seen: true } })).toEqual(['b1']);
  });

  it('keep stamped fields from being changed', async () => {
    for (const document of [
      { $set: { owner: ada.id } },
      { $unset: { owner: 1 } },
      { $rename: { owner: 'n' } },
      { $rename: { n: 'owner' } },
      { $set: { 'owner.0': ada.id } },
    ])
      expect((await bob.client.patch<Problem>(`${NOTES}/b1`, { document })).body.code).toBe('update_refused');
  });

  it('look at both sides of an update', async () => {
    await declare(app, 'tasks', { rules: { create: OWN, list: OWN, update: OWN } });
    const tasks = `${STORAGE}/tasks`;
    await app.client.post(tasks, [
      { _id: 'mine', owner: bob.id },
      { _id: 'hers', owner: ada.id },
    ]);
    const change = (id: string, document: object) =>
      bob.client.patch<Problem>(`${tasks}/${id}`, { document });
    for (const owner of [ada.id, [bob.id, ada.id], [bob.id], null, { $oid: bob.id }])
      expect((await change('mine', { $set: { owner } })).body).toMatchObject({ code: 'forbidden' });
    expect((await change('mine', { $unset: { owner: 1 } })).status).toBe(403);
    expect((await change('mine', { $rename: { owner: 'was' } })).status).toBe(403);
    expect((await change('mine', { $set: { done: true } })).status).toBe(200);
    expect((await change('hers', { $set: { owner: bob.id } })).status).toBe(404);
    const all = await bob.client.patch<Problem>(tasks, { query: {}, document: { $set: { owner: ada.id } } });
    expect(all.status).toBe(403);
    expect((await app.client.get(`${tasks}/mine`)).body).toMatchObject({ owner: bob.id, done: true });
    expect((await bob.client.post(tasks, { owner: bob.id })).status).toBe(201);
    for (const owner of [ada.id, [bob.id], [bob.id, ada.id], undefined])
      expect((await bob.client.post(tasks, { owner })).status).toBe(403);
  });

  it('read fields of the user, and values of the moment', async () => {
    await declare(app, 'news', {
      rules: {
        list: { from: { $lte: '$now' }, team: { $in: '$user.teams' } },
        update: { $nor: [{ locked: true }], minimum: '$user.role' },
        create: { ip: '$request.ip' },
      },
    });
    const news = `${STORAGE}/news`;
    const past = { $date: '2020-01-01T00:00:00Z' };
    const future = { $date: '2120-01-01T00:00:00Z' };
    await app.client.post(news, [
      { _id: 'red', team: 'red', from: past, minimum: 'editor' },
      { _id: 'later', team: 'red', from: future },
      { _id: 'green', team: 'green', from: past },
    ]);
    expect(await idsOf(ada.client, news)).toEqual(['red']);
    // The value is no list, and so there is none.
    expect(await idsOf(bob.client, news)).toEqual([]);
    const document = { $set: { seen: true } };
    expect((await ada.client.patch(`${news}/red`, { document })).status).toBe(200);
    expect((await bob.client.patch(`${news}/red`, { document })).status).toBe(404);
    expect((await page.post(news, { ip: '127.0.0.1' })).status).toBe(201);
    expect((await page.post(news, { ip: '192.0.2.1' })).status).toBe(403);
  });

  it.each([
    { owner: { $ne: '$user.nothing' } },
    { owner: { $nin: ['$user.nothing'] } },
    { owner: { $nin: '$user.nothing' } },
    { owner: { $not: { $eq: '$user.nothing' } } },
    { $nor: [{ owner: '$user.nothing' }] },
    { $or: [{ _id: { $exists: true } }, { owner: '$user.nothing' }] },
    { owner: { $in: [null, '$user.nothing'] } },
  ])('match nothing when a placeholder has no value: %j', async (rule) => {
    await declare(app, 'voids', { rules: { list: rule, create: rule, aggregate: rule } });
    const voids = `${STORAGE}/voids`;
    await app.client.post(voids, { owner: 'x' });
    expect(await idsOf(ada.client, voids)).toEqual([]);
    expect((await ada.client.post(`${voids}/aggregate`, { pipeline: [{ $count: 'n' }] })).body).toEqual([]);
    expect((await ada.client.post(voids, { owner: 'y' })).status).toBe(403);
  });

  it('open to everybody what says {}, and close what says nothing', async () => {
    await declare(app, 'open', { rules: { create: {}, list: {} } });
    const open = `${STORAGE}/open`;
    expect((await page.post(open, { _id: 'x', a: 1 })).status).toBe(201);
    expect(await idsOf(page, open)).toEqual(['x']);
    expect((await page.get(`${open}/x`)).status).toBe(404);
    expect((await page.delete(`${open}/x`)).status).toBe(404);
    expect((await page.post(`${open}/aggregate`, { pipeline: [] })).status).toBe(404);
  });
});
