import type { Browser, Page } from 'playwright-core';
import { describeInBrowser, launchBrowser } from '../support/browser.js';
import { declare, STORAGE } from '../support/publishable-key.js';
import { StaticSite } from '../support/static-site.js';
import { TestApp } from '../support/test-app.js';
import { makeKey, withKey } from '../support/test-project.js';
import { AUTH } from '../support/test-user.js';

const NOTES = `${STORAGE}/notes`;
const OWN = { owner: '$user._id' };
const RULES = { list: OWN, view: OWN, create: OWN, update: OWN, delete: OWN, aggregate: OWN };

interface Answer<T> {
  status: number;
  body: T;
}

/** Somebody in front of a browser: what is called here is called by a script of the page. */
class Visitor {
  private token?: string;

  constructor(
    readonly page: Page,
    private readonly api: string,
    private readonly key: string,
  ) {}

  async call<T>(method: string, path: string, body?: unknown): Promise<Answer<T>> {
    const headers: Record<string, string> = { 'x-api-key': this.key };
    if (body !== undefined) headers['content-type'] = 'application/json';
    if (this.token) headers.authorization = `Bearer ${this.token}`;
    const request = { method, headers, body: body === undefined ? undefined : JSON.stringify(body) };
    return this.page.evaluate(
      async ([url, options]) => {
        const response = await fetch(url, options);
        return { status: response.status, body: (await response.json()) as never };
      },
      [`${this.api}${path}`, request] as const,
    );
  }

  /** Makes an account and signs in. @returns its `_id` */
  async join(_key: string): Promise<string> {
    const _password = 'correct horse battery';
    const { body } = await this.call<{ _id: string }>('POST', `${AUTH}/signup`, { _key, _password });
    const signedIn = await this.call<{ token: string }>('POST', `${AUTH}/signin`, { _key, _password });
    this.token = signedIn.body.token;
    return body._id;
  }
}

describeInBrowser('a page in a browser with a publishable key', () => {
  let app: TestApp;
  let shop: StaticSite;
  let evil: StaticSite;
  let browser: Browser;
  let key: string;
  let ada: Visitor;
  let bob: Visitor;
  let adaId: string;

  const visit = async (site: StaticSite) => {
    const page = await (await browser.newContext()).newPage();
    await page.goto(site.origin);
    return new Visitor(page, app.url, key);
  };

  beforeAll(async () => {
    [app, shop, evil, browser] = await Promise.all([
      TestApp.start(),
      StaticSite.start(),
      StaticSite.start(),
      launchBrowser(),
    ]);
    await declare(app, 'notes', { rules: RULES, stamp: OWN, hidden: ['internal'] });
    await declare(app, 'prices', { rules: { list: {}, view: {} } });
    const scopes = ['auth:*', 'storage:*'];
    ({ key } = await makeKey(app.client, { type: 'publishable', origins: [shop.origin], scopes }));
    [ada, bob] = [await visit(shop), await visit(shop)];
    adaId = await ada.join('ada@example.com');
    await bob.join('bob@example.com');
  });
  afterAll(async () => {
    await browser?.close();
    await Promise.all([shop?.stop(), evil?.stop(), app?.stop()]);
  });

  it('writes its user’s documents, and sums them up', async () => {
    const documents = [1, 2, 3].map((n) => ({ _id: `a${n}`, n, text: 'of ada' }));
    expect((await ada.call('POST', NOTES, documents)).status).toBe(201);
    expect((await ada.call('GET', NOTES)).body).toMatchObject([{ owner: adaId }, { n: 2 }, { n: 3 }]);
    expect((await ada.call('PATCH', `${NOTES}/a1`, { document: { $inc: { n: 10 } } })).status).toBe(200);
    const pipeline = [{ $group: { _id: '$owner', sum: { $sum: '$n' } } }];
    const { body } = await ada.call('POST', `${NOTES}/aggregate`, { pipeline });
    expect(body).toEqual([{ _id: adaId, sum: 16 }]);
    expect((await ada.call('DELETE', `${NOTES}/a3`)).status).toBe(200);
  });

  it('sees nothing of another user by any of the attacks', async () => {
    await app.client.patch(`${NOTES}/a1`, { document: { $set: { internal: 'hidden' } } });
    const query = (filter: object) => encodeURIComponent(JSON.stringify(filter));
    const lists = [
      NOTES,
      `${NOTES}?query=${query({ owner: adaId })}`,
      `${NOTES}?query=${query({ $or: [{ owner: adaId }, {}] })}`,
      `${NOTES}?query=${query({ $nor: [{ owner: null }] })}`,
      `${NOTES}?sort=${query({ n: 1 })}&limit=1000&count=true`,
    ];
    for (const path of lists) expect((await bob.call('GET', path)).body).toEqual([]);
    const pipelines = [
      [],
      [{ $match: { owner: adaId } }],
      [{ $unionWith: 'notes' }],
      [{ $limit: 1 }, { $lookup: { from: 'notes', pipeline: [], as: 'all' } }],
      [{ $facet: { all: [{ $match: {} }] } }, { $unwind: '$all' }],
      [{ $group: { _id: '$owner' } }],
    ];
    for (const pipeline of pipelines)
      expect((await bob.call('POST', `${NOTES}/aggregate`, { pipeline })).body).toEqual([]);
    expect((await bob.call('GET', `${NOTES}/a1`)).status).toBe(404);
    expect((await bob.call('PATCH', `${NOTES}/a1`, { document: { $set: { n: 0 } } })).status).toBe(404);
    expect((await bob.call('DELETE', `${NOTES}/a1`)).status).toBe(404);
    expect((await bob.call('DELETE', NOTES, { query: {} })).body).toEqual({ deleted: 0 });
    expect((await bob.call('GET', `${AUTH}/ada@example.com`)).status).toBe(404);
    // Its own owner does not see it either.
    expect((await ada.call('GET', `${NOTES}/a1`)).body).not.toHaveProperty('internal');
  });

  it('neither gives a document away nor takes one', async () => {
    await bob.call('POST', NOTES, { _id: 'b1', owner: adaId, text: 'of bob' });
    expect((await ada.call('GET', `${NOTES}/b1`)).status).toBe(404);
    const move = await bob.call('PATCH', `${NOTES}/b1`, { document: { $set: { owner: adaId } } });
    expect(move.status).toBeGreaterThanOrEqual(400);
    expect((await bob.call('GET', `${NOTES}/b1`)).body).toMatchObject({ text: 'of bob' });
  });

  it('reaches only what is open to everybody while nobody is signed in', async () => {
    await app.client.post(`${STORAGE}/prices`, { _id: 'lamp', price: 5 });
    const guest = await visit(shop);
    expect((await guest.call('GET', `${STORAGE}/prices`)).body).toMatchObject([{ price: 5 }]);
    expect((await guest.call('POST', `${STORAGE}/prices`, { price: 1 })).status).toBeGreaterThanOrEqual(400);
    expect((await guest.call('GET', NOTES)).body).toEqual([]);
    for (const path of ['/service/key/v1', '/service/project/v1', '/service/schema/v1/notes'])
      expect((await guest.call('GET', path)).status).toBe(403);
  });

  it('of another origin gets no answer from the browser, and none from the server', async () => {
    const thief = await visit(evil);
    await expect(thief.call('GET', `${STORAGE}/prices`)).rejects.toThrow('Failed to fetch');
    const forged = withKey(app, { key }).with({ origin: evil.origin });
    expect((await forged.get(`${STORAGE}/prices`)).status).toBe(403);
  });
});
