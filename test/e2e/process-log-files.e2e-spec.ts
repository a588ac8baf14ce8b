import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseProxy } from '../support/database-proxy.js';
import { ServerProcess } from '../support/server-process.js';
import { TEST_SECRET } from '../support/test-app.js';
import { until } from '../support/until.js';

describe('the files of the log', () => {
  let directory: string;
  const servers: ServerProcess[] = [];
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'coglex-logs-'));
  });
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.stop()));
    await rm(directory, { recursive: true, force: true });
  });

  const start = async (env: Record<string, string> = {}, database: 'shared' | 'none' = 'shared') => {
    const server = await ServerProcess.start({ database, env: { LOG_DIR: join(directory, 'logs'), ...env } });
    servers.push(server);
    return server;
  };
  const names = async (kind: string) =>
    (await readdir(join(directory, 'logs'))).filter((name) => name.startsWith(`${kind}-`)).sort();
  const linesOf = async (kind: string) => {
    const texts = await Promise.all(
      (await names(kind)).map((name) => readFile(join(directory, 'logs', name), 'utf8')),
    );
    return texts.join('').split('\n').slice(0, -1);
  };
  const wrongSignIn = (server: ServerProcess) =>
    server.client.post('/service/auth/v1/signin', { _key: 'ada@example.com', _password: 'hidden' });

  it('hold the same lines as the standard output, down to the last before the end', async () => {
    const server = await start();
    for (let n = 0; n < 20; n += 1) await server.client.get(`/service/storage/v1/things?limit=${n + 1}`);
    expect((await server.end()).code).toBe(0);
    expect(await linesOf('coglex')).toEqual(server.stdout.split('\n').slice(0, -1));
    const [name] = await names('coglex');
    expect((await stat(join(directory, 'logs', name))).mode & 0o027).toBe(0);
    expect((await linesOf('coglex')).join()).not.toContain(TEST_SECRET);
    expect(server.stderr).toBe('');
  });

  it('have the audit trail apart, for nobody else to read', async () => {
    const server = await start();
    await wrongSignIn(server);
    expect((await server.end()).code).toBe(0);
    const entries = (await linesOf('audit')).map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(entries).toEqual([
      expect.objectContaining({
        project: 'default',
        seq: 1,
        what: 'user.sign_in_failed',
        key: 'ada@example.com',
        hash: expect.any(String) as string,
        request: expect.any(String) as string,
      }),
    ]);
    const [name] = await names('audit');
    expect((await stat(join(directory, 'logs', name))).mode & 0o777).toBe(0o600);
    expect((await linesOf('audit')).join()).not.toContain('hidden');
  });

  it('have it also while the database is away, and once more with its place when it is back', async () => {
    const proxy = await DatabaseProxy.start();
    try {
      const MONGODB_DATABASE = `test_log_files_${process.pid}`;
      const server = await start(
        { MONGODB_URI: proxy.uri, MONGODB_DATABASE, RATE_LIMIT_BAN: '2/60/60', RATE_LIMIT_IP: '30/60' },
        'none',
      );
      await wrongSignIn(server);
      proxy.cut();
      // Limits go on without the database; a ban stands in the trail.
      const strangers = server.anonymous;
      await until(async () => {
        await strangers.get('/service/storage/v1/things');
        return (await linesOf('audit')).some((line) => line.includes('"pending":true'));
      });
      proxy.restore();
      await until(async () =>
        (await linesOf('audit')).some((line) => line.includes('ban.added') && line.includes('"seq":')),
      );
      const entries = (await linesOf('audit')).map((line) => JSON.parse(line) as Record<string, unknown>);
      const bans = entries.filter(({ what }) => what === 'ban.added');
      expect(bans[0]).toMatchObject({ pending: true });
      expect(bans.find(({ seq }) => seq !== undefined)?._id).toBe(bans[0]._id);
    } finally {
      await proxy.stop();
    }
  }, 60_000);

  it('change when they are large, and belong to one process each', async () => {
    const [one, two] = await Promise.all([start({ LOG_MAX_SIZE: '1KB' }), start({ LOG_MAX_SIZE: '1KB' })]);
    for (let n = 0; n < 10; n += 1)
      for (const server of [one, two]) {
        const written = (await linesOf('coglex')).length;
        await server.client.get('/service/storage/v1/things');
        await until(async () => (await linesOf('coglex')).length > written);
      }
    const all = await names('coglex');
    for (const { pid } of [one, two])
      expect(all.filter((name) => name.includes(`-${pid}-`)).length).toBeGreaterThan(1);
    await Promise.all([one.end(), two.end()]);
    expect((await linesOf('coglex')).sort()).toEqual(
      [one, two].flatMap(({ stdout }) => stdout.split('\n').slice(0, -1)).sort(),
    );
  });

  it('come back when somebody removes the directory, and harm no request', async () => {
    const server = await start();
    await server.client.get('/service/storage/v1/things');
    await until(async () => (await names('coglex')).length > 0);
    await rm(join(directory, 'logs'), { recursive: true });
    await until(async () => {
      expect((await server.client.get('/service/storage/v1/things')).status).toBe(200);
      return (await names('coglex').catch(() => [])).length > 0;
    });
    expect(server.stderr).toBe('');
  });

  it.each([
    ['a file', (path: string) => writeFile(path, '')],
    ['below a file', (path: string) => writeFile(path, '').then(() => 'below')],
  ])('do not let the server start where their directory is %s', async (_name, prepare) => {
    const path = join(directory, 'blocked');
    const below = await prepare(path);
    const LOG_DIR = typeof below === 'string' ? join(path, below) : path;
    const server = await ServerProcess.start({ database: 'shared', env: { LOG_DIR }, until: 'nothing' });
    servers.push(server);
    expect((await server.exit).code).toBe(1);
    expect(server.stderr).toMatch(/LOG_DIR must be a directory that can be written to/);
  });
});
