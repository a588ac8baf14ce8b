import { createHash } from 'node:crypto';
import { Upload, type UploadOptions } from 'tus-js-client';
import type { ApiClient, Problem } from '../support/api-client.js';
import { ARCHIVE, ArchiveClient, noise, type FileAnswer } from '../support/archive-client.js';
import { TestApp, TEST_SECRET } from '../support/test-app.js';

const RESUMABLE = `${ARCHIVE}/resumable`;
const TUS = { 'tus-resumable': '1.0.0' };
const OCTETS = { ...TUS, 'content-type': 'application/offset+octet-stream' };

const encode = (text: string) => Buffer.from(text).toString('base64');
const metadataOf = (values: Record<string, string>) =>
  Object.entries(values)
    .map(([name, value]) => `${name} ${encode(value)}`)
    .join(',');

describe('archive: resumable uploads', () => {
  let app: TestApp;
  let archive: ArchiveClient;
  /** Another instance on the same data. */
  let other: TestApp | undefined;
  beforeAll(async () => {
    app = await TestApp.start({ env: { ARCHIVE_MAX_SIZE: '50MB', MAX_CONTENT_LENGTH: '100kb' } });
    archive = new ArchiveClient(app.client);
  });
  afterAll(async () => {
    await other?.stop();
    await app?.stop();
  });

  const begin = async (
    length: number,
    values: Record<string, string> = { filename: 'a.bin' },
    client: ApiClient = app.client,
  ) => {
    const headers = { ...TUS, 'upload-length': String(length), 'upload-metadata': metadataOf(values) };
    return client.fetch(RESUMABLE, { method: 'POST', headers });
  };
  const locate = async (length: number, values: Record<string, string> = { filename: 'a.bin' }) => {
    const response = await begin(length, values);
    expect(response.status).toBe(201);
    return response.headers.get('location') ?? '';
  };
  const send = (
    path: string,
    offset: number,
    body: Uint8Array<ArrayBuffer>,
    client: ApiClient = app.client,
  ) => client.fetch(path, { method: 'PATCH', headers: { ...OCTETS, 'upload-offset': String(offset) }, body });
  const offsetOf = async (path: string, client: ApiClient = app.client) => {
    const response = await client.fetch(path, { method: 'HEAD', headers: TUS });
    return response.status === 200 ? Number(response.headers.get('upload-offset')) : response.status;
  };

  /** Uploads as tus-js-client does. */
  const upload = (content: Uint8Array, options: Partial<UploadOptions> = {}) =>
    new Promise<string>((resolve, reject) => {
      const upload = new Upload(Buffer.from(content), {
        endpoint: `${app.url}${RESUMABLE}`,
        headers: { 'X-API-Key': TEST_SECRET },
        retryDelays: null,
        onError: reject,
        onSuccess: () => resolve(upload.url?.split('/').at(-1) ?? ''),
        ...options,
      });
      upload.start();
    });

  it('become files, larger than one request may be, by a client of the protocol', async () => {
    const content = noise(3_000_000);
    const id = await upload(content, {
      chunkSize: 1_000_000,
      metadata: { filename: 'film.bin', filetype: 'video/mp4', metadata: '{"kind":"film"}' },
    });
    const [file] = (await app.client.get<FileAnswer[]>(ARCHIVE, { query: { _id: id } })).body;
    expect(file).toMatchObject({
      _id: id,
      filename: 'film.bin',
      mimetype: 'application/octet-stream',
      size: 3_000_000,
      sha256: createHash('sha256').update(content).digest('hex'),
      owner: null,
      metadata: { kind: 'film' },
    });
    const answer = await archive.download(id);
    expect(answer.bytes.equals(content)).toBe(true);
    const range = await archive.download(id, { range: 'bytes=999990-1000009' });
    expect(range.bytes.equals(content.subarray(999_990, 1_000_010))).toBe(true);
  });

  it('tell how far they are, and go on from there', async () => {
    const content = noise(200_000, 2);
    const path = await locate(200_000);
    expect(await offsetOf(path)).toBe(0);
    const first = await send(path, 0, content.slice(0, 120_000));
    expect(first.status).toBe(204);
    expect(first.headers.get('upload-offset')).toBe('120000');
    expect(first.headers.get('upload-expires')).toMatch(/GMT$/);
    expect(await offsetOf(path)).toBe(120_000);
    const id = path.split('/').at(-1) ?? '';
    expect((await app.client.get(path)).body).toMatchObject({
      id,
      offset: 120_000,
      length: 200_000,
      complete: false,
    });
    expect((await archive.download(id)).status).toBe(404);
    expect((await send(path, 120_000, content.slice(120_000))).status).toBe(204);
    expect((await archive.download(id)).bytes.equals(content)).toBe(true);
    expect(await offsetOf(path)).toBe(200_000);
    expect((await app.client.get(path)).body).toMatchObject({ complete: true });
  });

  it('keep what has come when the client goes away in the middle', async () => {
    const content = noise(1_000_000, 3);
    const path = await locate(1_000_000);
    const abort = new AbortController();
    const body = new ReadableStream({
      start: (controller) => controller.enqueue(content.slice(0, 600_000)),
    });
    const sending = app.client.fetch(path, {
      method: 'PATCH',
      headers: { ...OCTETS, 'upload-offset': '0', 'content-length': '1000000' },
      body,
      duplex: 'half',
      signal: abort.signal,
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    abort.abort();
    await expect(sending).rejects.toThrow();
    let offset = 0;
    while (offset === 0) offset = await offsetOf(path);
    expect(offset).toBeLessThanOrEqual(600_000);
    expect((await send(path, offset, content.slice(offset))).status).toBe(204);
    expect((await archive.download(path.split('/').at(-1) ?? '')).bytes.equals(content)).toBe(true);
  });

  it('can go on at another instance', async () => {
    other = await TestApp.start({
      env: { MONGODB_DATABASE: app.databaseName, DATA_DIR: app.directory, ARCHIVE_MAX_SIZE: '50MB' },
    });
    const content = noise(150_000, 4);
    const path = await locate(150_000);
    await send(path, 0, content.slice(0, 50_000));
    expect((await send(path, 50_000, content.slice(50_000, 100_000), other.client)).status).toBe(204);
    expect((await send(path, 100_000, content.slice(100_000))).status).toBe(204);
    expect((await archive.download(path.split('/').at(-1) ?? '')).bytes.equals(content)).toBe(true);
  });

  it('take the bytes of one offset once', async () => {
    const content = noise(100_000, 5);
    const path = await locate(100_000);
    const answers = await Promise.all([1, 2, 3].map(() => send(path, 0, content)));
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1);
    expect((await archive.download(path.split('/').at(-1) ?? '')).bytes.equals(content)).toBe(true);
  });

  it('of nothing are files at once', async () => {
    const path = await locate(0, { filename: 'empty.txt' });
    expect(await archive.download(path.split('/').at(-1) ?? '')).toMatchObject({
      status: 200,
      bytes: Buffer.alloc(0),
    });
  });

  it('take the first bytes with their beginning', async () => {
    const headers = { ...OCTETS, 'upload-length': '5', 'upload-metadata': metadataOf({ filename: 'a.txt' }) };
    const response = await app.client.fetch(RESUMABLE, { method: 'POST', headers, body: 'hello' });
    expect(response.status).toBe(201);
    expect(response.headers.get('upload-offset')).toBe('5');
    const id = response.headers.get('location')?.split('/').at(-1) ?? '';
    expect((await archive.download(id)).bytes.toString()).toBe('hello');
  });

  it('can be thrown away', async () => {
    const path = await locate(1000);
    await send(path, 0, noise(500));
    expect((await app.client.fetch(path, { method: 'DELETE', headers: TUS })).status).toBe(204);
    expect(await offsetOf(path)).toBe(404);
    expect(
      await app.db.collection('_ARCHIVE_UPLOADS').countDocuments({ _id: path.split('/').at(-1) as never }),
    ).toBe(0);
  });

  it('tell what of the protocol is spoken, without a key', async () => {
    const response = await app.anonymous.fetch(RESUMABLE, { method: 'OPTIONS' });
    expect(response.status).toBe(204);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'tus-version': '1.0.0',
      'tus-max-size': String(50 * 1024 ** 2),
      'tus-extension': 'creation,creation-with-upload,termination,expiration',
    });
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
  });

  describe('refuse', () => {
    const problem = async (response: Response) => {
      expect(response.headers.get('tus-resumable')).not.toBe('');
      return (await response.json()) as Problem;
    };

    it('what is too large', async () => {
      expect(await problem(await begin(50 * 1024 ** 2 + 1))).toMatchObject({
        status: 413,
        code: 'body_too_large',
      });
    });

    it('a beginning without a length, or with metadata that is none', async () => {
      const none = await app.client.fetch(RESUMABLE, { method: 'POST', headers: TUS });
      expect(await problem(none)).toMatchObject({ status: 400 });
      for (const length of ['-1', '1.5', 'x', ''])
        expect(
          await problem(
            await app.client.fetch(RESUMABLE, {
              method: 'POST',
              headers: { ...TUS, 'upload-length': length },
            }),
          ),
        ).toMatchObject({ status: 400 });
      expect(await problem(await begin(5, { metadata: 'no json' }))).toMatchObject({
        status: 400,
        code: 'validation_failed',
      });
      expect(await problem(await begin(5, { metadata: '{"__proto__":1}' }))).toMatchObject({
        status: 400,
        code: 'forbidden_key',
      });
    });

    it('another version', async () => {
      const response = await app.client.fetch(RESUMABLE, {
        method: 'POST',
        headers: { 'upload-length': '5' },
      });
      expect(response.headers.get('tus-version')).toBe('1.0.0');
      expect(await problem(response)).toMatchObject({ status: 412, code: 'precondition_failed' });
    });

    it('a wrong offset, more bytes than there are, and other bodies', async () => {
      const path = await locate(10);
      expect(await problem(await send(path, 5, noise(5)))).toMatchObject({ status: 409, code: 'conflict' });
      expect(await problem(await send(path, 0, noise(11)))).toMatchObject({ status: 413 });
      const json = await app.client.fetch(path, {
        method: 'PATCH',
        headers: { ...TUS, 'upload-offset': '0', 'content-type': 'application/json' },
        body: '{}',
      });
      expect(await problem(json)).toMatchObject({ status: 415 });
      expect(await offsetOf(path)).toBe(0);
    });

    it.each(['000000000000000000000000', 'constructor', '..%2f..%2fetc'])('to go on with %s', async (id) => {
      expect(await problem(await send(`${RESUMABLE}/${id}`, 0, noise(1)))).toMatchObject({ status: 404 });
      expect(await offsetOf(`${RESUMABLE}/${id}`)).toBe(404);
    });

    it('octets on a route that asks for none', async () => {
      const response = await app.client.fetch(ARCHIVE, { method: 'POST', headers: OCTETS, body: 'x' });
      expect(await problem(response)).toMatchObject({ status: 415 });
    });
  });
});
