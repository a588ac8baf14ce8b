import { setTimeout as sleep } from 'node:timers/promises';
import type { Problem } from '../support/api-client.js';
import { DatabaseProxy } from '../support/database-proxy.js';
import { until } from '../support/until.js';
import { TestApp } from '../support/test-app.js';

jest.setTimeout(30_000);

const THINGS = '/service/storage/v1/things';
/** What callers are promised, in milliseconds. */
const PATIENCE_MS = 2000;

describe('the server while its database is away', () => {
  let proxy: DatabaseProxy;
  let app: TestApp;

  const start = async () => {
    app = await TestApp.start({ env: { MONGODB_URI: proxy.uri } });
  };
  afterEach(async () => {
    await app.stop();
    await proxy.stop();
  });

  const expectRefusal = async () => {
    const started = performance.now();
    const { status, headers, body } = await app.client.get<Problem>(THINGS);
    const elapsed = performance.now() - started;
    expect({ status, code: body.code }).toEqual({ status: 503, code: 'database_unavailable' });
    expect(headers.get('retry-after')).toMatch(/^\d+$/);
    expect(body.detail).not.toMatch(/127\.0\.0\.1|ECONN|topology|server selection/i);
    expect(elapsed).toBeLessThan(PATIENCE_MS);
  };

  const expectHealth = async (state: 'healthy' | 'unhealthy') => {
    const status = state === 'healthy' ? 200 : 503;
    for (const path of ['/health', '/health/ready']) {
      const answer = await app.anonymous.get(path);
      expect(answer.status).toBe(status);
      expect(answer.body).toMatchObject({
        status: state,
        timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string,
        services: expect.objectContaining({ database: state }) as object,
      });
    }
    const live = await app.anonymous.get('/health/live');
    expect({ status: live.status, body: live.body }).toEqual({ status: 200, body: { status: 'healthy' } });
  };

  const untilServed = async () => {
    while ((await app.client.get(THINGS)).status !== 200) await sleep(50);
    await expectHealth('healthy');
  };

  it('starts, says so, and recovers alone once a server listens', async () => {
    proxy = await DatabaseProxy.start();
    const { port } = proxy;
    const uri = proxy.uri;
    await proxy.stop();
    app = await TestApp.start({ env: { MONGODB_URI: uri } });
    await expectHealth('unhealthy');
    await expectRefusal();
    proxy = await DatabaseProxy.start({ port });
    await untilServed();
  });

  it('starts although the database accepts connections and never answers', async () => {
    proxy = await DatabaseProxy.start();
    proxy.stall();
    await start();
    await expectHealth('unhealthy');
    await expectRefusal();
    proxy.restore();
    await untilServed();
  });

  it('loses the database and finds it again', async () => {
    proxy = await DatabaseProxy.start();
    await start();
    await expectHealth('healthy');
    for (let round = 0; round < 2; round += 1) {
      proxy.cut();
      await expectRefusal();
      await expectHealth('unhealthy');
      proxy.restore();
      await untilServed();
    }
  });

  it('notices a database that falls silent in the middle of a request', async () => {
    proxy = await DatabaseProxy.start();
    await start();
    await untilServed();
    proxy.stall();
    // This request is already on its way when the silence begins; those that follow know of it.
    const { status, body } = await app.client.get<Problem>(THINGS);
    expect({ status, code: body.code }).toEqual({ status: 503, code: 'database_unavailable' });
    await expectRefusal();
    await expectHealth('unhealthy');
    proxy.restore();
    await untilServed();
  });

  it('does not do a write twice that was under way when the line broke', async () => {
    proxy = await DatabaseProxy.start();
    await start();
    await untilServed();
    const writes = Array.from({ length: 20 }, (_, _id) => app.client.post(THINGS, { _id: `thing-${_id}` }));
    proxy.cut();
    const answers = await Promise.all(writes);
    proxy.restore();
    await untilServed();
    const stored = await app.db.collection<{ _id: string }>('things').find().toArray();
    const acknowledged = answers.flatMap(({ status }, index) => (status === 201 ? [`thing-${index}`] : []));
    expect(stored.map(({ _id }) => _id)).toEqual(expect.arrayContaining(acknowledged));
    for (const { status } of answers) expect([201, 503]).toContain(status);
  });

  it('closes cleanly while it still tries to connect', async () => {
    proxy = await DatabaseProxy.start({ reachable: false });
    await start();
    await until(() => proxy.accepted > 0);
    await app.nest.close();
    proxy.restore();
    const after = proxy.accepted;
    await sleep(1000);
    expect(proxy.accepted).toBe(after);
  });
});
