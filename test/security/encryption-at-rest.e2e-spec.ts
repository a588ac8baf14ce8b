import { execFile } from 'node:child_process';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { declareSettled, ENCRYPTION, newKey } from '../support/encryption.js';
import { STORAGE } from '../support/publishable-key.js';
import { ROOT } from '../support/build.js';
import { ServerProcess } from '../support/server-process.js';
import { AUTH } from '../support/test-user.js';

const SECRETS = ['Zyzzyva-4711-Quux', 'Fjord-Bank-Glyphs-vext-Quiz'];
const LATER = 'Sphinx-Of-Black-Quartz-0815';

/** A text as it could lie in a file: as it is, as two bytes for each letter, and at each place of base64. */
function* spellings(text: string): Generator<Buffer> {
  yield Buffer.from(text);
  yield Buffer.from(text, 'utf16le');
  yield Buffer.from(Buffer.from(text).toString('hex'));
  for (const before of ['', 'a', 'ab'])
    yield Buffer.from(
      Buffer.from(before + text)
        .toString('base64')
        .slice(before === '' ? 0 : 4, -4),
    );
}

/** Files below a directory that hold a text in any spelling. */
async function filesWith(directory: string, text: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries.filter((each) => each.isFile())) {
    const path = join(entry.parentPath, entry.name);
    const bytes = await readFile(path);
    if ([...spellings(text)].some((spelling) => bytes.includes(spelling))) found.push(path);
  }
  return found;
}

describe('a stolen data directory', () => {
  const key = newKey('k1');
  let server: ServerProcess;
  beforeAll(async () => {
    server = await ServerProcess.start({ env: { ENCRYPTION_KEYS: key } });
  });
  afterAll(() => server?.stop());

  const cli = (name: string, ...args: string[]) =>
    promisify(execFile)(process.execPath, [join(ROOT, `dist/cli/${name}.js`), ...args], {
      cwd: server.directory,
      env: {
        PATH: process.env.PATH,
        NODE_ENV: 'production',
        SERVER_SECRET: server.secret,
        DATA_DIR: server.dataDirectory,
      },
    });

  it('shows nothing of encrypted fields, nor of keys', async () => {
    const { client } = server;
    await Promise.all([
      declareSettled(client, 'people', { encrypted: { ssn: { index: true }, note: {} } }),
      declareSettled(client, '_USERS', { encrypted: { phone: { index: true } } }),
    ]);
    await client.post(`${STORAGE}/people`, [
      { _id: 'a', ssn: SECRETS[0], note: { deep: [SECRETS[1]] }, open: 'Visible-Canary-1234' },
    ]);
    await client.patch(`${STORAGE}/people`, {
      query: { _id: 'a' },
      document: { $set: { note: SECRETS[1] } },
    });
    const account = { _key: 'ada@example.com', _password: 'correct horse battery' };
    await client.post(`${AUTH}/signup`, { ...account, document: { phone: SECRETS[0] } });
    await client.post(`${AUTH}/signin`, account);
    await client.get(`${STORAGE}/people`, { query: { ssn: SECRETS[0] } });
    await client.post(`${ENCRYPTION}/rotate`);
    expect((await client.get(`${STORAGE}/people/a`)).body).toMatchObject({
      ssn: SECRETS[0],
      note: SECRETS[1],
    });
    await server.end();
    expect(await filesWith(server.dataDirectory, 'Visible-Canary-1234')).not.toEqual([]);
    for (const secret of [...SECRETS, key.slice(3)])
      expect(await filesWith(server.dataDirectory, secret)).toEqual([]);
    expect(server.stdout + server.stderr).not.toContain(SECRETS[0]);
  });

  it('shows nothing of what was stored before, once the file was written anew from a backup', async () => {
    await server.startAgain();
    const { client } = server;
    const documents = Array.from({ length: 300 }, (_, n) => ({ _id: `l${n}`, memo: `${LATER} ${n}` }));
    await client.post(`${STORAGE}/later`, documents);
    await declareSettled(client, 'later', { encrypted: { memo: {} } });
    expect((await client.get(`${STORAGE}/later/l7`)).body).toMatchObject({ memo: `${LATER} 7` });
    const backup = join(server.directory, 'backup');
    await cli('backup', backup);
    await server.end();
    expect(await filesWith(backup, LATER)).toEqual([]);
    const { stdout } = await cli('restore', backup);
    const database = join(server.dataDirectory, 'database');
    for (const name of await readdir(database))
      if (/\.replaced-|\.old$/.test(name)) await rm(join(database, name));
    expect(stdout).toContain('.replaced-');
    expect(await filesWith(server.dataDirectory, LATER)).toEqual([]);
    await server.startAgain();
    expect((await server.client.get(`${STORAGE}/later/l7`)).body).toMatchObject({ memo: `${LATER} 7` });
  });
});
