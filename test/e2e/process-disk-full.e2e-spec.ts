import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { MongoClient, type Collection } from 'mongodb';
import { ROOT } from '../support/build.js';

/** The engine leaves 64 MB unused. */
const MEGABYTES = 96;
const BALLAST = 16;

/** A small disk with a file that can be taken away, seen by one process alone. */
const ON_A_SMALL_DISK = `
  mount -t tmpfs -o size=${MEGABYTES}m tmpfs "$DISK" &&
  head -c ${BALLAST}m /dev/zero > "$DISK/ballast" &&
  exec "$@"`;

const canMount =
  process.platform === 'linux' &&
  spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0;

interface Item {
  _id: number;
  text: string;
}

(canMount ? describe : describe.skip)('a full disk', () => {
  let directory: string;
  let engine: ChildProcess;
  let mongo: MongoClient;
  let items: Collection<Item>;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'coglex-disk-'));
    const disk = join(directory, 'disk');
    await mkdir(disk);
    const serve = [process.execPath, join(ROOT, 'dist/cli/database.js'), '--port', '0'];
    engine = spawn('unshare', ['-rm', 'sh', '-c', ON_A_SMALL_DISK, 'sh', ...serve], {
      env: {
        PATH: process.env.PATH,
        DISK: disk,
        DATA_DIR: join(disk, 'data'),
        SERVER_SECRET: 's'.repeat(32),
      },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const lines = createInterface({ input: engine.stdout as NodeJS.ReadableStream });
    const [uri] = (await once(lines, 'line')) as [string];
    mongo = await MongoClient.connect(uri);
    items = mongo.db('full').collection<Item>('items');
  });
  afterEach(async () => {
    await mongo.close();
    engine.kill('SIGTERM');
    await once(engine, 'close');
    await rm(directory, { recursive: true, force: true });
  });

  /** Inserts until a write is refused. @returns how many were acknowledged, and the error */
  async function fill(from: number): Promise<{ stored: number; error: unknown }> {
    for (let _id = from; ; _id += 1)
      try {
        await items.insertOne({ _id, text: 'x'.repeat(50_000) });
      } catch (error) {
        return { stored: _id, error };
      }
  }

  it('refuses writes, keeps and serves what is there, and takes writes again when there is space', async () => {
    const { stored, error } = await fill(0);
    expect(error).toMatchObject({ code: 14031 });
    expect(stored).toBeGreaterThan(0);
    expect(await items.countDocuments()).toBe(stored);
    expect((await items.findOne({ _id: stored - 1 }))?.text).toHaveLength(50_000);

    // Removing goes on, but does not make the file smaller.
    expect(await items.deleteMany({ _id: { $lt: 10 } })).toEqual({ acknowledged: true, deletedCount: 10 });
    await expect(items.updateOne({ _id: 20 }, { $set: { text: '' } })).rejects.toMatchObject({ code: 14031 });

    // The file of the other mount namespace, through the process that lives in it.
    await rm(`/proc/${engine.pid}/root${join(directory, 'disk', 'ballast')}`);
    const after = await fill(stored);
    expect(after.stored).toBeGreaterThan(stored);
    expect(await items.countDocuments()).toBe(after.stored - 10);
    const report = await mongo.db('full').command({ validate: 'items', full: true });
    expect(report).toMatchObject({ valid: true, nrecords: after.stored - 10 });
  });
});
