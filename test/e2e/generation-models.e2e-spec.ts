import type { ApiClient, Problem } from '../support/api-client.js';
import * as gemini from '../support/gemini/gemini-replies.js';
import { GENERATION, GenerationApp } from '../support/provider/generation-app.js';
import { hangUp } from '../support/provider/http-stand-in.js';
import { TEST_SECRET } from '../support/test-app.js';
import { TestUser } from '../support/test-user.js';

const FILE = `${GENERATION}/file`;

interface FileAnswer {
  fileData: Record<string, string>;
}

interface SendOptions {
  fields?: Record<string, string>;
  client?: Record<string, string>;
}

describe('models', () => {
  let api: GenerationApp;
  beforeAll(async () => {
    api = await GenerationApp.start({ env: { GENERATION_RETRIES: '0', MAX_CONTENT_LENGTH: '9MB' } });
  });
  afterAll(() => api?.stop());
  beforeEach(() => api.forget());

  describe('lists', () => {
    const names = async () => {
      const { status, body } = await api.app.client.get<{ name: string }[]>(`${GENERATION}/models`);
      expect(status).toBe(200);
      return body.map(({ name }) => name);
    };

    // The first of these, for what a provider has answered is kept for a while.
    it('do without a provider that is down', async () => {
      api.gemini.next(hangUp);
      expect(await names()).toHaveLength(3);
    });

    it('hold the names by which models are asked for', async () => {
      expect(await names()).toEqual([
        'models/gemini-2.5-flash',
        'models/gemini-2.5-pro',
        'models/gemini-embedding-001',
        'openai/gpt-4.1-mini',
        'openai/meta-llama/Llama-3.1-8B',
        'openai/text-embedding-3-small',
      ]);
    });

    it('are asked of the providers once in a while, and not by every caller', async () => {
      const before = [api.gemini.requests.length, api.openai.requests.length];
      await Promise.all([names(), names(), names()]);
      expect([api.gemini.requests.length, api.openai.requests.length]).toEqual(before);
    });
  });

  describe('tokens', () => {
    const tokens = (body: object) => api.app.client.post(`${GENERATION}/tokens`, body);

    it('are counted by Gemini, with what they cost', async () => {
      const contents = [
        'Hello world',
        'How are you today?',
        { role: 'user', parts: [{ text: 'This is a test.' }] },
      ];
      const answer = await tokens({ contents });
      expect(answer).toMatchObject({ status: 200, body: { totalTokens: 10, cost: 0.000003 } });
      expect(Object.keys(answer.body as object)).toEqual(['totalTokens', 'cost']);
      expect(api.gemini.last.path).toBe('/v1beta/models/gemini-2.5-flash:countTokens');
      await tokens({ contents: 'Hi', model: 'models/gemini-2.5-pro', key: 'my-own-key' });
      expect(api.gemini.last.headers['x-goog-api-key']).toBe('my-own-key');
    });

    it('are estimated for a server that cannot count', async () => {
      const { body } = await tokens({ contents: 'Hello world', model: 'openai/x' });
      expect(body).toEqual({ totalTokens: expect.any(Number) as number, cost: 0 });
    });
  });

  it.each([
    [undefined, [3, 0.5]],
    ['models/gemini-embedding-001', [3, 0.5]],
    ['openai/text-embedding-3-small', [13, 0.25]],
  ])('make vectors in the order of the texts (%s)', async (model, first) => {
    const { status, body } = await api.app.client.post(`${GENERATION}/embed`, {
      contents: ['one two three', { parts: [{ text: 'four' }] }],
      model,
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      embeddings: [{ values: first }, { values: expect.any(Array) as number[] }],
    });
  });

  describe('files', () => {
    const send = async (
      file: Blob,
      filename: string,
      { fields = {}, client = { 'x-api-key': TEST_SECRET } }: SendOptions = {},
    ) => {
      const form = new FormData();
      form.append('file', file, filename);
      for (const [name, value] of Object.entries(fields)) form.append(name, value);
      const response = await fetch(`${api.app.url}${FILE}`, { method: 'POST', body: form, headers: client });
      return { status: response.status, body: (await response.json()) as FileAnswer & Problem };
    };

    it('are sent on in pieces, and found, shown and deleted again', async () => {
      const bytes = Buffer.alloc(8.5 * 1024 ** 2, 'x');
      const { status, body } = await send(new Blob([bytes], { type: 'image/png' }), 'uploaded_image.png');
      expect(status).toBe(201);
      const { fileData } = body;
      expect(fileData).toMatchObject({
        fileUri: fileData.uri,
        mimeType: 'image/png',
        displayName: 'uploaded_image.png',
        sizeBytes: String(bytes.length),
        state: 'ACTIVE',
      });
      expect(api.gemini.requests.filter(({ path }) => path.startsWith('/upload'))).toHaveLength(3);
      expect(api.gemini.files.files.get(fileData.name)?.bytes.equals(bytes)).toBe(true);
      const path = `${FILE}/${fileData.name.slice('files/'.length)}`;
      expect((await api.app.client.get(path)).body).toEqual({ fileData });
      expect((await api.app.client.get<object[]>(FILE)).body).toContainEqual(fileData);
      expect((await api.app.client.delete(path)).body).toEqual({ deleted: 1 });
      expect((await api.app.client.get(path)).status).toBe(404);
      expect(api.gemini.files.files.has(fileData.name)).toBe(false);
    });

    it('take the type of the name when the client knows none', async () => {
      const { body } = await send(new Blob(['print(1)']), 'script.PY');
      expect(body.fileData.mimeType).toBe('text/x-python');
    });

    it('use a key of the caller', async () => {
      await send(new Blob(['x'], { type: 'text/plain' }), 'a.txt', { fields: { key: 'my-own-key' } });
      const keys = api.gemini.requests.map(({ headers }) => headers['x-goog-api-key']);
      expect(new Set(keys)).toEqual(new Set(['my-own-key']));
    });

    it.each([
      ['an archive', new Blob(['x'], { type: 'application/zip' }), 'a.zip', 415, 'unsupported_media_type'],
      ['a program', new Blob(['x']), 'a.exe', 415, 'unsupported_media_type'],
      ['a name that is inherited', new Blob(['x']), 'a.constructor', 415, 'unsupported_media_type'],
      ['nothing', new Blob([], { type: 'text/plain' }), 'a.txt', 400, 'validation_failed'],
      [
        'too much',
        new Blob([Buffer.alloc(10 * 1024 ** 2)], { type: 'text/plain' }),
        'a.txt',
        413,
        'body_too_large',
      ],
    ])('refuse %s', async (_what, blob, name, status, code) => {
      expect(await send(blob, name)).toMatchObject({ status, body: { code } });
      expect(api.gemini.requests).toHaveLength(0);
    });

    it('refuse a bad key of the caller, and one that is none', async () => {
      const file = new Blob(['x'], { type: 'text/plain' });
      expect(await send(file, 'a.txt', { fields: { key: 'bad-key-bad-key-bad-key' } })).toMatchObject({
        status: 422,
        body: { code: 'provider_key_invalid' },
      });
      expect(await send(file, 'a.txt', { fields: { key: 'a b' } })).toMatchObject({ status: 400 });
    });

    it('belong to their user', async () => {
      const [ada, bob] = [await TestUser.create(api.app), await TestUser.create(api.app)];
      const { body } = await send(new Blob(['x'], { type: 'text/plain' }), 'a.txt', {
        client: { 'x-api-key': TEST_SECRET, authorization: `Bearer ${ada.token}` },
      });
      const path = `${FILE}/${body.fileData.name.slice('files/'.length)}`;
      const listed = async (client: ApiClient) => (await client.get<object[]>(FILE)).body.length;
      expect([await listed(ada.client), await listed(bob.client)]).toEqual([1, 0]);
      for (const method of ['get', 'delete'] as const)
        expect((await bob.client[method](path)).status).toBe(404);
      expect((await ada.client.get(path)).status).toBe(200);
    });

    it.each(['nothing-here', '..', '%2e%2e%2fmodels', 'A_B'])('know no file %s', async (name) => {
      const { status } = await api.app.client.get(`${FILE}/${name}`);
      expect(status).toBe(404);
      expect(api.gemini.requests.filter(({ path }) => !path.startsWith('/v1beta/files/'))).toHaveLength(0);
    });

    it('are gone when the provider has deleted them', async () => {
      const { body } = await send(new Blob(['x'], { type: 'text/plain' }), 'a.txt');
      api.gemini.files.files.clear();
      const answer = await api.app.client.get<Problem>(
        `${FILE}/${body.fileData.name.slice('files/'.length)}`,
      );
      expect(answer).toMatchObject({ status: 404, body: { code: 'not_found' } });
    });
  });

  it('tell /health how the last calls went', async () => {
    const health = async () => {
      const { services } = (await api.app.anonymous.get<{ services: Record<string, string> }>('/health'))
        .body;
      return `${services.gemini}, all in all ${services.ai_service}`;
    };
    const converse = () => api.app.client.post(`${GENERATION}/converse`, { contents: 'Hi' });
    await converse();
    expect(await health()).toBe('healthy, all in all healthy');
    api.gemini.always(gemini.fail(503, 'UNAVAILABLE', 'x'));
    for (let call = 0; call < 3; call += 1) await converse();
    // The models of the other provider are still there.
    expect(await health()).toBe('unhealthy, all in all degraded');
    api.forget();
    await converse();
    expect(await health()).toBe('healthy, all in all healthy');
  });
});
