import { CoglexError } from '../../src/platform/errors/coglex-error.js';
import { GenerationTools, type GenerationTool } from '../../src/services/generation/index.js';
import type { Problem } from '../support/api-client.js';
import * as gemini from '../support/gemini/gemini-replies.js';
import * as openai from '../support/openai/openai-replies.js';
import { EventStream } from '../support/provider/event-stream.js';
import { ask, GENERATION, GenerationApp } from '../support/provider/generation-app.js';
import { TEST_SECRET } from '../support/test-app.js';

const CONVERSE = `${GENERATION}/converse`;

interface Answer {
  candidates: { content: { parts: Record<string, unknown>[] } }[];
  trace: { step: number; name: string; args: object; response?: unknown; error?: string; ms: number }[];
  stopped?: string;
  parsed?: unknown;
  usageMetadata: Record<string, number>;
}

const TOOLS: Record<string, GenerationTool> = {
  double: { run: async ({ n }) => ({ twice: 2 * Number(n) }) },
  fails: {
    run: async () => {
      throw new CoglexError('bad_request', { detail: 'Not today.' });
    },
  },
  crashes: {
    run: async () => {
      throw new Error('/srv/secret.ts');
    },
  },
  sleeps: { run: () => new Promise(() => undefined) },
  huge: { run: async () => 'x'.repeat(100_000) },
};

