import { setTimeout as sleep } from 'node:timers/promises';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import {
  MissingBytesError,
  type FileDriver,
  type StoredBytes,
} from '../../src/services/archive/drivers/file-driver.js';

const MB = 1024 ** 2;

/** Bytes that differ everywhere, so that a piece in the wrong place is seen. */
function pattern(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at + 4 <= length; at += 4) bytes.writeUInt32BE(at, at);
  return bytes;
}

async function* chunksOf(bytes: Buffer, size = 100_000): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield Promise.resolve(bytes.subarray(at, at + size));
}

const streamOf = (bytes: Buffer) => Readable.from(chunksOf(bytes), { objectMode: false });

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

/** What every driver must do; each runs it in its own spec. */
export function itConforms(open: () => FileDriver): void {
  let project: string;
  let driver: FileDriver;
  beforeAll(() => {
    driver = open();
  });
  beforeEach(() => {
    project = `p${Math.random().toString(36).slice(2, 8)}`;
  });

  const keep = async (bytes: Buffer, name = 'ab01') =>
    (await driver.stage(project, streamOf(bytes))).keep(name);
  const list = async (): Promise<StoredBytes[]> => all(driver.list(project));
  const keys = async () => (await list()).map(({ key }) => key).sort();

  it.each([
    ['nothing', 0],
    ['one byte', 1],
    ['a little', 70_000],
    ['more than one piece', 17 * MB + 3],
  ])('keeps %s', async (_what, length) => {
    const bytes = pattern(length);
    const key = await keep(bytes);
    expect((await buffer(await driver.read(key))).equals(bytes)).toBe(true);
    const [stored] = await list();
    expect(stored).toMatchObject({ key, size: length });
    expect(stored.modified.getTime()).toBeGreaterThan(0);
    await driver.delete(key);
  });

  it('reads ranges', async () => {
    const bytes = pattern(3 * MB);
    const key = await keep(bytes);
    for (const [start, end] of [
      [0, 0],
      [5, 99],
      [MB - 1, MB],
      [MB, 2 * MB - 1],
      [3 * MB - 1, 3 * MB - 1],
      [1, 3 * MB - 2],
    ])
      expect(
        (await buffer(await driver.read(key, { start, end }))).equals(bytes.subarray(start, end + 1)),
      ).toBe(true);
    await driver.delete(key);
  });

  it('never gives a key twice', async () => {
    const [one, other] = await Promise.all([keep(pattern(8), 'same'), keep(pattern(8), 'same')]);
    expect(one).not.toBe(other);
    await driver.delete(one);
    expect(await buffer(await driver.read(other))).toHaveLength(8);
    await driver.delete(other);
  });

  it('begins a key with its project, and lists only that', async () => {
    const key = await keep(pattern(8));
    expect(key.startsWith(`${project}/`)).toBe(true);
    expect(await all(driver.list('another'))).toEqual([]);
    expect(await keys()).toEqual([key]);
    await driver.delete(key);
  });

  it('tells that there is nothing before the first byte', async () => {
    const key = await keep(pattern(8));
    await driver.delete(key);
    await expect(driver.read(key)).rejects.toBeInstanceOf(MissingBytesError);
    await expect(driver.read(key, { start: 0, end: 1 })).rejects.toBeInstanceOf(MissingBytesError);
    await driver.delete(key);
  });

  it('keeps nothing of what is discarded', async () => {
    const staged = await driver.stage(project, streamOf(pattern(70_000)));
    await staged.discard();
    expect(await keys()).toEqual([]);
  });

  it.each([10, 20 * MB])('keeps nothing when the source fails after %i bytes', async (length) => {
    async function* failing() {
      yield* chunksOf(pattern(length));
      throw new Error('the client is gone');
    }
    const source = Readable.from(failing(), { objectMode: false });
    await expect(driver.stage(project, source)).rejects.toThrow('the client is gone');
    expect(await keys()).toEqual([]);
  });

  it('throws staged bytes away once they are old, and keeps what is kept', async () => {
    const key = await keep(pattern(8));
    await driver.stage(project, streamOf(pattern(70_000)));
    await driver.sweep(project, new Date(Date.now() - 3_600_000));
    // Times have the precision of the storage's clock.
    await sleep(1100);
    await driver.sweep(project, new Date());
    expect(await keys()).toContain(key);
  });

  it('refuses keys and projects that lead elsewhere', async () => {
    for (const key of [
      '',
      'a',
      '../a/b',
      `${project}/../x`,
      '/etc/passwd',
      `${project}/a\\b`,
      `${project}/a\0`,
      `${project}//a`,
      `${project}/%2e%2e`,
      `${project}/.hidden`,
    ]) {
      await expect(driver.read(key)).rejects.toThrow('Not a key');
      await expect(driver.delete(key)).rejects.toThrow('Not a key');
    }
    for (const bad of ['', '..', 'a/b', '.', 'a\0']) {
      await expect(driver.stage(bad, streamOf(pattern(1)))).rejects.toThrow('Not a key');
      await expect(all(driver.list(bad))).rejects.toThrow('Not a key');
    }
    const staged = await driver.stage(project, streamOf(pattern(1)));
    await expect(staged.keep('../up')).rejects.toThrow('Not a key');
    await staged.discard();
  });
}
