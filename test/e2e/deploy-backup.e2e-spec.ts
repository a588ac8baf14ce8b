import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ArchiveClient, noise } from '../support/archive-client.js';
import { ROOT } from '../support/build.js';
import { ServerProcess } from '../support/server-process.js';
import { until } from '../support/until.js';

const DOCUMENTS = '/service/storage/v1/ledger';
const AUTH = '/service/auth/v1';
const ACCOUNT = { _key: 'ada@example.com', _password: 'correct horse' };

const run = promisify(execFile);

describe('the scripts of deploy/backup', () => {
  let directory: string;
  const at = (...path: string[]) => join(directory, ...path);
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'coglex-backups-'));
    await writeFile(at('key'), randomBytes(32).toString('base64'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  const script = async (name: string, args: string[], env: Record<string, string> = {}) => {
    const settings = { PATH: process.env.PATH, TMPDIR: directory, BACKUP_DIR: at('backups'), ...env };
    const { stdout } = await run(join(ROOT, 'deploy/backup', name), args, { env: settings });
    return stdout.trim();
  };

  it('restore a server with all that it had acknowledged', async () => {
    const server = await ServerProcess.start();
    const restored = await ServerProcess.start();
    try {
      const archive = new ArchiveClient(server.client);
      const content = noise(200_000);
      const file = await archive.store(content, { filename: 'noise.bin' });
      expect((await server.client.post(`${AUTH}/signup`, ACCOUNT)).status).toBe(201);
      const acknowledged: string[] = [];
      const write = async () => {
        const { status, body } = await server.client.post<{ ids: string[] }>(DOCUMENTS, { n: 1 });
        if (status === 201) acknowledged.push(...body.ids);
      };
      let going = true;
      const writers = Array.from({ length: 3 }, async () => {
        while (going) await write();
      });
      await until(() => acknowledged.length > 50);
      const before = [...acknowledged];
      const key = { BACKUP_KEY_FILE: at('key') };
      const backup = await script('backup-embedded', [], { DATA_DIR: server.dataDirectory, ...key });
      going = false;
      await Promise.all(writers);

      // What was encrypted shows nothing.
      const stored = await Promise.all((await readdir(backup)).map((name) => readFile(join(backup, name))));
      expect(Buffer.concat(stored).includes(Buffer.from(content.subarray(0, 64)))).toBe(false);
      expect(await script('verify-embedded', [backup], key)).toContain('"coglex._USERS":1');

      await expect(
        script('restore-embedded', [backup], { DATA_DIR: restored.dataDirectory, ...key }),
      ).rejects.toThrow(/in use|another process/i);
      await restored.end('SIGTERM');
      await script('restore-embedded', [backup], { DATA_DIR: restored.dataDirectory, ...key });
      await restored.startAgain();
      const { body } = await restored.client.post<{ _id: string }[]>(`${DOCUMENTS}/aggregate`, {
        pipeline: [{ $project: { _id: 1 } }, { $limit: 100_000 }],
      });
      const found = new Set(body.map(({ _id }) => _id));
      expect(before.filter((id) => !found.has(id))).toEqual([]);
      expect((await restored.client.post(`${AUTH}/signin`, ACCOUNT)).status).toBe(200);
      const bytes = await new ArchiveClient(restored.client).download(file._id);
      expect(bytes.bytes.equals(content)).toBe(true);
    } finally {
      await Promise.all([server.stop(), restored.stop()]);
    }
  }, 90_000);

  it('refuse a backup that is damaged, changed, encrypted by another key, or not finished', async () => {
    const server = await ServerProcess.start();
    try {
      await server.client.post(DOCUMENTS, { n: 1 });
      const key = { BACKUP_KEY_FILE: at('key') };
      const backup = await script('backup-embedded', [], { DATA_DIR: server.dataDirectory, ...key });
      const restore = (env: Record<string, string>) =>
        script('restore-embedded', [backup], { DATA_DIR: at('new'), ...env });
      await expect(restore({})).rejects.toThrow('set BACKUP_KEY_FILE');
      await writeFile(at('other'), 'another key');
      await expect(restore({ BACKUP_KEY_FILE: at('other') })).rejects.toThrow('the key is another one');
      await appendFile(join(backup, 'database.tar.gz'), 'x');
      await expect(restore(key)).rejects.toThrow('is damaged');
      // Whoever can write there cannot make it whole again.
      const { stdout } = await run('sha256sum', ['./counts.json', './database.tar.gz'], { cwd: backup });
      await writeFile(join(backup, 'SHA256SUMS'), stdout);
      await expect(restore(key)).rejects.toThrow('the checksums were changed');
      await rm(join(backup, 'SHA256SUMS'));
      await expect(restore(key)).rejects.toThrow('not finished');
      await expect(
        script('backup-embedded', [], { DATA_DIR: server.dataDirectory, BACKUP_DIR: server.dataDirectory }),
      ).rejects.toThrow('both would be lost');
    } finally {
      await server.stop();
    }
  }, 90_000);

  it('keep the last of each day, week and month, and never touch anything else', async () => {
    const days = Array.from({ length: 120 }, (_, day) => new Date(Date.UTC(2026, 0, 1 + day, 3)));
    const nameOf = (date: Date) => `embedded-${date.toISOString().replace(/[-:]|\.\d+/g, '')}`;
    for (const day of days) await mkdir(at('backups', nameOf(day)), { recursive: true });
    await mkdir(at('backups', 'embedded-20260430T010000Z'));
    await mkdir(at('backups', 'embedded-of-mine'));
    await mkdir(at('backups', 'embedded-20260430T040000Z.partial'));
    const env = { KEEP_DAILY: '3', KEEP_WEEKLY: '2', KEEP_MONTHLY: '4' };
    const dry = await script('prune', ['--dry-run'], env);
    expect(await readdir(at('backups'))).toHaveLength(days.length + 4);
    expect(await script('prune', [], env)).toBe(dry);
    expect((await readdir(at('backups'))).sort()).toEqual([
      '.lock',
      'embedded-20260131T030000Z',
      'embedded-20260228T030000Z',
      'embedded-20260331T030000Z',
      'embedded-20260426T030000Z',
      'embedded-20260428T030000Z',
      'embedded-20260429T030000Z',
      'embedded-20260430T030000Z',
      'embedded-of-mine',
    ]);
    // The newest stays whatever is said.
    await script('prune', [], { KEEP_DAILY: '0', KEEP_WEEKLY: '0', KEEP_MONTHLY: '0' });
    expect(await readdir(at('backups'))).toContain('embedded-20260430T030000Z');
  });

  it('call mongodump without a password among the arguments', async () => {
    await writeFile(at('uri'), 'mongodb://backup:hush@db/?replicaSet=coglex\n');
    const env = { MONGODB_URI_FILE: at('uri'), DRY_RUN: '1' };
    expect(await script('backup-mongodb', [], env)).toBe(
      'mongodump --config=<file with the uri> --archive --gzip --quiet --oplog',
    );
    expect(await script('backup-mongodb', [], { ...env, MONGODB_OPLOG: '0' })).not.toContain('--oplog');
    await expect(script('backup-mongodb', [], { MONGODB_URI: 'db', DRY_RUN: '1' })).rejects.toThrow(
      'MONGODB_URI',
    );
  });
});
