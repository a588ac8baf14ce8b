import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { silentLogger } from '../logger.js';
import { Environment } from './environment.js';
import { numberKey } from './keys.js';

const PAGE = 4096;
const KEYS = 3000;

/** Each write changes several records, and the version in the first of them. */
function write(environment: Environment, version: number): void {
  environment.transaction(() => {
    const { catalog } = environment.trees;
    for (let i = 0; i < 10; i++)
      catalog.putSync(numberKey(1 + Math.floor(Math.random() * KEYS)), record(version));
    catalog.putSync(numberKey(0), record(version));
  });
}

function record(version: number): Buffer {
  const value = Buffer.alloc(200, version & 0xff);
  value.writeUInt32LE(version, 0);
  return value;
}

/** The highest version that any record has, and the one that the first record says. */
function versions(environment: Environment): { newest: number; stated: number } {
  let newest = 0;
  for (const { value } of environment.trees.catalog.getRange({
    start: numberKey(0),
    end: numberKey(KEYS + 1),
  })) {
    expect(value.subarray(4).every((byte) => byte === (value.readUInt32LE(0) & 0xff))).toBe(true);
    newest = Math.max(newest, value.readUInt32LE(0));
  }
  return { newest, stated: environment.trees.catalog.get(numberKey(0))?.readUInt32LE(0) ?? 0 };
}

/** What a power failure may leave: of the pages written since a flush, each may have reached the disk or not. */
function losePages(flushed: Buffer, written: Buffer): Buffer {
  const left = Buffer.from(written);
  for (let at = 0; at < written.length; at += PAGE) {
    const before = flushed.subarray(at, at + PAGE);
    if (before.equals(written.subarray(at, at + PAGE)) || Math.random() < 0.5) continue;
    left.fill(0, at, at + PAGE);
    before.copy(left, at);
  }
  return left;
}

/** Makes the checkpoints look as if they were written before the system was restarted. */
function pretendRestart(file: string): void {
  const bytes = readFileSync(file);
  for (const slot of [0, 4096]) {
    if (bytes.toString('latin1', slot, slot + 8) !== 'CGXCKPT1') continue;
    bytes.fill(0, slot + 16, slot + 80);
    bytes.write('another-boot', slot + 16, 'latin1');
    bytes.writeUInt32LE(crc32(bytes.subarray(slot, slot + 592)), slot + 592);
  }
  writeFileSync(file, bytes);
}

describe('Checkpointer', () => {
  let directory: string;
  let crashed: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'checkpoint-'));
    crashed = join(directory, 'crashed');
    mkdirSync(crashed);
  });

  afterEach(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  async function crash(environment: Environment, from: number, to: number, lose: boolean): Promise<void> {
    await environment.flush();
    const flushed = readFileSync(join(directory, 'data.mdb'));
    copyFileSync(join(directory, 'checkpoint'), join(crashed, 'checkpoint'));
    for (let version = from; version <= to; version++) write(environment, version);
    const written = readFileSync(join(directory, 'data.mdb'));
    writeFileSync(join(crashed, 'data.mdb'), lose ? losePages(flushed, written) : written);
  }

  it('goes back to the last flush after a power failure, whatever of the later pages was lost', async () => {
    const environment = await Environment.open(directory, silentLogger);
    for (let version = 1; version <= 300; version++) write(environment, version);
    for (let round = 0; round < 8; round++) {
      const last = 300 + round * 90;
      await crash(environment, last + 1, last + 90, true);
      pretendRestart(join(crashed, 'checkpoint'));
      const restored = await Environment.open(crashed, silentLogger);
      expect(versions(restored)).toEqual({ newest: last, stated: last });
      write(restored, 1_000_000);
      await restored.close();
      rmSync(join(crashed, 'lock.mdb'), { force: true });
    }
    await environment.close();
  });

  it('keeps everything after the death of the process alone', async () => {
    const environment = await Environment.open(directory, silentLogger);
    write(environment, 1);
    await crash(environment, 2, 60, false);
    const restored = await Environment.open(crashed, silentLogger);
    expect(versions(restored)).toEqual({ newest: 60, stated: 60 });
    await restored.close();
    await environment.close();
  });

  it('survives a torn checkpoint', async () => {
    const environment = await Environment.open(directory, silentLogger);
    write(environment, 1);
    await environment.flush();
    write(environment, 2);
    await environment.flush();
    await environment.close();
    const file = join(directory, 'checkpoint');
    const bytes = readFileSync(file);
    bytes.fill(0xee, 100, 110);
    writeFileSync(file, bytes);
    const reopened = await Environment.open(directory, silentLogger);
    expect(versions(reopened)).toEqual({ newest: 2, stated: 2 });
    await reopened.close();
    expect(existsSync(file)).toBe(true);
  });
});
