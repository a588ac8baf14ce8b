import { writeFileSync } from 'node:fs';
import { mkdtemp, rename, rm, symlink, mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigSources } from './config-sources.js';

const SECRET = 'a-secret-that-is-long-enough-for-anything';
const NOTHING = { changed: [], restart: [], refused: [], failures: [], warnings: [] };

describe('ConfigSources', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'coglex-sources-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  const path = (name: string) => join(directory, name);
  const write = (name: string, text: string) => writeFile(path(name), text);
  const open = (env: Record<string, string> = {}) =>
    ConfigSources.open({ env: { SERVER_SECRET: SECRET, DATA_DIR: directory, ...env }, dotenv: null });

  it('takes a new value of a live setting into the configuration that everybody holds, and tells of it', async () => {
    await write('key', 'first');
    const sources = await open({ METRICS_KEY_FILE: path('key'), METRICS_KEY: 'not this one' });
    const { config, live } = sources;
    const heard: string[][] = [];
    live.changes.on(['METRICS_KEY', 'SMTP_PASSWORD'], (changed) => void heard.push([...changed]));
    live.changes.on(['SMTP_PASSWORD'], () => void heard.push(['never']));
    expect(config.METRICS_KEY).toBe('first');
    expect(await sources.reload()).toEqual(NOTHING);

    await write('key', 'second');
    expect(await sources.reload()).toEqual({ ...NOTHING, changed: ['METRICS_KEY'] });
    expect(config.METRICS_KEY).toBe('second');
    expect(heard).toEqual([['METRICS_KEY']]);
    expect(live.origin('METRICS_KEY')).toBe('file');
    expect(live.from('METRICS_KEY')).toBe(`the file ${path('key')}`);
    expect(await sources.reload()).toEqual(NOTHING);
  });

  it('follows a mount of Kubernetes, where a link two levels up changes', async () => {
    const mount = async (name: string, value: string) => {
      await mkdir(path(name));
      await write(`${name}/key`, value);
      await symlink(name, path('..next'));
      await rename(path('..next'), path('..data'));
    };
    await mount('..one', 'first');
    await symlink('..data/key', path('key'));
    const sources = await open({ METRICS_KEY_FILE: path('key') });
    expect(sources.config.METRICS_KEY).toBe('first');
    await mount('..two', 'second');
    expect((await sources.reload()).changed).toEqual(['METRICS_KEY']);
    expect(sources.config.METRICS_KEY).toBe('second');
  });

  it('refuses a bad value once, keeps the old one, and takes the others', async () => {
    await write('stripe', 'whsec_first');
    await write('key', 'first');
    const sources = await open({ STRIPE_WEBHOOK_SECRET_FILE: path('stripe'), METRICS_KEY_FILE: path('key') });
    await write('stripe', 'short');
    await write('key', 'second');
    const report = await sources.reload();
    expect(report).toMatchObject({ changed: ['METRICS_KEY'], restart: [] });
    expect(report.refused).toEqual([
      `STRIPE_WEBHOOK_SECRET must hold secrets of at least 8 characters (from the file ${path('stripe')})`,
    ]);
    expect(sources.config).toMatchObject({ METRICS_KEY: 'second', STRIPE_WEBHOOK_SECRET: ['whsec_first'] });
    expect(await sources.reload()).toEqual(NOTHING);
    expect(sources.live.refused).toEqual(report.refused);

    await write('stripe', 'whsec_second');
    expect(await sources.reload()).toEqual({ ...NOTHING, changed: ['STRIPE_WEBHOOK_SECRET'] });
    expect(sources.live.refused).toEqual([]);
  });

  it('waits for the end of what somebody writes into a file', async () => {
    await write('key', 'first');
    const sources = await open({ METRICS_KEY_FILE: path('key') });
    await write('key', 'half of the sec');
    const report = sources.reload();
    await new Promise(setImmediate);
    writeFileSync(path('key'), 'half of the second, and the other half');
    expect((await report).changed).toEqual(['METRICS_KEY']);
    expect(sources.config.METRICS_KEY).toBe('half of the second, and the other half');
  });

  it('keeps what it has while a file is missing, empty or no text', async () => {
    await write('key', 'first');
    const sources = await open({ METRICS_KEY_FILE: path('key'), METRICS_KEY: 'not this one' });
    for (const [text, problem] of [
      [undefined, 'METRICS_KEY_FILE: the file cannot be read (ENOENT)'],
      ['', 'METRICS_KEY_FILE: the file is empty'],
      ['\0', 'METRICS_KEY_FILE: the file is not text in UTF-8'],
    ]) {
      await rm(path('key'));
      if (text !== undefined) await write('key', text);
      expect(await sources.reload()).toEqual({ ...NOTHING, refused: [problem] });
      expect(sources.config.METRICS_KEY).toBe('first');
      if (text === undefined) await write('key', '');
    }
  });

  it('says once that a setting waits for a restart, and forgets it when it is as it was', async () => {
    await write('uri', 'mongodb://one');
    const sources = await open({ MONGODB_URI_FILE: path('uri') });
    await write('uri', 'mongodb://two');
    expect(await sources.reload()).toEqual({ ...NOTHING, restart: ['MONGODB_URI'] });
    expect(await sources.reload()).toEqual(NOTHING);
    expect(sources.live.awaitingRestart).toEqual(['MONGODB_URI']);
    expect(sources.config.MONGODB_URI).toBe('mongodb://one');
    await write('uri', 'mongodb://three');
    expect((await sources.reload()).restart).toEqual(['MONGODB_URI']);
    await write('uri', 'mongodb://one');
    expect(await sources.reload()).toEqual(NOTHING);
    expect(sources.live.awaitingRestart).toEqual([]);
  });

  it('refuses what does not go with the rest', async () => {
    await write('limit', '100');
    const sources = await open({ STORAGE_DEFAULT_LIMIT_FILE: path('limit'), STORAGE_MAX_LIMIT: '200' });
    await write('limit', '300');
    expect((await sources.reload()).refused).toEqual([
      `STORAGE_DEFAULT_LIMIT must not be greater than STORAGE_MAX_LIMIT (from the file ${path('limit')})`,
    ]);
    expect(sources.config.STORAGE_DEFAULT_LIMIT).toBe(100);
  });

  it('leaves a generated secret alone', async () => {
    await write('key', 'first');
    const sources = await open({ SERVER_SECRET: '', METRICS_KEY_FILE: path('key') });
    const { SERVER_SECRET: secret } = sources.config;
    await write('key', 'second');
    expect(await sources.reload()).toEqual({ ...NOTHING, changed: ['METRICS_KEY'] });
    expect(sources.config.SERVER_SECRET).toBe(secret);
    expect(sources.live.origin('SERVER_SECRET')).toBe('generated');
  });

  it('goes on when a listener fails', async () => {
    await write('key', 'first');
    const sources = await open({ METRICS_KEY_FILE: path('key') });
    const failure = new Error('no');
    const heard: string[] = [];
    sources.live.changes.on(['METRICS_KEY'], () => Promise.reject(failure));
    sources.live.changes.on(['METRICS_KEY'], (changed) => void heard.push(...changed));
    await write('key', 'second');
    expect(await sources.reload()).toEqual({ ...NOTHING, changed: ['METRICS_KEY'], failures: [failure] });
    expect(heard).toEqual(['METRICS_KEY']);
  });

  it('lets nobody else write to the configuration', async () => {
    const { config } = await open();
    expect(() => Object.assign(config, { METRICS_KEY: 'mine' })).toThrow(TypeError);
    expect(() => Object.assign(config, { MORE: 1 })).toThrow(TypeError);
  });
});
