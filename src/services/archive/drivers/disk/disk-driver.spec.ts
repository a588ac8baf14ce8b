import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { SafeDriver } from '../safe-driver.js';
import { itConforms } from '../../../../../test/support/driver-conformance.js';
import { DiskDriver } from './disk-driver.js';

describe('DiskDriver', () => {
  let root: string;
  let driver: SafeDriver;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'coglex-disk-'));
    driver = new SafeDriver(new DiskDriver(root));
  });
  afterAll(() => rm(root, { recursive: true, force: true }));

  itConforms(() => driver);

  it('names a file by its content, and leaves nothing where bytes come in', async () => {
    const staged = await driver.stage('tidy', Readable.from([Buffer.from('abc')]));
    expect(await readdir(join(root, 'tidy/staging'))).toHaveLength(1);
    const key = await staged.keep('ba7816bf8f01');
    expect(key).toMatch(/^tidy\/ba\/ba7816bf8f01\.[0-9a-f]{8}$/);
    expect(await readdir(join(root, 'tidy/staging'))).toEqual([]);
  });

  it('lets a reader finish what is deleted meanwhile', async () => {
    const key = await (await driver.stage('tidy', Readable.from([Buffer.alloc(5_000_000, 'x')]))).keep('cd');
    const bytes = await driver.read(key);
    await driver.delete(key);
    let length = 0;
    for await (const chunk of bytes as AsyncIterable<Buffer>) length += chunk.length;
    expect(length).toBe(5_000_000);
  });
});
