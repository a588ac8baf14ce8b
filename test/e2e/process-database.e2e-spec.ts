import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { MongoClient } from 'mongodb';
import { ROOT } from '../support/build.js';
import { ServerProcess } from '../support/server-process.js';

const DOCUMENTS = '/service/storage/v1/ledger';

/** Runs a command of `src/cli` on the data of a server. */
function run(name: string, dataDirectory: string, ...args: string[]): ChildProcess {
  return spawn(process.execPath, [join(ROOT, `dist/cli/${name}.js`), ...args], {
    env: { PATH: process.env.PATH, DATA_DIR: dataDirectory, SERVER_SECRET: 's'.repeat(32) },
  });
}

async function outcome(child: ChildProcess): Promise<{ code: number | null; output: string }> {
  let output = '';
  child.stdout?.on('data', (text: Buffer) => (output += text.toString()));
  child.stderr?.on('data', (text: Buffer) => (output += text.toString()));
  await once(child, 'close');
  return { code: child.exitCode, output };
}

describe('the data of the embedded engine', () => {
  let server: ServerProcess;
  let directory: string;

  beforeEach(async () => {
    [server, directory] = await Promise.all([
      ServerProcess.start(),
      mkdtemp(join(tmpdir(), 'coglex-backup-')),
    ]);
  });
  afterEach(async () => {
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  });

  const count = async () => (await server.client.get<unknown[]>(DOCUMENTS, { limit: 1000 })).body.length;

  it('keeps every acknowledged write over kill -9', async () => {
    const acknowledged: string[] = [];
    const writers = Array.from({ length: 4 }, async () => {
      for (;;) {
        const { status, body } = await server.client.post<{ ids: string[] }>(DOCUMENTS, { amount: 1 });
        if (status === 201) acknowledged.push(...body.ids);
      }
    }).map((writer) => writer.catch(() => undefined));
    while (acknowledged.length < 200) await new Promise((resolve) => setTimeout(resolve, 10));
    await server.end('SIGKILL');
    await Promise.all(writers);
    await server.startAgain();
    const { body } = await server.client.get<{ _id: string }[]>(DOCUMENTS, { limit: 1000, keys: { _id: 1 } });
    const stored = new Set(body.map(({ _id }) => _id));
    expect(acknowledged.filter((id) => !stored.has(id))).toEqual([]);
    const signUp = { _key: 'ada@example.com', _password: 'correct horse' };
    expect((await server.client.post('/service/auth/v1/signup', signUp)).status).toBe(201);
    await server.end('SIGTERM');
    await server.startAgain();
    expect((await server.client.post('/service/auth/v1/signin', signUp)).status).toBe(200);
  });

  it('is backed up while the server writes, and restored', async () => {
    await server.client.post(DOCUMENTS, { documents: Array.from({ length: 500 }, (_, n) => ({ n })) });
    const target = join(directory, 'backup');
    const backup = outcome(run('backup', server.dataDirectory, target));
    const during = await server.client.post(DOCUMENTS, { n: 'during' });
    expect(during.status).toBe(201);
    expect(await backup).toMatchObject({ code: 0 });

    await server.client.delete(DOCUMENTS, { query: {} });
    expect(await outcome(run('restore', server.dataDirectory, target))).toMatchObject({ code: 1 });
    await server.end('SIGTERM');
    const restored = await outcome(run('restore', server.dataDirectory, target));
    expect(restored).toMatchObject({ code: 0 });
    expect(restored.output).toContain('kept as');
    await server.startAgain();
    expect(await count()).toBeGreaterThanOrEqual(500);
  });

  it('refuses a second server on it', async () => {
    const second = await outcome(run('database', server.dataDirectory, '--port', '0'));
    expect(second.code).toBe(1);
    expect(second.output).toMatch(/in use|another process/i);
    expect(second.output).not.toContain('    at ');
    expect(await count()).toBe(0);
  });

  it('is served to other tools on a loopback port', async () => {
    await server.client.post(DOCUMENTS, { n: 1 });
    await server.end('SIGTERM');
    const tool = run('database', server.dataDirectory, '--port', '0');
    const ended = outcome(tool);
    const [uri] = (await once(createInterface({ input: tool.stdout as NodeJS.ReadableStream }), 'line')) as [
      string,
    ];
    expect(uri).toMatch(/^mongodb:\/\/127\.0\.0\.1:\d+/);
    const mongo = await MongoClient.connect(uri);
    expect(await mongo.db('coglex').collection('ledger').countDocuments()).toBe(1);
    await mongo.close();
    tool.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 0 });
    await server.startAgain();
    expect(await count()).toBe(1);
  });

  it.each([
    ['backup', []],
    ['restore', ['/nowhere/at/all']],
    ['database', ['--port', 'x']],
  ])('%s says in one line what is wrong', async (name, args) => {
    const { code, output } = await outcome(run(name, join(directory, 'empty'), ...args));
    expect(code).toBe(1);
    expect(output.trim().split('\n')).toHaveLength(1);
  });
});
