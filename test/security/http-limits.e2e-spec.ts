import { ProbeModule } from '../support/probe-module.js';
import { RawConnection } from '../support/raw-connection.js';
import { TestApp, type LogLine } from '../support/test-app.js';
import type { Problem } from '../support/api-client.js';

jest.setTimeout(20_000);

const HOST = 'Host: coglex\r\n';

describe('HTTP: denial of service, prototypes and forged headers', () => {
  let app: TestApp;
  const log: LogLine[] = [];

  beforeAll(async () => {
    app = await TestApp.start({
      imports: [ProbeModule],
      env: { MAX_JSON_DEPTH: '50', LOG_LEVEL: 'info' },
      onLog: (line) => log.push(line),
    });
  });
  afterAll(() => app.stop());

  const echo = (body: string) => app.anonymous.post<Problem>('/probe/echo', body);
  const alive = async () => expect((await app.anonymous.get('/health/live')).status).toBe(200);

  describe('JSON of 10 MB of "["', () => {
    it.each(['[', '{"a":', '[{"a":['])('is refused before it is parsed: %s', async (opening) => {
      const { status, body } = await echo(opening.repeat(Math.floor(10_000_000 / opening.length)));
      expect({ status, code: body.code }).toEqual({ status: 400, code: 'nested_too_deep' });
      await alive();
    });

    it('and its like, which are wide instead of deep, are only what they are', async () => {
      const { status } = await echo(`[${'[],'.repeat(1_000_000)}[]]`);
      expect(status).toBe(201);
    });

    it('brackets in text are text', async () => {
      const text = `["${'['.repeat(1000)}\\"${'{'.repeat(1000)}"]`;
      expect((await echo(text)).body).toEqual({ body: JSON.parse(text) as unknown });
    });

    it('nesting is allowed up to the limit, and not beyond', async () => {
      const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
      expect((await echo(nested(50))).status).toBe(201);
      expect((await echo(nested(51))).body.code).toBe('nested_too_deep');
    });
  });

  describe('__proto__, constructor and prototype as keys (prm5-8g2m-24gg, 462x-c3jw-7vr6, 9ccr-fpp6-78qf)', () => {
    it.each([
      '{"__proto__":{"admin":true}}',
      '{"a":{"b":[{"__proto__":1}]}}',
      '{"constructor":{"prototype":{"admin":true}}}',
      '[[{"prototype":null}]]',
      '{"\\u005f_proto__":1}',
      '{"__pro\\u0074o__":1}',
      '{"const\\u0072uctor":1}',
    ])('in a body: %s', async (body) => {
      expect((await echo(body)).body).toMatchObject({ status: 400, code: 'forbidden_key' });
      expect(({} as Record<string, unknown>).admin).toBeUndefined();
    });

    it.each(['__proto__=1', 'a=1&constructor=2', 'prototype', '%5F_proto__=1'])(
      'in a query string: %s',
      async (query) => {
        const { body } = await app.anonymous.get<Problem>(`/probe/echo?${query}`);
        expect(body).toMatchObject({ status: 400, code: 'forbidden_key' });
      },
    );

    it.each(['__proto__[admin]=1', 'constructor[prototype][admin]=1', 'a.__proto__=1'])(
      'as the path of a query string, which stays a name: %s',
      async (query) => {
        const { status, body } = await app.anonymous.get<{ query: object }>(`/probe/echo?${query}`);
        expect(status).toBe(200);
        expect(Object.keys(body.query)).toEqual([decodeURIComponent(query.split('=')[0])]);
        expect(({} as Record<string, unknown>).admin).toBeUndefined();
      },
    );

    it('as values they are allowed', async () => {
      const body = '["__proto__",{"a":"constructor"}]';
      expect((await echo(body)).status).toBe(201);
    });
  });

  describe('slow-loris requests', () => {
    // Of its own: on a busy machine an honest body of 10 MB takes longer than this.
    let hasty: TestApp;
    beforeAll(async () => {
      hasty = await TestApp.start({ imports: [ProbeModule], env: { HTTP_REQUEST_TIMEOUT_MS: '1000' } });
    });
    afterAll(() => hasty.stop());

    const expectTimeout = async (start: string, drip: string) => {
      const connection = await RawConnection.open(hasty.url);
      connection.write(start);
      const dripping = setInterval(() => connection.write(drip), 100);
      const { status, headers, body } = await connection.answer().finally(() => clearInterval(dripping));
      expect({ status, connection: headers.connection }).toEqual({ status: 408, connection: 'close' });
      expect(JSON.parse(body)).toMatchObject({ status: 408, code: 'request_timeout' });
      await connection.closed;
    };

    it('headers that never end', () =>
      expectTimeout('GET /probe/echo HTTP/1.1\r\nHost: x\r\n', 'X-A: b\r\n'));

    it('a body that never ends', () =>
      expectTimeout(
        `POST /probe/echo HTTP/1.1\r\n${HOST}Content-Type: application/json\r\nContent-Length: 1000000\r\n\r\n"`,
        'x',
      ));

    it('chunks that never end', () =>
      expectTimeout(
        `POST /probe/echo HTTP/1.1\r\n${HOST}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n"\r\n`,
        '1\r\nx\r\n',
      ));

    it('a connection that says nothing', async () => {
      const connection = await RawConnection.open(hasty.url);
      await connection.closed;
    });

    it('many of them do not keep others from being served', async () => {
      const slow = await Promise.all(Array.from({ length: 200 }, () => RawConnection.open(hasty.url)));
      for (const connection of slow) connection.write('GET / HTTP/1.1\r\n');
      expect((await hasty.anonymous.get('/health/live')).status).toBe(200);
      for (const connection of slow) connection.destroy();
    });
  });

  it('a body that goes on after it was refused ends with the connection', async () => {
    const connection = await RawConnection.open(app.url);
    connection.write(
      `POST /probe/echo HTTP/1.1\r\n${HOST}Content-Type: application/json\r\nContent-Length: 999999999\r\n\r\n`,
    );
    expect((await connection.answer()).status).toBe(413);
    const flood = setInterval(() => connection.write('x'.repeat(65_536)), 1);
    await connection.closed;
    clearInterval(flood);
  });

  describe('a request smuggled behind another', () => {
    it.each([
      'Content-Length: 4\r\nContent-Length: 5\r\n',
      'Content-Length: +4\r\n',
      'Content-Length: 4\r\nTransfer-Encoding: chunked\r\n',
      'Transfer-Encoding: chunked, identity\r\n',
      'Transfer-Encoding : chunked\r\n',
      'Transfer-Encoding:\n chunked\r\n',
      'X: y\nTransfer-Encoding: chunked\r\n',
    ])('by the headers %j', async (headers) => {
      const connection = await RawConnection.open(app.url);
      connection.write(
        `POST /probe/echo HTTP/1.1\r\n${HOST}Content-Type: application/json\r\n${headers}\r\n` +
          `0\r\n\r\nGET /probe/items/smuggled HTTP/1.1\r\n${HOST}\r\n`,
      );
      expect((await connection.answer()).status).toBe(400);
      await connection.closed;
      expect(connection.text).not.toContain('smuggled');
    });
  });

  describe('a hostile X-Request-Id', () => {
    it.each([
      ['with spaces', 'a b'],
      ['of markup', '<script>alert(1)</script>'],
      ['that forges a line of the log', '","level":60,"msg":"forged'],
      ['that is too long', 'x'.repeat(129)],
      ['that is empty', ''],
      ['beyond ASCII', 'caf\u00e9'],
    ])('%s is replaced', async (_what, id) => {
      const answer = await RawConnection.exchange(
        app.url,
        Buffer.from(`GET /no/such HTTP/1.1\r\n${HOST}X-Request-Id: ${id}\r\n\r\n`, 'latin1'),
      );
      expect(answer.headers['x-request-id']).toMatch(/^[\da-f-]{36}$/);
      expect(answer.body).toContain(answer.headers['x-request-id']);
    });

    it('sent twice is replaced', async () => {
      const answer = await RawConnection.exchange(
        app.url,
        `GET /no/such HTTP/1.1\r\n${HOST}X-Request-Id: a\r\nX-Request-Id: b\r\n\r\n`,
      );
      expect(answer.headers['x-request-id']).toMatch(/^[\da-f-]{36}$/);
    });
  });

  it('a path that forges lines of the log stays one line', async () => {
    const path = '/no/%0a{"level":60,"msg":"forged"}\u001b[31m%1b[31m';
    await RawConnection.exchange(app.url, `GET ${path.replace('\u001b', '')} HTTP/1.1\r\n${HOST}\r\n`);
    const line = log.find(({ msg }) => msg.includes('forged'));
    expect(line).toMatchObject({ level: 30 });
    expect(line?.msg).not.toMatch(/[\n\u001b]/);
  });
});