describe('tools, schemas and the cache', () => {
  let api: GenerationApp;
  beforeAll(async () => {
    api = await GenerationApp.start();
    api.app.nest.get(GenerationTools, { strict: false }).register({
      find: async (name) => (Object.hasOwn(TOOLS, name) ? TOOLS[name] : undefined),
    });
  });
  afterAll(() => api?.stop());
  beforeEach(() => api.forget());

  const tools = [{ functionDeclarations: [...Object.keys(TOOLS), 'other'].map((name) => ({ name })) }];
  const run = (more: object = {}) =>
    api.app.client.post<Answer>(CONVERSE, { ...ask('Go'), tools, runTools: true, ...more });

  describe('tools that the server runs', () => {
    it.each([
      ['models/gemini-2.5-flash', gemini],
      ['openai/gpt-4.1-mini', openai],
    ])('are run until %s has its answer', async (model, replies) => {
      const provider = replies === gemini ? api.gemini : api.openai;
      provider.next(
        replies.callFunctions({ name: 'double', args: { n: 2 } }, { name: 'double', args: { n: 5 } }),
        replies.callFunctions({ name: 'double', args: { n: 4 } }),
        replies.say('Eight.'),
      );
      const { status, body } = await run({ model });
      expect(status).toBe(200);
      expect(body.candidates[0].content.parts).toEqual([{ text: 'Eight.' }]);
      expect(body.trace).toMatchObject([
        { step: 1, name: 'double', args: { n: 2 }, response: { twice: 4 } },
        { step: 1, name: 'double', args: { n: 5 }, response: { twice: 10 } },
        { step: 2, name: 'double', args: { n: 4 }, response: { twice: 8 } },
      ]);
      expect(provider.requests).toHaveLength(3);
      const text = JSON.stringify(provider.last.body);
      expect(text).toContain('twice');
    });

    it('tell the model what went wrong, and nothing of the inside', async () => {
      api.gemini.next(
        gemini.callFunctions({ name: 'fails' }, { name: 'crashes' }, { name: 'huge' }),
        gemini.say('Sorry.'),
      );
      const { body } = await run();
      expect(body.trace.map(({ error }) => error)).toEqual([
        'Not today.',
        'The function failed.',
        expect.stringContaining('characters') as string,
      ]);
      expect(JSON.stringify(api.gemini.last.body)).not.toContain('secret.ts');
    });

    it('end with the number of steps', async () => {
      api.gemini.always(gemini.callFunctions({ name: 'double', args: { n: 1 } }));
      const { body } = await run({ runTools: { maxSteps: 3 } });
      expect(body).toMatchObject({ stopped: 'steps' });
      expect(api.gemini.requests).toHaveLength(3);
      await run();
      expect(api.gemini.requests).toHaveLength(3 + 10);
    });

    it('end with the time', async () => {
      api.gemini.always(gemini.callFunctions({ name: 'sleeps' }));
      const { body } = await run({ runTools: { timeout_ms: 100 } });
      expect(body).toMatchObject({ stopped: 'time', trace: [{ error: 'The function took too long.' }] });
    });

    it('leave to the client what the server does not know', async () => {
      api.gemini.next(gemini.callFunctions({ name: 'double', args: { n: 1 } }, { name: 'other' }));
      const { body } = await run();
      expect(body.candidates[0].content.parts).toHaveLength(2);
      expect(body.trace).toEqual([]);
      expect(body).not.toHaveProperty('stopped');
    });

    it('are not run unasked', async () => {
      api.gemini.next(gemini.callFunctions({ name: 'double', args: { n: 1 } }));
      expect((await run({ runTools: false })).body).not.toHaveProperty('trace');
      expect(api.gemini.requests).toHaveLength(1);
    });

    it('are run while an answer streams', async () => {
      api.gemini.next(gemini.callFunctions({ name: 'double', args: { n: 3 } }), gemini.say('Six it is.'));
      const body = { ...ask('Go'), tools, runTools: true };
      const events = await EventStream.open(`${api.app.url}${CONVERSE}/stream`, body, {
        'x-api-key': TEST_SECRET,
      });
      expect((await events.rest()).at(-1)).toMatchObject({
        event: 'trace',
        data: [{ name: 'double', response: { twice: 6 } }],
      });
    });
  });

  describe('a schema', () => {
    const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
    const generationConfig = { responseJsonSchema: schema };
    const get = (more: object = {}) =>
      api.app.client.post<Answer & Problem>(CONVERSE, { ...ask('Where?'), generationConfig, ...more });

    it('is fulfilled by the answer, which comes as a value', async () => {
      api.gemini.next(gemini.say('{"city":"Paris"}'));
      expect((await get()).body).toMatchObject({ parsed: { city: 'Paris' } });
      expect(api.gemini.lastBody.generationConfig).toEqual({
        responseJsonSchema: schema,
        responseMimeType: 'application/json',
      });
    });

    it.each([
      ['models/gemini-2.5-flash', gemini],
      ['openai/gpt-4.1-mini', openai],
    ])('is asked for once more (%s)', async (model, replies) => {
      const provider = replies === gemini ? api.gemini : api.openai;
      provider.next(replies.say('{"town":"Paris"}'), replies.say('{"city":"Paris"}'));
      const { body } = await get({ model });
      expect(body).toMatchObject({ parsed: { city: 'Paris' } });
      expect(provider.requests).toHaveLength(2);
      expect(JSON.stringify(provider.last.body)).toContain('must have required property');
      // Both calls are in the usage.
      expect(body.usageMetadata.candidatesTokenCount).toBe(2);
    });

    it('is given up after that', async () => {
      api.gemini.always(gemini.say('Paris'));
      expect(await get()).toMatchObject({ status: 502, body: { code: 'output_invalid' } });
      expect(api.gemini.requests).toHaveLength(2);
    });

    it('may have the words of OpenAPI', async () => {
      api.gemini.next(gemini.say('{"city":null}'));
      const responseSchema = {
        type: 'OBJECT',
        properties: { city: { type: 'STRING', nullable: true } },
        required: ['city'],
      };
      expect((await get({ generationConfig: { responseSchema } })).body).toMatchObject({
        parsed: { city: null },
      });
    });

    it.each([
      [{ type: 'nonsense' }],
      [{ $ref: 'https://example.com/schema.json' }],
      [{ type: 'string', pattern: '(a+)+(' }],
      [{ enum: Array.from({ length: 10_000 }, (_, n) => `value ${n}`) }],
    ])('must be one (%#)', async (responseJsonSchema) => {
      expect((await get({ generationConfig: { responseJsonSchema } })).status).toBe(400);
      expect(api.gemini.requests).toHaveLength(0);
    });

    it('cannot keep the server busy with a pattern', async () => {
      api.gemini.next(gemini.say(JSON.stringify(`${'a'.repeat(50_000)}!`)), gemini.say('"aaa"'));
      const responseJsonSchema = { type: 'string', pattern: '^(a+)+$' };
      expect((await get({ generationConfig: { responseJsonSchema } })).body).toMatchObject({ parsed: 'aaa' });
    });
  });

  describe('the cache', () => {
    let count = 0;
    const request = (more: object = {}) => ({ ...ask(`Question ${count}`), cache: true, ...more });
    const get = (more: object = {}) => api.app.client.post<Answer>(CONVERSE, request(more));
    beforeEach(() => {
      count += 1;
    });

    it('answers an equal request', async () => {
      const first = await get();
      const second = await get();
      expect([first, second].map(({ headers }) => headers.get('x-cache'))).toEqual(['miss', 'hit']);
      expect(second.body).toEqual(first.body);
      expect(api.gemini.requests).toHaveLength(1);
    });

    it('is asked by those alone that want it, and tells every difference apart', async () => {
      await get();
      for (const more of [{ cache: false }, { key: 'my-own-key' }, { generationConfig: { seed: 1 } }])
        await get(more);
      expect(api.gemini.requests).toHaveLength(4);
    });

    it('keeps no answer that is not whole', async () => {
      api.gemini.next((sent, response) => {
        const answer = {
          candidates: [gemini.candidate([{ text: 'a' }], 'MAX_TOKENS')],
          usageMetadata: gemini.usage(sent, 'a'),
        };
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
      });
      await get();
      expect((await get()).headers.get('x-cache')).toBe('miss');
    });

    it('answers a stream as well', async () => {
      await get();
      const headers = { 'x-api-key': TEST_SECRET };
      const events = await (
        await EventStream.open(`${api.app.url}${CONVERSE}/stream`, request(), headers)
      ).rest();
      expect(events).toHaveLength(1);
      expect(api.gemini.requests).toHaveLength(1);
    });

    it('costs nothing, and is counted', async () => {
      await get();
      await get();
      const rows = await api.app.db.collection('_USAGE').find({ state: 'cached' }).toArray();
      expect(rows.at(-1)).toMatchObject({ in: 0, out: 0, cost: 0 });
    });

    it('does not go with tools', async () => {
      expect((await get({ runTools: true })).status).toBe(400);
    });
  });
});
