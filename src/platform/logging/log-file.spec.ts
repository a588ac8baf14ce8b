import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LogFile } from './log-file.js';
import { dayOfLogFile, logFileName } from './log-file-name.js';
import { sweepLogs } from './log-sweeper.js';

describe('a file of the log', () => {
  let directory: string;
  let file: LogFile | undefined;
  let said: jest.SpyInstance;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'coglex-log-'));
    said = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  });
  afterEach(async () => {
    await file?.close();
    said.mockRestore();
    jest.useRealTimers();
    await rm(directory, { recursive: true, force: true });
  });

  const make = (options: { maxBytes?: number; directory?: string } = {}) =>
    (file = new LogFile({ directory, kind: 'coglex', maxBytes: 1e6, mode: 0o640, ...options }));
  const lines = async (where = directory) => {
    const names = (await readdir(where)).filter((name) => name.endsWith('.log')).sort();
    const texts = await Promise.all(names.map((name) => readFile(join(where, name), 'utf8')));
    return { names, texts, all: texts.join('').split('\n').slice(0, -1) };
  };

  it('keeps every line, in order, in files of bounded size that only the owner writes', async () => {
    const log = make({ maxBytes: 200_000 });
    const written = Array.from({ length: 5000 }, (_, n) => `${n} ${'x'.repeat(100)}`);
    for (const line of written) log.write(`${line}\n`);
    await log.flush();
    const { names, texts, all } = await lines();
    expect(all).toEqual(written);
    expect(names.length).toBeGreaterThan(1);
    for (const text of texts) {
      expect(text.length).toBeLessThan(200_000 + 70_000);
      expect(text.endsWith('\n')).toBe(true);
    }
    expect((await stat(join(directory, names[0]))).mode & 0o777).toBe(0o640);
    expect(log.lost).toBe(0);
    expect(said).not.toHaveBeenCalled();
  });

  it('begins another file at midnight UTC', async () => {
    jest.useFakeTimers({
      now: new Date('2026-11-27T23:59:59.999Z'),
      doNotFake: ['performance', 'nextTick', 'setImmediate'],
    });
    const log = make();
    log.write('evening\n');
    await log.flush();
    jest.setSystemTime(new Date('2026-11-28T00:00:00.000Z'));
    log.write('morning\n');
    await log.flush();
    const { names, texts } = await lines();
    expect(names.map(dayOfLogFile)).toEqual(['2026-11-27', '2026-11-28']);
    expect(texts).toEqual(['evening\n', 'morning\n']);
  });

  it('goes on in its file, and leaves those of other processes alone', async () => {
    const other = `coglex-${new Date().toISOString().slice(0, 10)}-host-1-00001.log`;
    await writeFile(join(directory, other), 'of another\n');
    const first = make();
    first.write('1\n');
    await first.close();
    const second = make();
    second.write('2\n');
    await second.flush();
    expect((await lines()).texts.sort()).toEqual(['1\n2\n', 'of another\n']);
  });

  it('comes back when the directory was removed, and says nothing of lines that were kept', async () => {
    const log = make({ directory: join(directory, 'deep', 'er') });
    log.write('1\n');
    await log.flush();
    await rm(join(directory, 'deep'), { recursive: true });
    jest.spyOn(performance, 'now').mockReturnValue(performance.now() + 10_000);
    log.write('2\n');
    await log.flush();
    jest.restoreAllMocks();
    expect((await lines(join(directory, 'deep', 'er'))).all).toEqual(['2']);
  });

  it('says once that it cannot be written to, loses nothing that fits, and counts the rest', async () => {
    const blocked = join(directory, 'blocked');
    await writeFile(blocked, '');
    const log = make({ directory: blocked });
    for (let n = 0; n < 3; n += 1) {
      log.write(`${n}\n`);
      await log.flush();
    }
    expect(said).toHaveBeenCalledTimes(1);
    expect(String((said.mock.calls as unknown[][])[0][0])).toMatch(
      /^coglex log: .*blocked cannot be written to/,
    );
    const large = 'x'.repeat(1024 ** 2);
    for (let n = 0; n < 10; n += 1) log.write(large);
    expect(log.lost).toBeGreaterThan(0);
    await rm(blocked);
    await mkdir(blocked);
    await log.flush();
    expect((await lines(blocked)).all.slice(0, 3)).toEqual(['0', '1', '2']);
    expect(said).toHaveBeenCalledTimes(2);
  });

  it('follows no link that somebody has put in its place', async () => {
    const target = join(directory, 'target');
    await writeFile(target, 'precious');
    await symlink(target, join(directory, logFileName('coglex', new Date().toISOString().slice(0, 10), 1)));
    const log = make();
    log.write('line\n');
    await log.flush();
    expect(await readFile(target, 'utf8')).toBe('precious');
  });

  it('is removed when it is old, and nothing else is', async () => {
    const names = [
      'coglex-2026-11-01-host-1-00001.log',
      'audit-2026-11-13-host_a-22-00002.log',
      'coglex-2026-11-14-host-1-00001.log',
      'coglex-2026-11-01-host-1-00001.log.bak',
      'mine-2026-11-01-host-1-00001.log',
      'coglex-2026-11-01.log',
    ];
    for (const name of names) await writeFile(join(directory, name), '');
    expect(await sweepLogs(directory, 14, new Date('2026-11-28T12:00:00Z'))).toBe(2);
    expect((await readdir(directory)).sort()).toEqual(names.slice(2).sort());
  });
});
