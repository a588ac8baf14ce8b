import { setTimeout as sleep } from 'node:timers/promises';
import type { Problem } from '../support/api-client.js';
import * as gemini from '../support/gemini/gemini-replies.js';
import { BAD_KEY as BAD_GEMINI_KEY } from '../support/gemini/gemini-stand-in.js';
import * as openai from '../support/openai/openai-replies.js';
import { BAD_KEY as BAD_OPENAI_KEY } from '../support/openai/openai-stand-in.js';
import { EventStream, textOfEvents } from '../support/provider/event-stream.js';
import { ask, GENERATION, GenerationApp } from '../support/provider/generation-app.js';
import { hangUp, silence, type Reply } from '../support/provider/http-stand-in.js';
import { TEST_SECRET, TestApp } from '../support/test-app.js';

const CONVERSE = `${GENERATION}/converse`;
const GEMINI = 'models/gemini-2.5-flash';
const OPENAI = 'openai/gpt-4.1-mini';

const RETRY_INFO = { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '33.2s' };

describe('errors of providers', () => {
  let api: GenerationApp;
  beforeAll(async () => {
    api = await GenerationApp.start({ env: { GENERATION_TIMEOUT_MS: '1500' } });
  });
  afterAll(() => api?.stop());
  beforeEach(() => api.forget());

  const providerOf = (model: string) => (model === GEMINI ? api.gemini : api.openai);
  const converse = (body: object) => api.app.client.post<Problem>(CONVERSE, body);
  const stream = (body: object) =>
    EventStream.open(`${api.app.url}${CONVERSE}/stream`, body, { 'x-api-key': TEST_SECRET });

  const cases: [what: string, model: string, reply: Reply, status: number, code: string, asked: number][] = [
    ['a blocked prompt', GEMINI, gemini.blockPrompt, 422, 'blocked_by_safety', 1],
    ['a blocked prompt', OPENAI, openai.blockPrompt, 422, 'blocked_by_safety', 1],
    [
      'a used up quota',
      GEMINI,
      gemini.fail(429, 'RESOURCE_EXHAUSTED', 'Quota exceeded.'),
      429,
      'provider_quota',
      1,
    ],
    [
      'a used up quota',
      OPENAI,
      openai.fail(429, 'rate_limit_exceeded', 'Slow down.'),
      429,
      'provider_quota',
      1,
    ],
    [
      'a prompt that is too long',
      GEMINI,
      gemini.fail(
        400,
        'INVALID_ARGUMENT',
        'The input token count (2000001) exceeds the maximum number of tokens allowed.',
      ),
      422,
      'context_too_long',
      1,
    ],
    [
      'a prompt that is too long',
      OPENAI,
      openai.fail(400, 'context_length_exceeded', 'This model’s maximum context length is 8192 tokens.'),
      422,
      'context_too_long',
      1,
    ],
    [
      'a request it does not like',
      GEMINI,
      gemini.fail(400, 'INVALID_ARGUMENT', 'No such voice.'),
      422,
      'unprocessable',
      1,
    ],
    [
      'a request it does not like',
      OPENAI,
      openai.fail(400, 'invalid_request', 'No such voice.'),
      422,
      'unprocessable',
      1,
    ],
    ['an unknown model', GEMINI, gemini.fail(404, 'NOT_FOUND', 'models/x is not found'), 404, 'not_found', 1],
    [
      'an unknown model',
      OPENAI,
      openai.fail(404, 'model_not_found', 'The model does not exist'),
      404,
      'not_found',
      1,
    ],
    ['an outage', GEMINI, gemini.fail(503, 'UNAVAILABLE', 'Overloaded.'), 503, 'provider_unavailable', 3],
    ['an outage', OPENAI, openai.fail(500, 'server_error', 'Oops.'), 503, 'provider_unavailable', 3],
    ['a lost connection', GEMINI, hangUp, 503, 'provider_unavailable', 3],
    ['a lost connection', OPENAI, hangUp, 503, 'provider_unavailable', 3],
    ['silence', GEMINI, silence, 504, 'provider_timeout', 1],
    ['silence', OPENAI, silence, 504, 'provider_timeout', 1],
  ];

  it.each(cases)('say of %s of %s what it is', async (_what, model, reply, status, code, asked) => {
    for (const path of [CONVERSE, `${CONVERSE}/stream`]) {
      api.forget();
      providerOf(model).always(reply);
      const answer = await api.app.client.post<Problem>(path, { ...ask('Hi'), model });
      expect({ status: answer.status, code: answer.body.code }).toEqual({ status, code });
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
      expect(providerOf(model).requests).toHaveLength(asked);
    }
  });

  it.each([
    [GEMINI, BAD_GEMINI_KEY],
    [OPENAI, BAD_OPENAI_KEY],
  ])('tell a caller that its key of %s is wrong, without saying it back', async (model, key) => {
    const answer = await converse({ ...ask('Hi'), model, key });
    expect(answer).toMatchObject({ status: 422, body: { code: 'provider_key_invalid' } });
    expect(JSON.stringify(answer.body)).not.toContain(key);
  });

  it.each([
    [
      'the header',
      GEMINI,
      gemini.fail(429, 'RESOURCE_EXHAUSTED', 'x', { headers: { 'retry-after': '17' } }),
      '17',
    ],
    ['the details', GEMINI, gemini.fail(429, 'RESOURCE_EXHAUSTED', 'x', { details: [RETRY_INFO] }), '34'],
    ['the header', OPENAI, openai.fail(429, 'rate_limit_exceeded', 'x', { 'retry-after': '17' }), '17'],
  ])('keep the Retry-After of %s of %s', async (_where, model, reply, seconds) => {
    providerOf(model).next(reply);
    const { status, headers } = await converse({ ...ask('Hi'), model });
    expect({ status, retryAfter: headers.get('retry-after') }).toEqual({ status: 429, retryAfter: seconds });
  });

  it.each([GEMINI, OPENAI])('are not seen when another try helps (%s)', async (model) => {
    providerOf(model).next(
      hangUp,
      model === GEMINI ? gemini.fail(500, 'INTERNAL', 'x') : openai.fail(502, 'x', 'x'),
    );
    expect((await converse({ ...ask('Hi'), model })).status).toBe(200);
    expect(providerOf(model).requests).toHaveLength(3);
  });

  it.each([
    ['breaks', GEMINI, gemini.breakAfter('one ', 'two '), 'provider_unavailable'],
    ['breaks', OPENAI, openai.breakAfter('one ', 'two '), 'provider_unavailable'],
    ['stalls', GEMINI, gemini.stallAfter('one ', 'two '), 'provider_timeout'],
    ['stalls', OPENAI, openai.stallAfter('one ', 'two '), 'provider_timeout'],
  ])('end a stream that %s with an event (%s)', async (_what, model, reply, code) => {
    providerOf(model).next(reply);
    const events = await (await stream({ ...ask('Hi'), model })).rest();
    expect(textOfEvents(events)).toBe('one two ');
    expect(events.at(-1)).toMatchObject({
      event: 'error',
      data: { code, type: `urn:coglex:problem:${code}`, requestId: expect.any(String) as string },
    });
    expect(providerOf(model).requests).toHaveLength(1);
  });

  it('end a stream that ends too early', async () => {
    api.gemini.next((_request, response) => {
      const piece = { candidates: [gemini.candidate([{ text: 'one' }])] };
      gemini.openStream(response).end(gemini.frame(piece));
    });
    const events = await (await stream(ask('Hi'))).rest();
    expect(events.map(({ event }) => event)).toEqual(['message', 'error']);
  });

  describe.each([
    ['plain', CONVERSE],
    ['streamed', `${CONVERSE}/stream`],
  ])('a client that goes away from a %s answer', (form, path) => {
    it.each([GEMINI, OPENAI])('cancels the call of %s', async (model) => {
      const provider = providerOf(model);
      const stall = model === GEMINI ? gemini.stallAfter('one ') : openai.stallAfter('one ');
      provider.next(form === 'plain' ? silence : stall);
      const abort = new AbortController();
      const answer = fetch(`${api.app.url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-api-key': TEST_SECRET },
        body: JSON.stringify({ ...ask('Hi'), model }),
        signal: abort.signal,
      });
      if (form === 'streamed') await answer;
      else while (provider.open === 0) await sleep(5);
      abort.abort();
      await answer.catch(() => undefined);
      while (provider.hungUp === 0) await sleep(5);
      expect(provider.requests).toHaveLength(1);
    });
  });
});

describe('a provider that is not set up', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app?.stop());

  it.each([
    ['models/gemini-2.5-flash', 'GENERATION_KEY'],
    ['openai/x', 'OPENAI_API_KEY'],
  ])('is told with the name of the setting (%s)', async (model, setting) => {
    for (const path of ['converse', 'converse/stream', 'tokens', 'embed'])
      if (!(model === 'openai/x' && path === 'tokens')) {
        const answer = await app.client.post<Problem>(`${GENERATION}/${path}`, { ...ask('Hi'), model });
        expect(answer).toMatchObject({ status: 503, body: { code: 'service_unavailable', setting } });
        expect(answer.body.detail).toContain(setting);
      }
  });

  it('harms neither the list of models nor the health', async () => {
    expect((await app.client.get<Problem>(`${GENERATION}/models`)).status).toBe(503);
    const health = await app.anonymous.get('/health');
    expect(health).toMatchObject({ status: 200, body: { services: { ai_service: 'not_configured' } } });
  });
});
