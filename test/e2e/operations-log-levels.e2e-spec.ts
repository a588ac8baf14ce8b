import { Logger } from '@nestjs/common';
import type { Problem } from '../support/api-client.js';
import { describeWithRedis, RedisServer } from '../support/redis-server.js';
import { ServerProcess } from '../support/server-process.js';
import { TestApp, testDatabaseUri, type LogLine } from '../support/test-app.js';
import { until } from '../support/until.js';

const LEVELS = '/service/operations/v1/log-levels';

interface State {
  default: string;
  levels: { module: string; level: string; until: string }[];
  modules: { name: string; contexts: string[] }[];
}

describe('levels of the log', () => {
  let app: TestApp;
  let log: LogLine[] = [];
  beforeAll(async () => {
    app = await TestApp.start({ env: { LOG_LEVEL: 'info' }, onLog: (line) => log.push(line) });
  });
  beforeEach(() => {
    log = [];
  });
  afterEach(async () => {
    for (const { module } of (await app.client.get<State>(LEVELS)).body.levels) await set(module, null);
  });
  afterAll(() => app.stop());

  const set = (module: string, level: string | null, seconds?: number) =>
    app.client.send<State>('PUT', LEVELS, { module, level, seconds });
  const speak = (context: string) => {
    new Logger(context).debug(`debug of ${context}`);
    new Logger(context).warn(`warning of ${context}`);
  };
  const said = () => log.map(({ msg }) => msg).filter((msg) => /^(?:debug|warning) of /.test(msg));

  it('are those of the settings at first, and name the modules that there are', async () => {
    const { status, body } = await app.client.get<State>(LEVELS);
    expect([status, body.default, body.levels]).toEqual([200, 'info', []]);
    expect(body.modules.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['audit', 'auth', 'nest', 'schema']),
    );
    expect(body.modules.find(({ name }) => name === 'schema')?.contexts).toContain('SchemaService');
  });

  it('change at once for a module, for one context, and for everything else', async () => {
    const answer = await set('schema', 'debug');
    expect(answer).toMatchObject({ status: 200, body: { levels: [{ module: 'schema', level: 'debug' }] } });
    ['SchemaService', 'AuthService'].forEach(speak);
    expect(said()).toEqual(['debug of SchemaService', 'warning of SchemaService', 'warning of AuthService']);
    log = [];
    await set('SchemaService', 'error');
    await set('*', 'debug');
    ['SchemaService', 'AuthService'].forEach(speak);
    expect(said()).toEqual(['debug of AuthService', 'warning of AuthService']);
  });

  it('go back, and end by themselves', async () => {
    await set('schema', 'debug');
    await set('schema', null);
    speak('SchemaService');
    expect(said()).toEqual(['warning of SchemaService']);
    const { body } = await set('schema', 'debug', 1);
    expect(Date.parse(body.levels[0].until)).toBeLessThan(Date.now() + 2000);
    await until(async () => (await app.client.get<State>(LEVELS)).body.levels.length === 0);
    log = [];
    speak('SchemaService');
    expect(said()).toEqual(['warning of SchemaService']);
  });

  it('stand in the audit trail', async () => {
    await set('auth', 'trace', 60);
    const entry = await app.db.collection('_AUDIT').findOne({ what: 'log_level.changed', 'on.id': 'auth' });
    expect(entry).toMatchObject({ api_key: 'root', detail: { level: 'trace', from: null, seconds: 60 } });
  });

  it('are refused for what is no module, with the names of all', async () => {
    for (const module of ['payments', '__proto__', 'constructor', 'auth\r\nforged']) {
      const { status, body } = await app.client.send<Problem>('PUT', LEVELS, { module, level: 'debug' });
      expect([status, body.code]).toEqual([404, 'not_found']);
      expect(body.detail).toContain(' auth, ');
      expect(body.detail).not.toMatch(/[\r\n]/);
    }
  });

  it.each([
    [{ module: 'auth' }],
    [{ level: 'debug' }],
    [{ module: 'auth', level: 'loud' }],
    [{ module: 'auth', level: 30 }],
    [{ module: ['auth'], level: 'debug' }],
    [{ module: 'auth', level: 'debug', seconds: 0 }],
    [{ module: 'auth', level: 'debug', seconds: 1e9 }],
    [{ module: 'auth', level: 'debug', until: 'ever' }],
  ])('are refused for %j', async (body) => {
    const answer = await app.client.send<Problem>('PUT', LEVELS, body);
    expect([answer.status, answer.body.code]).toEqual([400, 'validation_failed']);
  });
});

describeWithRedis('levels of the log on several instances', () => {
  it('are the same on all, and hold after a restart', async () => {
    const redis = await RedisServer.start();
    const env = {
      REDIS_URL: redis.url,
      MONGODB_URI: testDatabaseUri(),
      MONGODB_DATABASE: `test_levels_${process.pid}`,
    };
    const first = await ServerProcess.start({ database: 'none', env });
    let second: ServerProcess | undefined;
    try {
      second = await ServerProcess.start({ database: 'none', env });
      const quiet = () => second?.logLines<LogLine>().filter(({ level }) => level === 20) ?? [];
      expect(quiet()).toEqual([]);
      await first.client.send('PUT', LEVELS, { module: '*', level: 'debug' });
      await until(async () => {
        await second?.anonymous.get('/service/storage/v1/things');
        return quiet().some(({ code }) => code === 'api_key_required');
      });
      await second.end();
      await second.startAgain();
      await until(async () => {
        await second?.anonymous.get('/service/storage/v1/things');
        return quiet().some(({ code }) => code === 'api_key_required');
      });
    } finally {
      await second?.stop();
      await first.stop();
      await redis.stop();
    }
  }, 60_000);
});
