import { ProbeModule } from '../support/probe-module.js';
import { RawConnection } from '../support/raw-connection.js';
import { TestApp } from '../support/test-app.js';

const HOST = 'Host: coglex\r\n';
const APP = 'https://app.example.com';

describe('HTTP', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start({ imports: [ProbeModule] });
  });
  afterAll(() => app.stop());

  describe('request ids', () => {
    it('are made when none is sent, each once', async () => {
      const answers = await Promise.all(Array.from({ length: 5 }, () => app.anonymous.get('/health/live')));
      const ids = answers.map(({ headers }) => headers.get('x-request-id'));
      expect(new Set(ids).size).toBe(5);
      for (const id of ids) expect(id).toMatch(/^[\da-f-]{36}$/);
    });

    it.each(['trace-1', 'a.b:c_d', 'x'.repeat(128)])('are taken over from the caller: %s', async (id) => {
      for (const path of ['/health/live', '/no/such', '/%zz', '/probe/fail/unknown']) {
        const { headers } = await app.anonymous.with({ 'x-request-id': id }).get(path);
        expect(headers.get('x-request-id')).toBe(id);
      }
    });
  });

  describe('paths', () => {
    it.each(['/health', '/health/live', '/health/ready', '/probe/echo', '/probe/items/1'])(
      '%s is the same with a slash at its end',
      async (path) => {
        for (const url of [path, `${path}/`, `${path}/?a=b`])
          expect((await app.anonymous.get(url)).status).toBe(200);
      },
    );

    it('answers HEAD like GET, without the body', async () => {
      for (const path of ['/health/live', '/health/live/', '/probe/items/1']) {
        const got = await app.anonymous.get(path);
        const { status, headers, body } = await app.anonymous.send('HEAD', path);
        expect(status).toBe(200);
        expect(headers.get('content-length')).toBe(got.headers.get('content-length'));
        expect(body).toBeUndefined();
      }
    });

    it('decodes parameters once', async () => {
      expect((await app.anonymous.get('/probe/items/a%2Fb%2541')).body).toEqual({ id: 'a/b%41' });
    });
  });

  describe('connections', () => {
    it('are kept alive for further requests', async () => {
      const connection = await RawConnection.open(app.url);
      for (let round = 0; round < 3; round += 1) {
        connection.write(`GET /health/live HTTP/1.1\r\n${HOST}\r\n`);
        expect((await connection.answer()).headers).toMatchObject({
          connection: 'keep-alive',
          'keep-alive': 'timeout=72',
        });
      }
      connection.destroy();
    });

    it('are kept alive after an error as well', async () => {
      const connection = await RawConnection.open(app.url);
      for (const path of ['/no/such', '/probe/fail/unknown', '/%zz', '/health/live']) {
        connection.write(`GET ${path} HTTP/1.1\r\n${HOST}\r\n`);
        expect((await connection.answer()).headers.connection).toBe('keep-alive');
      }
      connection.destroy();
    });

    it('are closed when the client asks for it', async () => {
      const connection = await RawConnection.open(app.url);
      connection.write(`GET /health/live HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`);
      expect((await connection.answer()).status).toBe(200);
      await connection.closed;
    });

    it('may send several requests at once', async () => {
      const connection = await RawConnection.open(app.url);
      connection.write(
        ['1', '2', '3'].map((id) => `GET /probe/items/${id} HTTP/1.1\r\n${HOST}\r\n`).join(''),
      );
      for (const id of ['1', '2', '3']) expect(JSON.parse((await connection.answer()).body)).toEqual({ id });
      connection.destroy();
    });

    it('may wait for "100 Continue" before they send a body, and expect what nobody knows', async () => {
      const connection = await RawConnection.open(app.url);
      const head = (expectation: string) =>
        `POST /probe/echo HTTP/1.1\r\n${HOST}Expect: ${expectation}\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n`;
      connection.write(head('100-continue'));
      expect((await connection.answer()).status).toBe(100);
      connection.write('{}');
      expect((await connection.answer()).status).toBe(201);
      connection.write(`${head('miracles')}{}`);
      expect((await connection.answer()).status).toBe(201);
      connection.destroy();
    });
  });

  it.each(['/health/live', '/no/such', '/probe/fail/unknown', '/service/storage/v1/things'])(
    'sends security headers with %s',
    async (path) => {
      const { headers } = await app.anonymous.get(path);
      expect(Object.fromEntries(headers)).toMatchObject({
        'content-security-policy': expect.stringContaining("default-src 'self'") as string,
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'SAMEORIGIN',
        'referrer-policy': 'no-referrer',
        'permissions-policy': expect.stringContaining('camera=(), ') as string,
        'cross-origin-resource-policy': 'same-origin',
      });
      expect(headers.get('x-powered-by')).toBeNull();
      expect(headers.get('server')).toBeNull();
      // Over plain http the header would be ignored, and on a shared host name it would lock others out.
      expect(headers.get('strict-transport-security')).toBeNull();
    },
  );

  it('allows no other origin by default', async () => {
    const { headers } = await app.anonymous.with({ origin: APP }).get('/health/live');
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('HTTP behind https', () => {
  it('asks browsers to stay with https', async () => {
    const app = await TestApp.start({ env: { BASE_URL: 'https://api.example.com' } });
    try {
      const { headers } = await app.anonymous.get('/health/live');
      expect(headers.get('strict-transport-security')).toMatch(/^max-age=\d{7,}/);
      expect(headers.get('content-security-policy')).toContain('upgrade-insecure-requests');
    } finally {
      await app.stop();
    }
  });
});

describe('CORS', () => {
  let app: TestApp;
  const start = async (origins: string) => {
    app = await TestApp.start({ imports: [ProbeModule], env: { CORS_ORIGINS: origins } });
  };
  const from = (origin: string) => app.anonymous.with({ origin });
  const preflight = (origin: string) =>
    from(origin)
      .with({ 'access-control-request-method': 'PATCH', 'access-control-request-headers': 'x-api-key' })
      .send('OPTIONS', '/service/storage/v1/things/1');

  afterEach(() => app.stop());

  it('lets the named origins read answers, with cookies', async () => {
    await start(`${APP}, http://localhost:3000`);
    for (const origin of [APP, 'http://localhost:3000']) {
      const { headers } = await from(origin).get('/health/live');
      expect(Object.fromEntries(headers)).toMatchObject({
        'access-control-allow-origin': origin,
        'access-control-allow-credentials': 'true',
        'access-control-expose-headers': expect.stringContaining('X-Total-Count') as string,
        vary: 'Origin',
      });
    }
  });

  it('lets them read errors as well, also those of the router and the parser', async () => {
    await start(APP);
    const answers = [
      await from(APP).get('/no/such'),
      await from(APP).get('/probe/fail/unknown'),
      await from(APP).post('/probe/echo', '{'),
      await from(APP).get('/service/storage/v1/things'),
    ];
    expect(answers.map(({ status }) => status)).toEqual([404, 500, 400, 401]);
    for (const { headers } of answers) expect(headers.get('access-control-allow-origin')).toBe(APP);
  });

  it('answers a preflight without a key', async () => {
    await start(APP);
    const { status, headers } = await preflight(APP);
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-origin')).toBe(APP);
    expect(headers.get('access-control-allow-methods')).toMatch(
      /\bPATCH\b.*\bDELETE\b|\bDELETE\b.*\bPATCH\b/,
    );
    expect(headers.get('access-control-allow-headers')).toMatch(/X-API-Key/i);
    expect(headers.get('access-control-max-age')).toBe('600');
  });

  it.each(['https://evil.example', `${APP}.evil.example`, 'https://app-example.com', 'null', `${APP}:8443`])(
    'does not let %s in',
    async (origin) => {
      await start(APP);
      expect((await from(origin).get('/health/live')).headers.get('access-control-allow-origin')).toBeNull();
      expect((await preflight(origin)).headers.get('access-control-allow-origin')).toBeNull();
    },
  );

  it('never allows cookies with a wildcard', async () => {
    await start('*');
    for (const { headers } of [await from(APP).get('/health/live'), await preflight(APP)]) {
      expect(headers.get('access-control-allow-origin')).toBe('*');
      expect(headers.get('access-control-allow-credentials')).toBeNull();
    }
  });

  it('answers OPTIONS that is no preflight without a plain text', async () => {
    await start(APP);
    const { status, headers } = await app.anonymous.send('OPTIONS', '/health/live');
    expect(status).toBe(204);
    expect(headers.get('content-type')).toBeNull();
  });
});
