import type { Browser } from 'playwright-core';
import { describeInBrowser, launchBrowser } from '../support/browser.js';
import { ForeignPage, type PageAnswer } from '../support/foreign-page.js';
import { declare, STORAGE } from '../support/publishable-key.js';
import { TestApp } from '../support/test-app.js';
import { makeKey } from '../support/test-project.js';
import { AUTH } from '../support/test-user.js';

const NOTES = `${STORAGE}/notes`;
const OWN = { owner: '$user._id' };
const PASSWORD = 'correct horse battery';
const SECRET = 'the-diary-of-ada';

type Call = (method: string, path: string, body?: unknown) => Promise<PageAnswer>;

describeInBrowser('a page of another origin, in Chromium', () => {
  let app: TestApp;
  let foreign: ForeignPage;
  let browser: Browser;
  let ada: Call;
  let eve: Call;

  beforeAll(async () => {
    [app, foreign, browser] = await Promise.all([TestApp.start(), ForeignPage.serve(), launchBrowser()]);
    await declare(app, 'notes', {
      schema: { type: 'object', required: ['text'], properties: { text: { type: 'string' } } },
      rules: { list: OWN, view: OWN, create: OWN, update: OWN, delete: OWN, aggregate: OWN },
      stamp: OWN,
      hidden: ['score'],
    });
    await declare(app, 'tags', { rules: { aggregate: {}, list: {} } });
    await app.client.post(`${STORAGE}/tags`, { _id: 'tag', note: 'ada-note', guess: 99 });
    const { key } = await makeKey(app.client, { type: 'publishable', origins: [foreign.origin] });
    const open = async (): Promise<Call> => {
      const page = await (await browser.newContext()).newPage();
      await page.goto(foreign.origin);
      return foreign.caller(page, app.url, key);
    };
    [ada, eve] = [await open(), await open()];
  });
  afterAll(async () => {
    await browser?.close();
    await foreign?.stop();
    await app?.stop();
  });

  const join = async (call: Call, _key: string) => {
    const up = await call('POST', `${AUTH}/signup`, { _key, _password: PASSWORD, document: { name: _key } });
    const signedIn = await call('POST', `${AUTH}/signin`, { _key, _password: PASSWORD });
    return [up.status, signedIn.status];
  };
  const aggregate = (call: Call, pipeline: unknown[], path = NOTES) =>
    call('POST', `${path}/aggregate`, { pipeline });

  it('signs users up and in with a publishable key', async () => {
    expect(await join(ada, 'ada@example.com')).toEqual([201, 200]);
    expect(await join(eve, 'eve@example.com')).toEqual([201, 200]);
  });

  it('writes documents of its user, and sums them up', async () => {
    const written = await ada('POST', NOTES, [
      { _id: 'ada-note', text: SECRET, pages: 3 },
      { text: 'another', pages: 4 },
    ]);
    expect(written).toMatchObject({ status: 201, body: { inserted: 2 } });
    await app.client.patch(`${NOTES}/ada-note`, { document: { $set: { score: 99 } } });
    expect((await eve('POST', NOTES, { _id: 'eve-note', text: 'mine', pages: 1 })).status).toBe(201);
    expect((await ada('PATCH', `${NOTES}/ada-note`, { document: { $inc: { pages: 1 } } })).status).toBe(200);
    const sum = [{ $group: { _id: null, pages: { $sum: '$pages' }, notes: { $sum: 1 } } }];
    expect((await aggregate(ada, sum)).body).toEqual([{ _id: null, pages: 8, notes: 2 }]);
    expect((await aggregate(eve, sum)).body).toEqual([{ _id: null, pages: 1, notes: 1 }]);
    expect(await ada('POST', NOTES, { text: 7 })).toMatchObject({ status: 400 });
  });

  it('sees nothing of others, by any of the attacks', async () => {
    const q = (query: unknown) => `${NOTES}?query=${encodeURIComponent(JSON.stringify(query))}`;
    const answers = [
      await eve('GET', NOTES),
      await eve('GET', `${NOTES}/ada-note`),
      await eve('GET', q({ $or: [{ text: SECRET }, {}] })),
      await eve('GET', q({ owner: { $ne: null } })),
      await eve('GET', q({ $nor: [{ owner: 'x' }] })),
      await eve('GET', q({ $expr: true })),
      await eve('GET', `${NOTES}?keys=${encodeURIComponent('{"score":1,"all":"$$ROOT"}')}`),
      await aggregate(eve, [{ $match: {} }, { $group: { _id: '$text', all: { $push: '$$ROOT' } } }]),
      await aggregate(eve, [{ $facet: { a: [{ $match: { owner: { $exists: true } } }] } }]),
      await aggregate(eve, [{ $unionWith: 'notes' }]),
      await aggregate(eve, [{ $unionWith: '_USERS' }]),
      await aggregate(eve, [{ $lookup: { from: 'notes', pipeline: [], as: 'x' } }]),
      await aggregate(
        eve,
        [{ $lookup: { from: 'notes', localField: 'note', foreignField: '_id', as: 'x' } }],
        `${STORAGE}/tags`,
      ),
      await aggregate(eve, [{ $out: 'tags' }]),
      await eve('GET', `${AUTH}/ada@example.com`),
      await eve('GET', `${STORAGE}/_USERS`),
      await eve('GET', '/service/schema/v1/notes'),
      await eve('POST', '/service/key/v1', { name: 'mine', type: 'secret' }),
    ];
    expect(JSON.stringify(answers)).not.toContain(SECRET);
    expect(JSON.stringify(answers)).not.toContain('"_id":"ada-note"');
    // Every one of them was answered to the page, and not lost on the way.
    expect(answers.filter(({ status }) => status === 0)).toEqual([]);
  });

  it('changes nothing of others, nor what it may do', async () => {
    const set = { document: { $set: { text: 'stolen' } } };
    expect((await eve('PATCH', `${NOTES}/ada-note`, set)).status).toBe(404);
    expect((await eve('DELETE', `${NOTES}/ada-note`)).status).toBe(404);
    expect((await eve('PATCH', NOTES, { query: {}, ...set })).body).toEqual({ matched: 1, modified: 1 });
    expect((await eve('PATCH', `${NOTES}/eve-note`, { document: { $set: { owner: 'x' } } })).status).toBe(
      400,
    );
    const role = { document: { $set: { role: 'admin' } } };
    expect((await eve('PATCH', `${AUTH}/eve@example.com`, role)).status).toBe(400);
    expect((await ada('GET', `${NOTES}/ada-note`)).body).toMatchObject({ text: SECRET, pages: 4 });
  });

  it('hides from its own user what only servers see', async () => {
    const own = await ada('GET', `${NOTES}/ada-note`);
    expect(own.body).not.toHaveProperty('score');
    const guess = [{ $lookup: { from: 'notes', localField: 'guess', foreignField: 'score', as: 'x' } }];
    expect(await aggregate(ada, guess, `${STORAGE}/tags`)).toMatchObject({ status: 200, body: [{ x: [] }] });
  });

  it('is kept out by the browser and the key where it is not named', async () => {
    const { key } = await makeKey(app.client, { type: 'publishable', origins: ['https://shop.example'] });
    const page = await (await browser.newContext()).newPage();
    await page.goto(foreign.origin);
    const { status, body } = await foreign.caller(page, app.url, key)('GET', NOTES);
    expect([0, 403]).toContain(status);
    expect(JSON.stringify(body)).not.toContain(SECRET);
  });
});
