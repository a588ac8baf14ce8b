import { Injectable, Module } from '@nestjs/common';
import { createApp } from '../../src/bootstrap.js';
import type { ModuleDefinition } from '../../src/platform/modules/module-definition.js';
import { ModuleRegistry } from '../../src/platform/modules/module-registry.service.js';
import type { Problem } from '../support/api-client.js';
import { DatabaseProxy } from '../support/database-proxy.js';
import { describeWithRedis, RedisServer } from '../support/redis-server.js';
import { testConfig } from '../support/security-module.js';
import { TestApp, testDatabaseUri } from '../support/test-app.js';

interface Status {
  status: string;
  modules: {
    key: string;
    state: string;
    driver?: string;
    dependencies: object;
    optional: object;
    durationMs?: number;
  }[];
}

interface Health {
  status: string;
  services: Record<string, string>;
  timings: Record<string, number>;
}

/** A module of an application that registers what a test gives it. */
const moduleWith = (definition: ModuleDefinition) => {
  @Injectable()
  class Registering {
    constructor(modules: ModuleRegistry) {
      modules.register(definition);
    }
  }
  @Module({ providers: [Registering] })
  class ProbedModule {}
  return ProbedModule;
};

const statusOf = async (app: TestApp) => (await app.anonymous.get<Status>('/modules/status')).body;
const moduleOf = async (app: TestApp, key: string) =>
  (await statusOf(app)).modules.find((module) => module.key === key);

describe('/modules', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app.stop());

  it('tells states, drivers and dependencies of all modules, without a key', async () => {
    const { status, body } = await app.anonymous.get<Status>('/modules/status');
    expect(status).toBe(200);
    expect(body.status).toBe('healthy');
    expect(body.modules.map(({ key }) => key)).toEqual(
      expect.arrayContaining(['database', 'redis', 'mail', 'stripe', 'gemini', 'archive', 'execution']),
    );
    expect(body.modules.find(({ key }) => key === 'archive')).toEqual({
      key: 'archive',
      title: 'Files',
      state: 'healthy',
      essential: false,
      dependencies: { database: 'healthy', files: 'healthy' },
      optional: { scanner: 'not_configured', jobs: 'healthy' },
    });
    expect(body.modules.find(({ key }) => key === 'database')).toMatchObject({
      driver: 'mongodb',
      essential: true,
      durationMs: expect.any(Number) as number,
    });
  });

  it('tells the state of one module', async () => {
    expect(await app.anonymous.get('/modules/execution/health')).toMatchObject({
      status: 200,
      body: {
        key: 'execution',
        state: 'healthy',
        dependencies: { database: 'healthy' },
        details: { sandbox: expect.arrayContaining(['process']) as string[] },
      },
    });
    expect(await app.anonymous.get('/modules/stripe/health')).toMatchObject({
      status: 200,
      body: { state: 'not_configured' },
    });
  });

  it.each(['nothing', 'constructor', '__proto__', 'DATABASE', '%00', '..%2f..'])(
    'does not know %s',
    async (key) => {
      const { status, body } = await app.anonymous.get<Problem>(`/modules/${key}/health`);
      expect({ status, code: body.code }).toEqual({ status: 404, code: 'not_found' });
    },
  );
});

describe('a module that never answers', () => {
  it('holds nobody up, is asked once for all, and leaves the server ready', async () => {
    let asked = 0;
    const probe = () => {
      asked += 1;
      return new Promise<never>(() => undefined);
    };
    const app = await TestApp.start({ imports: [moduleWith({ key: 'tar_pit', title: 'Tar pit', probe })] });
    try {
      const all = Array.from({ length: 50 }, () => app.anonymous.get<Health>('/health'));
      const answers = await Promise.all([...all, app.anonymous.get('/modules/status')]);
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      const { body } = answers[0] as (typeof answers)[0] & { body: Health };
      expect(body).toMatchObject({
        status: 'degraded',
        services: { tar_pit: 'unhealthy', database: 'healthy' },
      });
      expect(body.timings.tar_pit).toBeGreaterThan(body.timings.database);
      expect(asked).toBe(1);
      expect((await app.anonymous.get('/health/ready')).status).toBe(200);
      expect((await app.anonymous.get('/modules/tar_pit/health')).status).toBe(503);
      expect((await app.anonymous.get('/modules/archive/health')).status).toBe(200);
    } finally {
      await app.stop();
    }
  });
});

describe('a database that is away', () => {
  it('makes every module unhealthy that needs it, and no other', async () => {
    const proxy = await DatabaseProxy.start();
    const app = await TestApp.start({ env: { MONGODB_URI: proxy.uri } });
    try {
      proxy.cut();
      expect((await app.anonymous.get('/health')).status).toBe(503);
      expect(await app.anonymous.get('/modules/archive/health')).toMatchObject({
        status: 503,
        body: { state: 'unhealthy', dependencies: { database: 'unhealthy', files: 'healthy' } },
      });
      expect((await app.anonymous.get('/modules/files/health')).status).toBe(200);
      expect(await statusOf(app)).toMatchObject({ status: 'unhealthy' });
      expect(JSON.stringify(await statusOf(app))).not.toMatch(/127\.0\.0\.1|ECONN|mongodb:\/\//);
    } finally {
      await app.stop();
      await proxy.stop();
    }
  });
});

describeWithRedis('a Redis that is away', () => {
  it('leaves the server degraded, and in service', async () => {
    const redis = await RedisServer.start();
    const app = await TestApp.start({ env: { REDIS_URL: redis.url } });
    try {
      expect(await moduleOf(app, 'redis')).toMatchObject({ state: 'healthy' });
      await redis.stop();
      const { status, body } = await app.anonymous.get<Health>('/health');
      expect({ status, overall: body.status, redis: body.services.redis }).toEqual({
        status: 200,
        overall: 'degraded',
        redis: 'unhealthy',
      });
      expect((await app.anonymous.get('/health/ready')).status).toBe(200);
      expect(JSON.stringify(await statusOf(app))).not.toContain(new URL(redis.url).port);
    } finally {
      await app.stop();
      await redis.stop();
    }
  });
});

describe('modules that cannot be', () => {
  it.each<[string, ModuleDefinition, string]>([
    ['an unknown dependency', { key: 'lost', title: 'Lost', needs: ['nowhere'] }, 'lost needs nowhere'],
    ['a cycle', { key: 'loop', title: 'Loop', uses: ['loop'] }, 'loop → loop'],
  ])('keep the server from starting: %s', async (_what, definition, message) => {
    const config = testConfig({ LOG_LEVEL: 'silent', MONGODB_URI: testDatabaseUri() });
    const broken = await createApp({ config, imports: [moduleWith(definition)] });
    try {
      await expect(broken.listen(0, '127.0.0.1')).rejects.toThrow(message);
    } finally {
      await broken.close();
    }
  });
});
