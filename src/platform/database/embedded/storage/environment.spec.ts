import { mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '../logger.js';
import { Environment } from './environment.js';
import { numberKey } from './keys.js';

const VALUE = Buffer.from('value');

describe('Environment', () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'environment-'));
  });

  afterEach(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  const open = (): Promise<Environment> => Environment.open(directory, silentLogger);

  it('keeps what a transaction wrote', async () => {
    const first = await open();
    first.transaction(() => first.trees.catalog.putSync(numberKey(1), VALUE));
    await first.close();
    const second = await open();
    expect(second.trees.catalog.get(numberKey(1))).toEqual(VALUE);
    await second.close();
  });

  it('takes back everything of a transaction that fails, also in memory', async () => {
    const environment = await open();
    let counter = 0;
    const attempt = (): void =>
      environment.transaction(() => {
        environment.trees.catalog.putSync(numberKey(1), VALUE);
        counter++;
        environment.onRollback(() => counter--);
        environment.transaction(() => environment.trees.catalog.putSync(numberKey(2), VALUE));
        throw new Error('refused');
      });
    expect(attempt).toThrow('refused');
    expect(counter).toBe(0);
    expect(environment.trees.catalog.get(numberKey(1))).toBeUndefined();
    expect(environment.trees.catalog.get(numberKey(2))).toBeUndefined();
    environment.transaction(() => environment.trees.catalog.putSync(numberKey(3), VALUE));
    expect(environment.trees.catalog.get(numberKey(3))).toEqual(VALUE);
    await environment.close();
  });

  it('is for its owner alone', async () => {
    const environment = await open();
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    for (const file of ['data.mdb', 'lock.mdb', 'checkpoint', 'owner.mdb'])
      expect(statSync(join(directory, file)).mode & 0o777).toBe(0o600);
    await environment.close();
  });

  it('refuses a directory that another one has, and takes it when that is closed', async () => {
    const first = await open();
    await expect(open()).rejects.toThrow(/in use by another process \(pid \d+\)/);
    await first.close();
    const second = await open();
    await second.close();
  });

  it('refuses a file that is something else', async () => {
    writeFileSync(join(directory, 'data.mdb'), Buffer.alloc(20_000, 'x'));
    await expect(open()).rejects.toMatchObject({ codeName: 'DataCorruptionDetected' });
  });

  it('refuses a file that was cut off', async () => {
    const environment = await open();
    environment.transaction(() => {
      for (let i = 0; i < 2000; i++) environment.trees.catalog.putSync(numberKey(i), Buffer.alloc(1500));
    });
    await environment.close();
    truncateSync(join(directory, 'data.mdb'), 1_000_000);
    await expect(open()).rejects.toThrow(/was cut off: \d+ bytes are missing/);
  });

  it('resolves a flush once there is nothing left to be flushed', async () => {
    const environment = await open();
    for (let i = 0; i < 300; i++)
      environment.transaction(() => environment.trees.catalog.putSync(numberKey(i), VALUE));
    await Promise.all([environment.flush(), environment.flush()]);
    expect(environment.backlog).toBeUndefined();
    await environment.close();
  });
});
