import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeWithRedis, RedisServer } from '../support/redis-server.js';
import { TestApp, type LogLine } from '../support/test-app.js';
import { eventually, until } from '../support/until.js';

const SECRETS = '/service/operations/v1/secrets';

interface Listed {
  settings: { name: string; is_set: boolean; source: string; live: boolean; awaits_restart: boolean }[];
  refused: string[];
}

describe('secret files', () => {
  const log: LogLine[] = [];
  let directory: string;
  let app: TestApp;
  const path = (name: string) => join(directory, name);
  /** As editors and careful scripts do it: nobody sees half a file. */
  const put = async (name: string, text: string) => {
    await writeFile(path('.next'), text);
    await rename(path('.next'), path(name));
  };
  const scrape = async (key: string) =>
    (await fetch(`${app.url}/metrics`, { headers: { authorization: `Bearer ${key}` } })).status;
  const listed = async (name: string) => {
    const { body } = await app.client.get<Listed>(SECRETS);
    return body.settings.find((setting) => setting.name === name);
  };

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'coglex-files-'));
    await put('metrics', 'first-key-of-the-scraper\n');
    await put('redis', 'redis://127.0.0.1:1');
    app = await TestApp.start({
      env: {
        LOG_LEVEL: 'info',
        METRICS_KEY_FILE: path('metrics'),
        REDIS_URL_FILE: path('redis'),
        SECRETS_INTERVAL: '1',
      },
      onLog: (line) => log.push(line),
    });
  });
  afterAll(async () => {
    await app.stop();
    await rm(directory, { recursive: true, force: true });
  });

  it('are read again by themselves, and what they hold is used', async () => {
    expect(await scrape('first-key-of-the-scraper')).toBe(200);
    await put('metrics', 'second-key-of-the-scraper\n');
    await eventually(
      () => scrape('second-key-of-the-scraper'),
      (status) => status === 200,
    );
    expect(await scrape('first-key-of-the-scraper')).toBe(401);
    await until(() => log.some(({ msg }) => msg === 'Settings have new values'));
  });

  it('are read at once when an operator asks, who learns names and no values', async () => {
    await put('metrics', 'third-key-of-the-scraper');
    const { status, body } = await app.client.post(`${SECRETS}/reload`);
    expect(status).toBe(200);
    expect(await scrape('third-key-of-the-scraper')).toBe(200);
    // The files may have been looked at by themselves a moment before.
    expect([['METRICS_KEY'], []]).toContainEqual((body as { changed: string[] }).changed);
    await until(
      async () =>
        (await app.db.collection('_AUDIT').countDocuments({
          what: 'secrets.reloaded',
          'detail.changed': 'METRICS_KEY',
        })) >= 2,
    );
    const trail = await app.db.collection('_AUDIT').find({ what: 'secrets.reloaded' }).toArray();
    expect(JSON.stringify(trail)).not.toContain('key-of-the-scraper');
    expect(trail.some(({ api_key: key }) => key === 'root')).toBe(true);
    expect(JSON.stringify(log)).not.toContain('key-of-the-scraper');
  });

  it('are counted by what came of them', async () => {
    const answer = await fetch(`${app.url}/metrics`, {
      headers: { authorization: 'Bearer third-key-of-the-scraper' },
    });
    expect(await answer.text()).toMatch(/^coglex_secrets_reloads_total\{result="changed"\} [1-9]/m);
  });

  it('keep the old value when the new one is bad, and say so once', async () => {
    const refusals = () => log.filter(({ msg }) => msg.startsWith('A new value of a setting was refused'));
    await put('metrics', ' \n');
    await until(() => refusals().length > 0);
    await app.client.post(`${SECRETS}/reload`);
    await app.client.post(`${SECRETS}/reload`);
    expect(refusals()).toEqual([
      expect.objectContaining({ level: 50, problem: 'METRICS_KEY_FILE: the file is empty' }),
    ]);
    expect(await scrape('third-key-of-the-scraper')).toBe(200);
    const { body } = await app.client.get<Listed>(SECRETS);
    expect(body.refused).toEqual(['METRICS_KEY_FILE: the file is empty']);
    await put('metrics', 'third-key-of-the-scraper');
    await app.client.post(`${SECRETS}/reload`);
    expect((await app.client.get<Listed>(SECRETS)).body.refused).toEqual([]);
  });

  it('say what waits for a restart', async () => {
    const redis = { name: 'REDIS_URL', is_set: true, source: 'file', live: false };
    expect(await listed('REDIS_URL')).toEqual({ ...redis, awaits_restart: false });
    await put('redis', 'redis://:word@127.0.0.1:2');
    await app.client.post(`${SECRETS}/reload`);
    expect(await listed('REDIS_URL')).toEqual({ ...redis, awaits_restart: true });
    const lines = log.filter(({ msg }) => msg.includes('need a restart'));
    expect(lines).toEqual([expect.objectContaining({ settings: ['REDIS_URL'] })]);
  });

  it('are one source of several, and are listed with theirs', async () => {
    expect(await listed('METRICS_KEY')).toMatchObject({ source: 'file', live: true });
    expect(await listed('SERVER_SECRET')).toMatchObject({ source: 'environment', live: false });
    expect(await listed('SMTP_PASSWORD')).toMatchObject({ source: 'default', is_set: false });
  });

  it('are for the root key alone', async () => {
    const { body } = await app.client.post<{ key: string }>('/service/key/v1', {
      name: 'all',
      type: 'secret',
      scopes: ['*'],
    });
    const other = app.client.with({ 'x-api-key': body.key });
    expect((await other.get(SECRETS)).status).toBe(403);
    expect((await other.post(`${SECRETS}/reload`)).status).toBe(403);
    expect((await app.anonymous.get(SECRETS)).status).toBe(401);
  });
});

describeWithRedis('secret files of two instances on one Redis', () => {
  it('are read by both when an operator asks one', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'coglex-files-'));
    const key = join(directory, 'key');
    await writeFile(key, 'first-key-of-the-scraper');
    const redis = await RedisServer.start();
    const env = {
      REDIS_URL: redis.url,
      MONGODB_DATABASE: `test_secrets_${process.pid}`,
      METRICS_KEY_FILE: key,
      // Neither of them looks by itself after its start.
      SECRETS_INTERVAL: '3600',
    };
    const apps = [await TestApp.start({ env }), await TestApp.start({ env })];
    const statuses = (sent: string) =>
      Promise.all(
        apps.map(async ({ url }) => {
          const answer = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${sent}` } });
          return answer.status;
        }),
      );
    try {
      expect(await statuses('first-key-of-the-scraper')).toEqual([200, 200]);
      await eventually(
        async () => {
          await writeFile(key, 'second-key-of-the-scraper');
          await apps[0].client.post(`${SECRETS}/reload`);
          return statuses('second-key-of-the-scraper');
        },
        (both) => both.every((status) => status === 200),
      );
    } finally {
      for (const app of apps) await app.stop();
      await redis.stop();
      await rm(directory, { recursive: true, force: true });
    }
  });
});
