import type { Problem } from '../support/api-client.js';
import { HIDDEN, ProbeGate, ProbeModule } from '../support/probe-module.js';
import { RawConnection } from '../support/raw-connection.js';
import { TestApp, type LogLine, TEST_SECRET } from '../support/test-app.js';
import { until } from '../support/until.js';

describe('the log', () => {
  let app: TestApp;
  let log: LogLine[] = [];

  beforeAll(async () => {
    app = await TestApp.start({
      imports: [ProbeModule],
      env: { LOG_LEVEL: 'debug' },
      onLog: (line) => log.push(line),
    });
  });
  beforeEach(() => {
    log = [];
  });
  afterAll(() => app.stop());

  const requestLines = () => log.filter((line) => 'req' in line);
  it('has one line for each request, whatever becomes of it', async () => {
    const paths = [
      '/health',
      '/no/such?a=1',
      '/%zz',
      '/probe/fail/ours',
      '/probe/fail/unknown',
      '/probe/echo?q=hidden',
    ];
    for (const path of paths) await app.anonymous.get(path);
    await app.anonymous.post('/probe/echo', '{');
    await until(() => requestLines().length === 7);
    expect(requestLines().map(({ req, res, level, msg }) => ({ req, res, level, msg }))).toEqual(
      [
        ['GET', '/health', 200, 30],
        ['GET', '/no/such', 404, 30],
        ['GET', '/%zz', 400, 30],
        ['GET', '/probe/fail/ours', 409, 30],
        ['GET', '/probe/fail/unknown', 500, 50],
        ['GET', '/probe/echo', 200, 30],
        ['POST', '/probe/echo', 400, 30],
      ].map(([method, path, status, level]) => ({
        req: { method, path, ip: '127.0.0.1' },
        res: { status },
        level,
        msg: `${method} ${path} ${status}`,
      })),
    );
    for (const line of requestLines()) {
      expect(line.requestId).toMatch(/^[\da-f-]{36}$/);
      expect(line.responseTime).toEqual(expect.any(Number));
    }
  });

  it('has no line for the probes of an orchestrator', async () => {
    await app.anonymous.get('/health/live');
    await app.anonymous.get('/health/ready');
    await app.anonymous.get('/health');
    await until(() => requestLines().length > 0);
    expect(requestLines()).toHaveLength(1);
  });

  it('has what the client is not told, under the same request id', async () => {
    const { body } = await app.anonymous.get<Problem>('/probe/fail/unknown');
    expect(JSON.stringify(body)).not.toContain(HIDDEN);
    expect(log.find(({ code }) => code === 'internal_error')).toMatchObject({
      level: 50,
      requestId: body.requestId,
      err: { message: HIDDEN, stack: expect.stringContaining('probe-module') as string },
    });
  });

  it('has refusals that callers cause every day at debug only', async () => {
    await app.anonymous.get('/service/storage/v1/things');
    expect(log.find(({ code }) => code === 'api_key_required')).toMatchObject({ level: 20 });
  });

  it('says that a client went away before its answer', async () => {
    const gate = app.nest.get(ProbeGate, { strict: false });
    const connection = await RawConnection.open(app.url);
    connection.write('GET /probe/gate HTTP/1.1\r\nHost: coglex\r\n\r\n');
    await gate.arrived;
    connection.destroy();
    await until(() => requestLines().length > 0);
    gate.open();
    expect(requestLines()).toEqual([
      expect.objectContaining({ level: 30, res: { aborted: true }, msg: 'GET /probe/gate aborted' }),
    ]);
  });

  it('never holds keys, tokens, passwords, bodies or query strings (CVE-2023-28443)', async () => {
    const _key = 'grace@example.com';
    const _password = 'hidden-password-1';
    await app.client.post('/service/auth/v1/signup', { _key, _password, document: { note: 'hidden-note' } });
    const { body } = await app.client.post<{ token: string }>('/service/auth/v1/signin', { _key, _password });
    await app.client.post('/service/auth/v1/signin', { _key, _password: 'hidden-password-2' });
    await app.client.as(body.token).get(`/service/auth/v1/${_key}`);
    await app.client.as('hidden.token').get(`/service/auth/v1/${_key}`);
    await app.client
      .with({ cookie: `Authorization=${body.token}` })
      .get('/service/storage/v1/things?query={"a":"hidden-query"}');
    await app.anonymous.with({ 'x-api-key': 'hidden-key' }).get('/service/storage/v1/things');
    await app.client.post('/service/storage/v1/things', '{"a": "hidden-body"');
    await app.client.post('/service/storage/v1/things', { _id: 'x', a: 'hidden-body' });
    await app.client.post('/service/storage/v1/things', { _id: 'x', a: 'hidden-body' });
    await app.client.get('/service/storage/v1/things', { query: { a: { $where: 'hidden-query' } } });
    await until(() => requestLines().length === 11);
    const text = JSON.stringify(log);
    expect(text).not.toContain('hidden');
    expect(text).not.toContain(body.token);
    expect(text).not.toContain(TEST_SECRET);
  });
});
