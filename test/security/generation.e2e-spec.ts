import type { Problem } from '../support/api-client.js';
import * as gemini from '../support/gemini/gemini-replies.js';
import { BAD_KEY as BAD_OPENAI_KEY } from '../support/openai/openai-stand-in.js';
import { ask, GENERATION, GenerationApp } from '../support/provider/generation-app.js';
import { hangUp } from '../support/provider/http-stand-in.js';
import { TestProject } from '../support/test-project.js';
import { withPublishableKey } from '../support/publishable-key.js';
import type { LogLine } from '../support/test-app.js';
import { TestUser } from '../support/test-user.js';

const CONVERSE = `${GENERATION}/converse`;
const SECRET_KEY = 'AIza-key-of-the-caller-that-nobody-may-keep';

describe('generation', () => {
  const lines: LogLine[] = [];
  let api: GenerationApp;
  beforeAll(async () => {
    api = await GenerationApp.start({
      env: { LOG_LEVEL: 'trace', GENERATION_RETRIES: '0' },
      onLog: (line) => lines.push(line),
    });
  });
  afterAll(() => api?.stop());
  beforeEach(() => api.forget());

  it('costs nothing to somebody with a key that everybody knows', async () => {
    const page = await withPublishableKey(api.app);
    const attempts = [
      page.post(CONVERSE, ask('x')),
      page.post(`${CONVERSE}/stream`, ask('x')),
      page.post(`${GENERATION}/tokens`, ask('x')),
      page.post(`${GENERATION}/embed`, ask('x')),
      page.post(`${GENERATION}/conversations`, {}),
      page.get(`${GENERATION}/conversations`),
      page.get(`${GENERATION}/models`),
      page.get(`${GENERATION}/file`),
      page.get(`${GENERATION}/usage`),
      page.get(`${GENERATION}/limits`),
    ];
    for (const answer of await Promise.all(attempts))
      expect(answer).toMatchObject({ status: 403, body: { code: 'key_not_allowed' } });
    expect(api.gemini.requests).toHaveLength(0);
  });

  it('is open to a user behind such a key, but for the limits', async () => {
    const user = await TestUser.create(api.app);
    const page = (await withPublishableKey(api.app)).as(user.token);
    expect((await page.post(CONVERSE, ask('x'))).status).toBe(200);
    const limit = { scope: 'user', id: user.id, period: 'day', requests: 1000 };
    expect((await page.send('PUT', `${GENERATION}/limits`, limit)).status).toBe(403);
    expect((await page.delete(`${GENERATION}/limits/user/${user.id}/day`)).status).toBe(403);
  });

  it('keeps the key of a caller nowhere: not in the log, the database or an answer', async () => {
    const body = { ...ask('x'), key: SECRET_KEY };
    const replies = [
      undefined,
      hangUp,
      gemini.badKey,
      gemini.fail(400, 'INVALID_ARGUMENT', `Bad ${SECRET_KEY}.`),
    ];
    for (const path of [CONVERSE, `${CONVERSE}/stream`, `${GENERATION}/tokens`, `${GENERATION}/embed`])
      for (const reply of replies) {
        if (reply) api.gemini.next(reply);
        const { body: answer } = await api.app.client.post(path, body);
        expect(JSON.stringify(answer ?? '')).not.toContain(SECRET_KEY);
      }
    await api.app.client.post(CONVERSE, { ...ask('x'), cache: true, key: SECRET_KEY });
    const wrong = { ...ask('x'), model: 'openai/x', key: BAD_OPENAI_KEY };
    expect((await api.app.client.post<Problem>(CONVERSE, wrong)).body.code).toBe('provider_key_invalid');
    expect(lines.length).toBeGreaterThan(10);
    const written = JSON.stringify(lines);
    for (const key of [SECRET_KEY, BAD_OPENAI_KEY, 'server-gemini-key', 'sk-server-openai-key'])
      expect(written).not.toContain(key);
    for (const { name } of await api.app.db.listCollections().toArray())
      expect(JSON.stringify(await api.app.db.collection(name).find().toArray())).not.toContain(SECRET_KEY);
  });

  it('tells nothing of the inside of a provider’s failure', async () => {
    api.gemini.next(hangUp);
    const { body } = await api.app.client.post<Problem>(CONVERSE, ask('x'));
    expect(JSON.stringify(body)).not.toMatch(/127\.0\.0\.1|ECONN|fetch|socket|at \w+ \(/);
  });

  it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])(
    'survives a function named %s, and one that a model makes up',
    async (name) => {
      api.gemini.next(gemini.callFunctions({ name, args: {} }));
      const { status, body } = await api.app.client.post<{ trace: unknown[] }>(CONVERSE, {
        ...ask('x'),
        tools: [{ functionDeclarations: [{ name: 'harmless' }] }],
        runTools: true,
      });
      expect(status).toBe(200);
      expect(body.trace).toEqual([]);
    },
  );

  it.each(['{"contents":[{"parts":[{"functionCall":{"name":"f","args":{"__proto__":{"a":1}}}}]}]}'])(
    'refuses keys that reach prototypes',
    async (body) => {
      const answer = await api.app.client.post<Problem>(CONVERSE, body);
      expect(answer).toMatchObject({ status: 400, body: { code: 'forbidden_key' } });
    },
  );

  it.each([
    ['conversation', { $ne: null }],
    ['model', { $ne: null }],
    ['key', { $ne: null }],
    ['key', ['a', 'b']],
  ])('refuses an operator where %s should be', async (member, value) => {
    expect((await api.app.client.post(CONVERSE, { ...ask('x'), [member]: value })).status).toBe(400);
  });

  it('keeps the projects apart', async () => {
    await api.app.client.post(CONVERSE, ask('x'));
    const { body } = await api.app.client.post<{ _id: string }>(`${GENERATION}/conversations`, {});
    const { client: other } = await TestProject.create(api.app);
    expect((await other.get(`${GENERATION}/conversations/${body._id}`)).status).toBe(404);
    expect((await other.get<object[]>(`${GENERATION}/usage`)).body).toEqual([]);
    await other.post(`${CONVERSE}/stream`, ask('x'));
    expect((await other.get<object[]>(`${GENERATION}/usage`)).body).toHaveLength(1);
  });
});
