import { setTimeout as sleep } from 'node:timers/promises';
import { GenerationHooks, type PlannedCall, type UsageRow } from '../../src/services/generation/index.js';
import { CoglexError } from '../../src/platform/errors/coglex-error.js';
import * as gemini from '../support/gemini/gemini-replies.js';
import { EventStream } from '../support/provider/event-stream.js';
import { ask, GENERATION, GenerationApp } from '../support/provider/generation-app.js';
import { hangUp, silence } from '../support/provider/http-stand-in.js';
import { TEST_SECRET } from '../support/test-app.js';
import { TestUser } from '../support/test-user.js';

const CONVERSE = `${GENERATION}/converse`;
const MODEL = 'models/gemini-2.5-flash';

describe('metering', () => {
  let api: GenerationApp;
  beforeAll(async () => {
    api = await GenerationApp.start({
      env: {
        GENERATION_TIMEOUT_MS: '300',
        GENERATION_RETRIES: '0',
        GENERATION_PRICES: JSON.stringify({
          [MODEL]: [
            { from: '2020-01-01', in: 1000, out: 2000, cached: 100 },
            { from: '2999-01-01', in: 1, out: 1 },
          ],
        }),
      },
    });
  });
  afterAll(() => api?.stop());
  beforeEach(async () => {
    api.forget();
    await rows().deleteMany({});
  });

  const rows = () => api.app.db.collection<UsageRow>('_USAGE');
  const open = () => api.app.db.collection('_GENERATION_CALLS');
  const converse = (body: object) => api.app.client.post(CONVERSE, body);
  const stream = (body: object = ask('one two')) =>
    EventStream.open(`${api.app.url}${CONVERSE}/stream`, body, { 'x-api-key': TEST_SECRET });
  /** Resolves when there is a row and no call is under way any more. */
  const settled = async () => {
    while ((await rows().countDocuments()) === 0 || (await open().countDocuments()) > 0) await sleep(10);
    return rows().find().toArray();
  };

  it('is durable before a plain answer returns', async () => {
    api.gemini.next(gemini.say('a b c', { cachedContentTokenCount: 1 }));
    await converse(ask('one two'));
    const [row, ...others] = await rows().find().toArray();
    expect(others).toEqual([]);
    expect(row).toMatchObject({
      ...{ project: 'default', key: 'root', user: null, model: MODEL, operation: 'converse', state: 'done' },
      ...{ in: 2, out: 3, cached: 1, cost: (1 * 1000 + 1 * 100 + 3 * 2000) / 1e6 },
      day: new Date().toISOString().slice(0, 10),
    });
    expect(row.latency).toBeGreaterThanOrEqual(0);
    await settled();
  });

  it('is written once for a stream that is read to its end', async () => {
    await (await stream()).rest();
    expect(await settled()).toMatchObject([{ state: 'done', in: 2, out: 4 }]);
  });

  it.each([
    [
      'a stream that is left',
      async () => (await stream()).hangUp(),
      gemini.stallAfter('a b c d e f g h i j k l'),
      'cancelled',
    ],
    [
      'a stream that breaks',
      async () => (await stream()).rest(),
      gemini.breakAfter('one two three'),
      'broken',
    ],
    [
      'a stream that stalls',
      async () => (await stream()).rest(),
      gemini.stallAfter('one two three'),
      'timeout',
    ],
    ['silence', () => converse(ask('one two')), silence, 'timeout'],
    ['a blocked prompt', () => converse(ask('one two')), gemini.blockPrompt, 'blocked'],
  ])('counts the prompt of %s at least', async (_what, act, reply, state) => {
    api.gemini.next(reply);
    await act();
    const [row, ...others] = await settled();
    expect(others).toEqual([]);
    expect(row.state).toBe(state);
    expect(row.in).toBeGreaterThanOrEqual(2);
    expect(row.cost).toBeGreaterThanOrEqual(0.002);
    if (state === 'cancelled' || state === 'broken') expect(row.out).toBeGreaterThan(2);
  });

  it('counts the prompt of a plain call that is left', async () => {
    api.gemini.next(silence);
    const abort = new AbortController();
    const headers = { 'content-type': 'application/json', 'x-api-key': TEST_SECRET };
    const body = JSON.stringify(ask('one two'));
    const answer = fetch(`${api.app.url}${CONVERSE}`, {
      method: 'POST',
      headers,
      body,
      signal: abort.signal,
    });
    while (api.gemini.open === 0) await sleep(5);
    abort.abort();
    await answer.catch(() => undefined);
    expect(await settled()).toMatchObject([{ state: 'cancelled', out: 0 }]);
  });

  it('keeps a call that nobody served, and does not count it', async () => {
    api.gemini.next(hangUp);
    await converse(ask('one two'));
    expect(await settled()).toMatchObject([{ state: 'failed', in: 0, out: 0, cost: 0 }]);
    const { body } = await api.app.client.get(`${GENERATION}/usage`);
    expect(body).toEqual([]);
  });

  it('makes up for a server that died in the middle, once', async () => {
    const now = new Date();
    const row = {
      ...{
        _id: 'lost-call',
        project: 'default',
        key: 'root',
        user: null,
        model: MODEL,
        operation: 'converse',
      },
      ...{
        state: 'lost',
        in: 7,
        out: 0,
        cached: 0,
        cost: 0.007,
        latency: 0,
        day: '2026-01-31',
        _inserted: now,
      },
    };
    await open().insertOne({
      _id: 'lost-call' as never,
      row,
      holds: [],
      until: new Date(now.getTime() - 1000),
    });
    expect(await settled()).toMatchObject([{ _id: 'lost-call', state: 'lost', in: 7 }]);
  });

  it('is added up by day, user, key and model', async () => {
    const user = await TestUser.create(api.app);
    await converse(ask('one two'));
    await converse(ask('one two'));
    await user.client.post(CONVERSE, { ...ask('one'), model: 'openai/x' });
    const day = new Date().toISOString().slice(0, 10);
    const report = async (query: object, client = api.app.client) =>
      (await client.get<object[]>(`${GENERATION}/usage`, query as Record<string, unknown>)).body;
    const own = {
      day,
      user: user.id,
      key: 'root',
      model: 'openai/x',
      requests: 1,
      in: 1,
      out: 3,
      cached: 0,
      cost: 0,
    };
    expect(await report({})).toEqual(
      expect.arrayContaining([
        { day, user: null, key: 'root', model: MODEL, requests: 2, in: 4, out: 8, cached: 0, cost: 0.02 },
        own,
      ]),
    );
    expect(await report({ group: 'day', from: day, to: day })).toEqual([
      { day, requests: 3, in: 5, out: 11, cached: 0, cost: 0.02 },
    ]);
    expect(await report({}, user.client)).toEqual([own]);
    expect(await report({ to: '2020-01-01' })).toEqual([]);
    for (const bad of [{ from: 'monday' }, { group: 'day,color' }, { from: '2020-01-01' }, { color: 1 }])
      expect((await api.app.client.get(`${GENERATION}/usage`, bad)).status).toBe(400);
  });

  it('asks hooks before and tells them after, in one account', async () => {
    const before: PlannedCall[] = [];
    const after: UsageRow[] = [];
    let closed = false;
    api.app.nest.get(GenerationHooks, { strict: false }).register({
      before: async (call) => {
        if (closed) throw new CoglexError('quota_exceeded', { detail: 'The wallet is empty.' });
        before.push(call);
      },
      after: async (usage) => void after.push(usage),
    });
    await converse({ ...ask('one two'), generationConfig: { maxOutputTokens: 10 } });
    expect(before).toMatchObject([{ model: MODEL, output: 10, key: 'root', user: null }]);
    expect(after).toMatchObject([{ _id: before[0].id, state: 'done', in: 2 }]);
    api.gemini.next(hangUp);
    await converse(ask('x'));
    expect(after).toMatchObject([{}, { _id: before[1].id, state: 'failed', cost: 0 }]);
    closed = true;
    const asked = api.gemini.requests.length;
    expect(await converse(ask('x'))).toMatchObject({ status: 429, body: { detail: 'The wallet is empty.' } });
    expect(api.gemini.requests).toHaveLength(asked);
    closed = false;
  });
});
