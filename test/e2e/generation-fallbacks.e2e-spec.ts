import type { Problem } from '../support/api-client.js';
import * as gemini from '../support/gemini/gemini-replies.js';
import * as openai from '../support/openai/openai-replies.js';
import { EventStream, textOfEvents } from '../support/provider/event-stream.js';
import { ask, GENERATION, GenerationApp } from '../support/provider/generation-app.js';
import { hangUp, silence, type Reply } from '../support/provider/http-stand-in.js';
import { TEST_SECRET } from '../support/test-app.js';

const CONVERSE = `${GENERATION}/converse`;

describe('fallbacks', () => {
  let api: GenerationApp;
  beforeAll(async () => {
    api = await GenerationApp.start({
      env: {
        GENERATION_FALLBACKS: 'models/gemini-2.5-pro, openai/gpt-4.1-mini',
        GENERATION_TIMEOUT_MS: '400',
        GENERATION_RETRIES: '0',
        GENERATION_MODEL_LIMITS: JSON.stringify({
          'models/gemini-2.5-flash-lite': { in: 20, out: 5, parallel: 1 },
        }),
      },
    });
  });
  afterAll(() => api?.stop());
  beforeEach(() => api.forget());

  const converse = <T = { model: string }>(body: object) => api.app.client.post<T>(CONVERSE, body);

  it.each<[string, Reply]>([
    ['is down', gemini.fail(503, 'UNAVAILABLE', 'x')],
    ['hangs up', hangUp],
    ['is silent', silence],
    ['has no quota left', gemini.fail(429, 'RESOURCE_EXHAUSTED', 'x')],
    ['does not take the key of the server', gemini.badKey],
  ])('answer in their order when the model %s', async (_what, reply) => {
    api.gemini.always(reply);
    expect(await converse(ask('Hi'))).toMatchObject({ status: 200, body: { model: 'openai/gpt-4.1-mini' } });
    expect(api.gemini.requests.map(({ path }) => path)).toEqual([
      '/v1beta/models/gemini-2.5-flash:generateContent',
      '/v1beta/models/gemini-2.5-pro:generateContent',
    ]);
  });

  it('take over a stream that has not begun, and none that has', async () => {
    const headers = { 'x-api-key': TEST_SECRET };
    const open = () => EventStream.open(`${api.app.url}${CONVERSE}/stream`, ask('Hi'), headers);
    api.gemini.always(hangUp);
    expect(textOfEvents(await (await open()).rest())).toBe('You said: Hi');
    api.forget();
    api.gemini.always(gemini.breakAfter('one '));
    const events = await (await open()).rest();
    expect(events.at(-1)).toMatchObject({ event: 'error', data: { code: 'provider_unavailable' } });
    expect(api.openai.requests).toHaveLength(0);
  });

  it.each<[string, Reply, string]>([
    ['a blocked prompt', gemini.blockPrompt, 'blocked_by_safety'],
    ['a request that is wrong', gemini.fail(400, 'INVALID_ARGUMENT', 'No.'), 'unprocessable'],
    ['an unknown model', gemini.fail(404, 'NOT_FOUND', 'No.'), 'not_found'],
  ])('do not help against %s', async (_what, reply, code) => {
    api.gemini.always(reply);
    expect((await converse<Problem>(ask('Hi'))).body.code).toBe(code);
    expect(api.gemini.requests).toHaveLength(1);
    expect(api.openai.requests).toHaveLength(0);
  });

  it('never give a key of the caller to another provider, nor the server’s in its place', async () => {
    api.gemini.always(hangUp);
    const { body } = await converse<Problem>({ ...ask('Hi'), key: 'my-own-key' });
    expect(body.code).toBe('provider_unavailable');
    expect(api.gemini.requests.map(({ headers }) => headers['x-goog-api-key'])).toEqual([
      'my-own-key',
      'my-own-key',
    ]);
    expect(api.openai.requests).toHaveLength(0);
  });

  it('tell the last error when none can answer', async () => {
    api.gemini.always(hangUp);
    api.openai.always(openai.fail(429, 'rate_limit_exceeded', 'x', { 'retry-after': '9' }));
    const answer = await converse<Problem>(ask('Hi'));
    expect(answer).toMatchObject({ status: 429, body: { code: 'provider_quota' } });
    expect(answer.headers.get('retry-after')).toBe('9');
  });

  describe('limits of a model', () => {
    const model = 'models/gemini-2.5-flash-lite';

    it('refuse a prompt that is too long before anybody is asked', async () => {
      const answer = await converse<Problem>({ ...ask('word '.repeat(100)), model });
      expect(answer).toMatchObject({ status: 422, body: { code: 'context_too_long' } });
      expect(api.gemini.requests).toHaveLength(0);
    });

    it('bound the answer', async () => {
      for (const generationConfig of [undefined, { maxOutputTokens: 3 }, { maxOutputTokens: 300 }])
        await converse({ ...ask('Hi'), model, generationConfig });
      const asked = api.gemini.requests.map(
        ({ body }) => (body as gemini.GeminiBody).generationConfig?.maxOutputTokens,
      );
      expect(asked).toEqual([5, 3, 5]);
    });

    it('let another model answer what is too much at once', async () => {
      api.gemini.next(silence);
      const slow = converse({ ...ask('Hi'), model });
      while (api.gemini.open === 0) await new Promise(setImmediate);
      expect((await converse({ ...ask('Hi'), model })).body.model).toBe('models/gemini-2.5-pro');
      await slow;
    });
  });
});
