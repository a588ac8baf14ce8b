import { PubSub } from '../../src/platform/redis/pub-sub.service.js';
import { describeWithRedis, RedisServer } from '../support/redis-server.js';
import { TestApp } from '../support/test-app.js';
import { until } from '../support/until.js';

const redisOf = async (app: TestApp) =>
  (await app.anonymous.get<{ services: Record<string, string> }>('/health')).body.services.redis;

describeWithRedis('Redis, shared by two instances', () => {
  let redis: RedisServer;
  let one: TestApp;
  let two: TestApp;
  beforeAll(async () => {
    redis = await RedisServer.start();
    const env = { REDIS_URL: redis.url, MONGODB_DATABASE: `test_redis_${process.pid}` };
    one = await TestApp.start({ env });
    two = await TestApp.start({ env });
  });
  afterAll(async () => {
    await one.stop();
    await two.stop();
    await redis.stop();
  });

  it('carries messages to every instance once, and is missed by nobody when it comes back', async () => {
    const heard: string[] = [];
    const told = (message: string) => heard.filter((one) => one.endsWith(message));
    one.nest.get(PubSub).subscribe('probe', (message) => heard.push(`one ${message}`));
    two.nest.get(PubSub).subscribe('probe', (message) => heard.push(`two ${message}`));
    await until(async () => {
      await one.nest.get(PubSub).publish('probe', 'ready');
      return heard.includes('two ready');
    });
    await two.nest.get(PubSub).publish('probe', 'a b');
    await until(() => told('a b').length === 2);
    expect(told('a b')).toEqual(['two a b', 'one a b']);

    await redis.stop();
    await until(async () => (await redisOf(one)) === 'unhealthy');
    await one.nest.get(PubSub).publish('probe', 'alone');
    expect(told('alone')).toEqual(['one alone']);

    await redis.startAgain();
    await until(async () => (await redisOf(one)) === 'healthy');
    await until(async () => {
      await one.nest.get(PubSub).publish('probe', 'again');
      return heard.includes('two again');
    });
  });

  it('is not configured without its setting', async () => {
    const alone = await TestApp.start();
    expect(await redisOf(alone)).toBe('not_configured');
    await alone.stop();
  });
});