describe('HTTP: a spoofed X-Forwarded-For (775h-3xrc-c228, #10234)', () => {
  let app: TestApp;
  const forwarded = { 'x-forwarded-for': '203.0.113.9, 198.51.100.7', 'x-forwarded-proto': 'https' };
  const seen = async (env: Record<string, string>) => {
    app = await TestApp.start({ imports: [ProbeModule], env });
    return (await app.anonymous.with(forwarded).get<{ ip: string; protocol: string }>('/probe/echo')).body;
  };

  afterEach(() => app.stop());

  it('is ignored by default', async () => {
    expect(await seen({})).toMatchObject({ ip: '127.0.0.1', protocol: 'http' });
  });

  it.each(['false', '10.0.0.0/8'])(
    'is ignored when it does not come from a proxy: TRUST_PROXY=%s',
    async (proxies) => {
      expect(await seen({ TRUST_PROXY: proxies })).toMatchObject({ ip: '127.0.0.1', protocol: 'http' });
    },
  );

  it('is believed of a named proxy, as far as that proxy itself has seen', async () => {
    expect(await seen({ TRUST_PROXY: '127.0.0.1' })).toMatchObject({ ip: '198.51.100.7', protocol: 'https' });
    await app.stop();
    expect(await seen({ TRUST_PROXY: '127.0.0.0/8, 198.51.100.0/24' })).toMatchObject({ ip: '203.0.113.9' });
  });

  it('is believed altogether when every proxy is trusted', async () => {
    expect(await seen({ TRUST_PROXY: 'true' })).toMatchObject({ ip: '203.0.113.9', protocol: 'https' });
  });
});
