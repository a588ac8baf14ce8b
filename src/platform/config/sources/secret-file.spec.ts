import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MAX_SECRET_FILE, readSecretFile } from './secret-file.js';

describe('readSecretFile', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'coglex-secret-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  const file = async (content: string | Buffer, name = 'secret') => {
    const path = join(directory, name);
    await writeFile(path, content);
    return path;
  };

  it.each([
    ['as it is', 'pa ss'],
    ['with a newline at its end', 'pa ss\n'],
    ['with a newline of Windows at its end', 'pa ss\r\n'],
    ['with a byte order mark', '\uFEFFpa ss\n'],
    ['with space around it', ' \tpa ss \n\n'],
  ])('reads a secret %s', async (_how, content) => {
    expect(readSecretFile(await file(content))).toBe('pa ss');
  });

  it('keeps the lines of one that has several', async () => {
    expect(readSecretFile(await file('{\n"a": 1\n}\n'))).toBe('{\n"a": 1\n}');
  });

  it('reads as much as is allowed, through links', async () => {
    await file('x'.repeat(MAX_SECRET_FILE), 'target');
    await symlink('target', join(directory, 'link'));
    expect(readSecretFile(join(directory, 'link'))).toHaveLength(MAX_SECRET_FILE);
  });

  it.each([
    ['nothing', '', 'the file is empty'],
    ['space', ' \n', 'the file is empty'],
    ['a byte order mark alone', '\uFEFF', 'the file is empty'],
    ['a zero byte', 'pass\0word', 'the file is not text in UTF-8'],
    ['UTF-16', Buffer.from('\uFEFFpassword', 'utf16le'), 'the file is not text in UTF-8'],
    ['one byte too much', 'x'.repeat(MAX_SECRET_FILE + 1), 'the file is larger than 64 kB'],
  ])('refuses a file with %s', async (_what, content, message) => {
    const path = await file(content);
    expect(() => readSecretFile(path)).toThrow(new Error(message));
  });

  it('refuses a gigabyte without reading it', async () => {
    const path = await file('');
    await truncate(path, 1024 ** 3);
    const before = process.memoryUsage().arrayBuffers;
    expect(() => readSecretFile(path)).toThrow('the file is larger than 64 kB');
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * 1024 ** 2);
  });

  it('refuses what is no file, and does not wait for a pipe', () => {
    execFileSync('mkfifo', [join(directory, 'pipe')]);
    for (const path of [directory, join(directory, 'pipe'), '/dev/null'])
      expect(() => readSecretFile(path)).toThrow(/^it is not a file$/);
  });

  it('says why a file cannot be read', async () => {
    await symlink('loop', join(directory, 'loop'));
    const cases = { none: 'ENOENT', loop: 'ELOOP' };
    for (const [name, code] of Object.entries(cases))
      expect(() => readSecretFile(join(directory, name))).toThrow(`the file cannot be read (${code})`);
    if (process.getuid?.() === 0) return;
    const path = await file('hidden');
    await chmod(path, 0);
    expect(() => readSecretFile(path)).toThrow('the file cannot be read (EACCES)');
  });
});
