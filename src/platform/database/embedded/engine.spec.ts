import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { backupDirectory, restoreBackup, startEngine } from './index.js';
import { encode } from './bson/codec.js';
import { silentLogger } from './logger.js';
import { Environment } from './storage/environment.js';
import { numberKey } from './storage/keys.js';
import { sealRecord } from './storage/records.js';
import { TemporaryEngine, type Item } from './testing/temporary-engine.js';

describe('startEngine', () => {
  let server: TemporaryEngine;
  let spare: string;

  beforeEach(async () => {
    server = await TemporaryEngine.start();
    spare = await mkdtemp(join(tmpdir(), 'engine-spare-'));
  });

  afterEach(async () => {
    await server.remove();
    await rm(spare, { recursive: true, force: true });
  });

  const numbers = (count: number): Item[] => Array.from({ length: count }, (_, n) => ({ _id: n, n }));

  it('serves again what it has stored', async () => {
    const items = server.collection<Item>('items');
    await items.insertMany(numbers(300));
    await items.createIndex({ n: 1 }, { unique: true });
    await items.deleteMany({ n: { $gte: 200 } });
    await server.db.createCollection('ruled', { validator: { a: { $type: 'int' } } });
    server = await server.restart();
    const found = server.collection<Item>('items');
    expect(await found.estimatedDocumentCount()).toBe(200);
    expect(
      await found
        .find({ n: { $gte: 150 } })
        .hint('n_1')
        .count(),
    ).toBe(50);
    await expect(found.insertOne({ _id: 999, n: 7 })).rejects.toMatchObject({ code: 11000 });
    await expect(server.collection('ruled').insertOne({ a: 'x' })).rejects.toMatchObject({ code: 121 });
    expect(await server.db.command({ validate: 'items' })).toMatchObject({ valid: true, errors: [] });
  });

  it('refuses a directory that another one has', async () => {
    const { directory } = server;
    await expect(startEngine({ directory, inThread: true })).rejects.toThrow(/in use by another process/);
    expect(await server.db.command({ ping: 1 })).toBeDefined();
  });

  it('refuses data of a newer version', async () => {
    const directory = join(spare, 'newer');
    const environment = await Environment.open(directory, silentLogger);
    const format = { kind: 'format', engine: 'coglex', version: 99, created: new Date(), next: 1 };
    environment.transaction(() =>
      environment.trees.catalog.putSync(numberKey(0), sealRecord(encode(format))),
    );
    await environment.close();
    await expect(startEngine({ directory, inThread: true })).rejects.toThrow(
      /has format coglex 99; this version reads coglex up to 1/,
    );
  });

  it('waits for the disk where a client asks for it', async () => {
    const items = server.db.collection<Item>('durable', { writeConcern: { w: 1, journal: true } });
    await Promise.all(numbers(20).map((item) => items.insertOne(item)));
    expect(await items.countDocuments()).toBe(20);
  });

  it('ends while clients are busy', async () => {
    const items = server.collection<Item>('items');
    await items.insertMany(numbers(2000));
    const writing = Promise.allSettled(
      Array.from({ length: 8 }, async () => {
        for (;;) await items.updateMany({}, { $inc: { n: 1 } });
      }),
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
    await server.engine.close();
    await server.client.close();
    expect((await writing).every(({ status }) => status === 'rejected')).toBe(true);
    server = await TemporaryEngine.start({ directory: server.directory });
    expect(await server.db.command({ validate: 'items' })).toMatchObject({ valid: true });
  });

  describe('backup', () => {
    async function count(directory: string): Promise<number> {
      const copy = await TemporaryEngine.start({ directory });
      const n = await copy.collection('items').countDocuments();
      expect(await copy.db.command({ validate: 'items' })).toMatchObject({ valid: true });
      await copy.stop();
      return n;
    }

    it('is a consistent copy of a running engine', async () => {
      const items = server.collection<Item>('items');
      await items.createIndex({ n: 1 });
      await items.insertMany(numbers(500));
      let written = 500;
      let isDone = false;
      const writing = (async () => {
        while (!isDone) await items.insertOne({ _id: written, n: written++ });
      })();
      await server.engine.backup(join(spare, 'copy'));
      isDone = true;
      await writing;
      const copied = await count(join(spare, 'copy'));
      expect(copied).toBeGreaterThanOrEqual(500);
      expect(copied).toBeLessThanOrEqual(written);
    });

    it('can be made of a directory, whether an engine runs on it or not', async () => {
      await server.collection<Item>('items').insertMany(numbers(100));
      await backupDirectory(server.directory, join(spare, 'running'));
      await server.stop();
      await backupDirectory(server.directory, join(spare, 'stopped'));
      server = await TemporaryEngine.start({ directory: server.directory });
      expect(await count(join(spare, 'running'))).toBe(100);
      expect(await count(join(spare, 'stopped'))).toBe(100);
    });

    it('does not overwrite anything', async () => {
      await expect(server.engine.backup(server.directory)).rejects.toThrow('is not empty');
      await expect(backupDirectory(join(spare, 'nothing'), join(spare, 'copy'))).rejects.toThrow(
        'There is no data',
      );
    });

    it('is restored in place of other data, which is kept', async () => {
      await server.collection<Item>('items').insertMany(numbers(10));
      await server.engine.backup(join(spare, 'copy'));
      await server.collection<Item>('items').deleteMany({});
      await expect(restoreBackup(join(spare, 'copy'), server.directory)).rejects.toThrow(/in use by another/);
      await server.stop();
      const replaced = await restoreBackup(join(spare, 'copy'), server.directory);
      expect(replaced).toMatch(/data\.mdb\.replaced-\d+$/);
      server = await TemporaryEngine.start({ directory: server.directory });
      expect(await server.collection('items').countDocuments()).toBe(10);
    });
  });

  it('deletes documents whose time is over', async () => {
    const items = server.collection('sessions');
    await items.createIndex({ at: 1 }, { expireAfterSeconds: 60 });
    const past = new Date(Date.now() - 61_000);
    await items.insertMany([
      ...Array.from({ length: 150 }, () => ({ at: past })),
      { at: [new Date(), past] },
      { at: new Date() },
      { at: 'yesterday' },
      { other: past },
    ]);
    server = await server.restart({ reapInterval: 20 });
    const left = server.collection('sessions');
    while ((await left.countDocuments()) > 3) await new Promise(setImmediate);
    expect(await left.distinct('at')).toHaveLength(2);
    expect(await server.db.command({ validate: 'sessions' })).toMatchObject({ valid: true });
  });

  it('removes what was dropped, also after a restart in between', async () => {
    await server.collection<Item>('big').insertMany(numbers(5000));
    await server.collection('big').drop();
    server = await server.restart();
    expect(await server.db.listCollections().toArray()).toEqual([]);
    await server.collection<Item>('big').insertOne({ _id: 1 });
    expect(await server.collection('big').countDocuments()).toBe(1);
    await server.stop();
    const environment = await Environment.open(server.directory, silentLogger);
    const left = [...environment.trees.catalog.getKeys({})].length;
    expect(left).toBeLessThanOrEqual(4);
    await environment.close();
    server = await TemporaryEngine.start({ directory: server.directory });
  });

  it('keeps the engine alive for clients when one of them misbehaves', async () => {
    const other = await MongoClient.connect(server.engine.uri);
    const command = { aggregate: 1, pipeline: [{ $documents: [{}] }], cursor: {}, $db: 'x' };
    await other
      .db('test')
      .command(command)
      .catch(() => undefined);
    await other.close();
    expect(await server.db.command({ ping: 1 })).toBeDefined();
  });
});
