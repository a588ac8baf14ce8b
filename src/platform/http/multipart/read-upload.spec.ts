import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { CoglexError } from '../../errors/coglex-error.js';
import { passStreamedBodies } from '../streamed-body.js';
import { readUpload } from './read-upload.js';
import type { IncomingFile } from './upload-form.js';

const LIMITS = { maxBytes: 100_000, fields: ['metadata', 'note'] };

interface Received {
  filename: string;
  before: Record<string, string>;
  bytes: number;
}

/** A server with one route that counts the bytes of a file. */
class UploadServer {
  /** What `receive` came to, of every upload. */
  readonly ends: string[] = [];
  begun = 0;

  private constructor(
    private readonly fastify: FastifyInstance,
    readonly url: string,
  ) {}

  static async start(): Promise<UploadServer> {
    const fastify = Fastify({ forceCloseConnections: true });
    passStreamedBodies(fastify);
    const config = { streamedBody: 'multipart/form-data' } as const;
    fastify.post('/upload', { config }, (request) => server.take(request));
    fastify.post('/json', () => ({}));
    fastify.setErrorHandler((error, _request, reply) =>
      error instanceof CoglexError
        ? reply.status(error.status).send({ code: error.code, detail: error.detail })
        : reply.status(500).send({ code: String(error) }),
    );
    const server: UploadServer = new UploadServer(
      fastify,
      await fastify.listen({ host: '127.0.0.1', port: 0 }),
    );
    return server;
  }

  get port(): number {
    return (this.fastify.server.address() as AddressInfo).port;
  }

  stop(): Promise<void> {
    return this.fastify.close();
  }

  async send(body: FormData | string, headers: Record<string, string> = {}, path = '/upload') {
    const response = await fetch(new URL(path, this.url), { method: 'POST', body, headers });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  private async take(request: FastifyRequest) {
    try {
      const { file, fields } = await readUpload(request, LIMITS, (incoming) => this.count(incoming));
      return { ...file, fields: Object.fromEntries(fields) };
    } catch (error) {
      if (!(error instanceof CoglexError)) this.ends.push(String(error));
      throw error;
    }
  }

  private async count({ filename, fields, stream }: IncomingFile): Promise<Received> {
    let bytes = 0;
    const before = Object.fromEntries(fields);
    this.begun += 1;
    try {
      for await (const chunk of stream as AsyncIterable<Buffer>) bytes += chunk.length;
      this.ends.push('whole');
    } catch (error) {
      this.ends.push(error instanceof CoglexError ? error.code : String(error));
      throw error;
    }
    return { filename, before, bytes };
  }
}

const form = (...entries: [name: string, value: string | Blob, filename?: string][]) => {
  const data = new FormData();
  for (const [name, value, filename] of entries)
    if (typeof value === 'string') data.append(name, value);
    else data.append(name, value, filename);
  return data;
};
const blob = (bytes: number) => new Blob([new Uint8Array(bytes)]);

describe('readUpload', () => {
  let server: UploadServer;
  beforeEach(async () => {
    server = await UploadServer.start();
  });
  afterEach(() => server.stop());

  it('hands on the file, and the fields before and behind it', async () => {
    const answer = await server.send(
      form(['metadata', '{"a":1}'], ['file', blob(70_000), 'Öl & "Gas".png'], ['note', 'behind']),
    );
    expect(answer).toEqual({
      status: 200,
      body: {
        filename: expect.stringContaining('Öl & ') as string,
        bytes: 70_000,
        before: { metadata: '{"a":1}' },
        fields: { metadata: '{"a":1}', note: 'behind' },
      },
    });
  });

  it('takes a file of exactly the limit, an empty one, and one without a name', async () => {
    for (const bytes of [100_000, 0])
      expect((await server.send(form(['file', blob(bytes), 'a']))).body).toMatchObject({ bytes });
    const body =
      '--b\r\nContent-Disposition: form-data; name="file"\r\nContent-Type: application/octet-stream\r\n\r\nabc\r\n--b--\r\n';
    const answer = await server.send(body, { 'content-type': 'multipart/form-data; boundary=b' });
    expect(answer.body).toMatchObject({ filename: '', bytes: 3 });
  });

  it('refuses a file over the limit while it comes in, and lets the client read why', async () => {
    const answer = await server.send(form(['file', blob(5_000_000), 'a']));
    expect(answer).toMatchObject({ status: 413, body: { code: 'body_too_large' } });
    expect(server.ends).toEqual(['body_too_large']);
  });

  it.each([
    ['no file', form(['note', 'x'])],
    ['a file that is text', form(['file', 'text'])],
    ['a file of another name', form(['document', blob(3), 'a'])],
    ['two files', form(['file', blob(3), 'a'], ['file', blob(3), 'b'])],
    ['a field that nobody knows', form(['file', blob(3), 'a'], ['toString', 'x'])],
    ['a field that comes twice', form(['note', '1'], ['note', '2'], ['file', blob(3), 'a'])],
    ['too many fields', form(...Array.from({ length: 9 }, (_, n): [string, string] => [`f${n}`, 'x']))],
  ])('refuses %s', async (_what, body) => {
    expect(await server.send(body)).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
    expect(server.ends.every((end) => end === 'whole' || end === 'validation_failed')).toBe(true);
  });

  it('refuses a field that is too long', async () => {
    const answer = await server.send(form(['metadata', 'x'.repeat(1_100_000)], ['file', blob(3), 'a']));
    expect(answer).toMatchObject({ status: 413, body: { code: 'body_too_large' } });
  });

  it.each([
    ['without a boundary', 'multipart/form-data', 'abc'],
    ['that is empty', 'multipart/form-data; boundary=b', ''],
    ['of noise', 'multipart/form-data; boundary=b', 'abc\0\r\n--'],
    [
      'that is cut',
      'multipart/form-data; boundary=b',
      '--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nab',
    ],
    ['that ends in its headers', 'multipart/form-data; boundary=b', '--b\r\nContent-Disp'],
  ])('refuses a form %s', async (_what, type, body) => {
    expect((await server.send(body, { 'content-type': type })).status).toBe(400);
  });

  it('refuses a form on a route that does not ask for one', async () => {
    const answer = await server.send(form(['file', blob(3), 'a']), {}, '/json');
    expect(answer).toMatchObject({ status: 415, body: { code: 'unsupported_media_type' } });
    expect((await server.send('{}', { 'content-type': 'application/json' })).status).toBe(415);
  });

  it('tells the receiver when the client goes away', async () => {
    const socket = connect(server.port, '127.0.0.1');
    socket.write(
      'POST /upload HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 9000\r\n\r\n' +
        '--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nabc',
    );
    await once(socket, 'connect');
    while (server.begun === 0) await new Promise(setImmediate);
    socket.destroy();
    while (server.ends.length === 0) await new Promise(setImmediate);
    expect(server.ends).toEqual(['bad_request']);
  });
});
