import type { ApiClient, Problem } from '../support/api-client.js';
import * as gemini from '../support/gemini/gemini-replies.js';
import { EventStream } from '../support/provider/event-stream.js';
import { ask, GENERATION, GenerationApp } from '../support/provider/generation-app.js';
import { hangUp } from '../support/provider/http-stand-in.js';
import { TEST_SECRET } from '../support/test-app.js';
import { TestUser } from '../support/test-user.js';

const CONVERSE = `${GENERATION}/converse`;
const THREADS = `${GENERATION}/conversations`;
const say = (role: string, text: string) => ({ role, parts: [{ text }] });

interface Thread {
  _id: string;
  user: string | null;
  count: number;
  tokens: number;
  contents: { role: string; parts: { text: string }[] }[];
}

describe('conversations', () => {
  let api: GenerationApp;
  beforeAll(async () => {
    api = await GenerationApp.start({
      env: {
        GENERATION_CONTEXT_TOKENS: '100',
        GENERATION_CONVERSATION_SIZE: '20kb',
        GENERATION_RETRIES: '0',
      },
    });
  });
  afterAll(() => api?.stop());
  beforeEach(() => api.forget());

  const begin = async (body?: object, client = api.app.client) =>
    (await client.post<Thread>(THREADS, body)).body._id;
  const read = async (id: string, client = api.app.client) =>
    (await client.get<Thread>(`${THREADS}/${id}`)).body;
  const go = <T = { conversation: string }>(id: string, text: string, more: object = {}) =>
    api.app.client.post<T>(CONVERSE, { ...ask(text), conversation: id, ...more });

  it('are begun, added to, listed, cleared and deleted', async () => {
    const begun = await api.app.client.post<Thread>(THREADS, { title: 'Travel' });
    expect(begun).toMatchObject({ status: 201, body: { title: 'Travel', user: null, count: 0, tokens: 0 } });
    const path = `${THREADS}/${begun.body._id}`;
    const added = await api.app.client.post<Thread>(`${path}/messages`, {
      contents: [say('user', 'I live in Lisbon.'), say('model', 'Nice.')],
    });
    expect(added).toMatchObject({ status: 201, body: { count: 2 } });
    expect(api.gemini.requests).toHaveLength(0);
    expect(await read(begun.body._id)).toMatchObject({
      contents: [say('user', 'I live in Lisbon.'), say('model', 'Nice.')],
    });
    const conversations = (await api.app.client.get<Thread[]>(THREADS, { limit: 1 })).body;
    expect(conversations).toEqual([expect.objectContaining({ _id: begun.body._id, count: 2 })]);
    expect(conversations[0]).not.toHaveProperty('contents');
    expect((await api.app.client.delete(`${path}/messages`)).body).toEqual({ deleted: 2 });
    expect(await read(begun.body._id)).toMatchObject({ count: 0, tokens: 0, contents: [] });
    expect((await api.app.client.delete(path)).body).toEqual({ deleted: 1 });
    expect((await api.app.client.get(path)).status).toBe(404);
  });

  it('go on with either provider, and keep what was said', async () => {
    const id = await begin();
    expect((await go(id, 'one')).body.conversation).toBe(id);
    await go(id, 'two', { model: 'openai/gpt-4.1-mini' });
    expect(api.openai.lastBody.messages).toEqual([
      { role: 'user', content: 'one' },
      { role: 'assistant', content: 'You said: one' },
      { role: 'user', content: 'two' },
    ]);
    const events = await EventStream.open(
      `${api.app.url}${CONVERSE}/stream`,
      { ...ask('three'), conversation: id },
      { 'x-api-key': TEST_SECRET },
    );
    await events.rest();
    expect(api.gemini.lastBody.contents).toHaveLength(5);
    expect((await read(id)).contents.map(({ parts }) => parts[0].text)).toEqual([
      ...['one', 'You said: one', 'two', 'You said: two', 'three', 'You said: three'],
    ]);
  });

  it('show a model the latest messages that fit, from a message of the user on', async () => {
    const id = await begin();
    const long = 'x'.repeat(150);
    for (const text of ['a', 'b', 'c'])
      await api.app.client.post(`${THREADS}/${id}/messages`, {
        contents: [say('user', `${text} ${long}`), say('model', `${text.toUpperCase()} ${long}`)],
      });
    await go(id, 'now');
    expect(api.gemini.lastBody.contents.map(({ parts }) => String(parts[0].text)[0])).toEqual([
      'c',
      'C',
      'n',
    ]);
    expect((await read(id)).contents).toHaveLength(8);
  });

  it('lose nothing when requests race, and keep pairs together', async () => {
    const id = await begin();
    await Promise.all(['a', 'b', 'c', 'd', 'e'].map((text) => go(id, text)));
    const { contents } = await read(id);
    const texts = contents.map(({ parts }) => parts[0].text);
    expect(texts).toHaveLength(10);
    for (let at = 0; at < 10; at += 2) expect(texts[at + 1]).toBe(`You said: ${texts[at]}`);
  });

  it('are left alone by what fails', async () => {
    const id = await begin();
    api.gemini.next(hangUp);
    expect((await go(id, 'x')).status).toBe(503);
    api.gemini.next(gemini.blockPrompt);
    expect((await go(id, 'x')).status).toBe(422);
    expect((await read(id)).contents).toEqual([]);
  });

  it('keep calls of functions, and whatever names their arguments have', async () => {
    const id = await begin();
    const args = { 'a.b': 1, $set: { x: 1 }, toString: 'text' };
    api.gemini.next(gemini.callFunctions({ name: 'f', args }));
    await go(id, 'call it');
    const { contents } = (await api.app.client.get<{ contents: unknown[] }>(`${THREADS}/${id}/export`)).body;
    expect(contents[1]).toEqual({ role: 'model', parts: [{ functionCall: { name: 'f', args } }] });
  });

  it('are exported as a file', async () => {
    const id = await begin({ contents: 'Hello' });
    const { headers, body } = await api.app.client.get<Thread>(`${THREADS}/${id}/export`);
    expect(headers.get('content-disposition')).toBe(`attachment; filename="conversation-${id}.json"`);
    expect(body).toMatchObject({ _id: id, contents: [say('user', 'Hello')] });
  });

  it('are full at some point, and say so', async () => {
    const id = await begin();
    const append = () =>
      api.app.client.post<Problem>(`${THREADS}/${id}/messages`, { contents: 'x'.repeat(15_000) });
    expect((await append()).status).toBe(201);
    expect(await append()).toMatchObject({ status: 422, body: { code: 'conversation_full' } });
    expect((await read(id)).count).toBe(1);
  });

  it('belong to their user', async () => {
    const [ada, bob] = [await TestUser.create(api.app), await TestUser.create(api.app)];
    const id = await begin({ title: 'secret' }, ada.client);
    expect(await read(id, ada.client)).toMatchObject({ user: ada.id });
    const path = `${THREADS}/${id}`;
    const attempts: ((client: ApiClient) => Promise<{ status: number }>)[] = [
      (client) => client.get(path),
      (client) => client.get(`${path}/export`),
      (client) => client.delete(path),
      (client) => client.post(`${path}/messages`, { contents: 'x' }),
      (client) => client.delete(`${path}/messages`),
      (client) => client.post(CONVERSE, { ...ask('x'), conversation: id }),
    ];
    for (const attempt of attempts) expect((await attempt(bob.client)).status).toBe(404);
    const listed = async (client: ApiClient) => (await client.get<Thread[]>(THREADS)).body.length;
    expect([await listed(ada.client), await listed(bob.client)]).toEqual([1, 0]);
    expect(await read(id, ada.client)).toMatchObject({ count: 0 });
  });

  it.each([
    [{ title: 5 }, '/title'],
    [{ contents: [] }, '/contents'],
    [{ user: 'somebody' }, '/user'],
  ])('refuse %j', async (body, field) => {
    const answer = await api.app.client.post<Problem>(THREADS, body);
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toContainEqual(expect.objectContaining({ field }));
  });
});
