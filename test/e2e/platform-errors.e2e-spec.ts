import type { Problem } from '../support/api-client.js';
import { HIDDEN, ProbeModule } from '../support/probe-module.js';
import { RawConnection } from '../support/raw-connection.js';
import { TestApp } from '../support/test-app.js';

const HOST = 'Host: coglex\r\n';
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

describe('every refusal is a problem', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start({ imports: [ProbeModule], env: { MAX_CONTENT_LENGTH: '20000' } });
  });
  afterAll(() => app.stop());

  /** Sends a request by hand and expects a whole problem for answer. */
  const refusal = async (request: string, status: number, code: string): Promise<Problem> => {
    const answer = await RawConnection.exchange(app.url, request);
    const problem = JSON.parse(answer.body) as Problem;
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json(;|$)/);
    expect(problem).toEqual({
      type: `urn:coglex:problem:${code}`,
      title: expect.any(String) as string,
      status,
      detail: expect.any(String) as string,
      code,
      requestId: expect.stringMatching(UUID) as string,
      ...(problem.errors ? { errors: problem.errors } : {}),
    });
    expect(answer.headers['x-request-id']).toBe(problem.requestId);
    expect(answer.body).not.toMatch(/node_modules|\.[jt]s\b|HttpException|FST_ERR|at \w+ \(/);
    return problem;
  };
  const get = (path: string) => `GET ${path} HTTP/1.1\r\n${HOST}\r\n`;
  const post = (body: string, type = 'application/json', path = '/probe/echo') =>
    `POST ${path} HTTP/1.1\r\n${HOST}${type ? `Content-Type: ${type}\r\n` : ''}` +
    `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

  describe('before a route is found', () => {
    it('a route that does not exist, without its query string', async () => {
      const { detail } = await refusal(get('/no/such?token=hidden'), 404, 'not_found');
      expect(detail).toBe('There is no route GET /no/such.');
    });

    it.each(['PUT', 'PURGE', 'TRACE', 'PROPFIND', 'OPTIONS'])('the method %s', async (method) => {
      await refusal(`${method} /probe/echo HTTP/1.1\r\n${HOST}\r\n`, 404, 'not_found');
    });

    it('a request for the server as a whole', async () => {
      await refusal(`OPTIONS * HTTP/1.1\r\n${HOST}\r\n`, 404, 'not_found');
    });

    it.each(['/%zz', '/probe/items/%zz', '/probe/items/%', '/probe/items/%c3%28'])(
      'a URL with bad encoding: %s',
      async (path) => {
        await refusal(get(path), 400, 'bad_request');
      },
    );

    it('a parameter that is too long', async () => {
      await refusal(get(`/probe/items/${'x'.repeat(1025)}`), 414, 'url_too_long');
    });

    it('a URL or a header that no server reads to its end', async () => {
      await refusal(get(`/probe/echo?q=${'x'.repeat(20_000)}`), 431, 'headers_too_large');
      await refusal(
        `GET /probe/echo HTTP/1.1\r\n${HOST}X-Long: ${'x'.repeat(20_000)}\r\n\r\n`,
        431,
        'headers_too_large',
      );
    });
  });

  describe('what is not HTTP/1.1', () => {
    it.each([
      ['text', 'hello\r\n\r\n'],
      ['an unknown method', `FETCH /probe/echo HTTP/1.1\r\n${HOST}\r\n`],
      ['an unknown version', `GET /probe/echo HTTP/9.9\r\n${HOST}\r\n`],
      ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
      ['a header without a name', `GET /probe/echo HTTP/1.1\r\n${HOST}: x\r\n\r\n`],
      ['a length that is no number', `POST /probe/echo HTTP/1.1\r\n${HOST}Content-Length: x\r\n\r\n`],
      [
        'two lengths, as smugglers send them',
        `POST /probe/echo HTTP/1.1\r\n${HOST}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      ],
      [
        'a broken chunk',
        `POST /probe/echo HTTP/1.1\r\n${HOST}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`,
      ],
    ])('%s, and closes the connection', async (_what, request) => {
      await refusal(request, 400, 'bad_request');
      const connection = await RawConnection.open(app.url);
      connection.write(request);
      await connection.closed;
    });

    it('a request without a Host header', async () => {
      const { detail } = await refusal('GET /probe/echo HTTP/1.1\r\n\r\n', 400, 'bad_request');
      expect(detail).toContain('Host');
    });
  });

  describe('bodies', () => {
    it.each(['{"a":', '{a:1}', "{'a':1}", '[1,]', 'nul', '\u0000', '{"a":1}}', '\ufeff{}'])(
      'JSON that is none: %j',
      async (body) => {
        await refusal(post(body), 400, 'malformed_json');
      },
    );

    it('JSON that is not UTF-8', async () => {
      const body = Buffer.from([0x22, 0xc3, 0x28, 0x22]);
      const head = `POST /probe/echo HTTP/1.1\r\n${HOST}Content-Type: application/json\r\nContent-Length: 4\r\n\r\n`;
      const answer = await RawConnection.exchange(app.url, Buffer.concat([Buffer.from(head), body]));
      expect(JSON.parse(answer.body)).toMatchObject({ code: 'malformed_json', status: 400 });
    });

    it.each([
      '',
      'text/plain',
      'application/x-www-form-urlencoded',
      'application/xml',
      'json',
      'a/b; =',
      '*/*',
    ])('the media type %j', async (type) => {
      const { detail } = await refusal(post('{}', type), 415, 'unsupported_media_type');
      expect(detail).toContain('application/json');
    });

    it('too large by its length, before a byte of it has come', async () => {
      const request = `POST /probe/echo HTTP/1.1\r\n${HOST}Content-Type: application/json\r\nContent-Length: 20001\r\n\r\n`;
      await refusal(request, 413, 'body_too_large');
    });

    it('too large in chunks, without a length', async () => {
      const request =
        `POST /probe/echo HTTP/1.1\r\n${HOST}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n` +
        `1000\r\n${'x'.repeat(4096)}\r\n`.repeat(5);
      await refusal(request, 413, 'body_too_large');
    });

    it('as large as it may be is fine', async () => {
      const text = 'x'.repeat(20_000 - 2);
      const { status, body } = await app.anonymous.post<{ body: string }>(
        '/probe/echo',
        JSON.stringify(text),
      );
      expect({ status, length: body.body.length }).toEqual({ status: 201, length: text.length });
    });

    it('none at all is fine, with or without a type', async () => {
      for (const type of ['', 'application/json'])
        expect((await RawConnection.exchange(app.url, post('', type))).status).toBe(201);
    });
  });

  describe('what a route declares', () => {
    it('bad fields of a body, each by its pointer', async () => {
      const body = JSON.stringify({ name: 1, parts: [{ 'a/b': 2 }], more: 1 });
      const { errors } = await refusal(
        post(body, 'application/json', '/probe/dto'),
        400,
        'validation_failed',
      );
      expect(errors?.map(({ field }) => field).sort()).toEqual(['/more', '/name', '/parts/0/a~1b']);
    });

    it('bad parameters of a query', async () => {
      const { errors } = await refusal(get('/probe/dto?limit=11&more=1'), 400, 'validation_failed');
      expect(errors?.map(({ field }) => field).sort()).toEqual(['/limit', '/more']);
    });

    it('bad parameters of a path, checked by a pipe of Nest', async () => {
      await refusal(get('/probe/numbers/many'), 400, 'bad_request');
    });
  });

  describe('what a handler throws', () => {
    it.each(['unknown', 'text', 'nothing', 'own-status', 'nest-500'])(
      'is hidden when nobody knows it: %s',
      async (how) => {
        const problem = await refusal(get(`/probe/fail/${how}`), 500, 'internal_error');
        expect(JSON.stringify(problem)).not.toContain(HIDDEN);
        expect(problem.detail).toBe(problem.title);
      },
    );

    it.each([
      ['nest-400', 400, 'bad_request', 'The moon is full.'],
      ['nest-409', 409, 'conflict', 'The moon is taken.'],
      ['nest-418', 400, 'bad_request', 'The moon is a teapot.'],
    ])('may be an exception of Nest: %s', async (how, status, code, detail) => {
      expect((await refusal(get(`/probe/fail/${how}`), status, code)).detail).toBe(detail);
    });

    it('may carry headers and members of its own', async () => {
      const { status, headers, body } = await app.anonymous.get<Problem>('/probe/fail/ours');
      expect(status).toBe(409);
      expect(headers.get('x-probe')).toBe('yes');
      expect(body).toMatchObject({ code: 'duplicate_key', status: 409, index: 3, detail: 'Taken.' });
      expect(JSON.stringify(body)).not.toContain(HIDDEN);
    });

    it('has no body for HEAD', async () => {
      const connection = await RawConnection.open(app.url);
      connection.write(`HEAD /no/such HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`);
      await connection.closed;
      expect(connection.text).toMatch(/^HTTP\/1\.1 404 [^]*\r\n\r\n$/);
    });
  });
});
