import { chmod, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ServerProcess, type ServerProcessOptions } from '../support/server-process.js';

const HIDDEN = 'hidden-and-much-too-sho';

describe('the settings of the process', () => {
  let server: ServerProcess;

  afterEach(() => server.stop());

  const refusal = async (env: ServerProcessOptions['env']) => {
    server = await ServerProcess.start({ env, until: 'nothing' });
    const exit = await server.exit;
    return { exit, stdout: server.stdout, lines: server.stderr.trimEnd().split('\n') };
  };

  it('stop it with all bad values named, and nothing secret said', async () => {
    const { exit, stdout, lines } = await refusal({
      SERVER_SECRET: HIDDEN,
      SERVER_PORT: '70000',
      MONGODB_URI: `mongodb://user:${HIDDEN}@`,
    });
    expect(exit).toEqual({ code: 1, signal: null });
    expect(stdout).toBe('');
    expect(lines[0]).toBe('The configuration is not valid:');
    expect(lines.slice(1).sort()).toEqual([
      '  - MONGODB_URI is not a valid MongoDB connection string (from the environment)',
      '  - SERVER_PORT must not be greater than 65535 (from the environment)',
      '  - SERVER_SECRET must have at least 32 characters (from the environment)',
    ]);
    expect(lines.join()).not.toContain('hidden');
  });

  it.each([undefined, ''])('stop it in production when the secret is %j', async (secret) => {
    const { exit, lines } = await refusal({ SERVER_SECRET: secret });
    expect(exit.code).toBe(1);
    expect(lines).toEqual(['The configuration is not valid:', '  - SERVER_SECRET is required in production']);
  });

  it('stop it with one line when the port is taken', async () => {
    const other = await ServerProcess.start({ database: 'shared' });
    try {
      const { exit, lines } = await refusal({
        SERVER_PORT: String(other.port),
        MONGODB_URI: 'mongodb://127.0.0.1:1',
      });
      expect(exit.code).toBe(1);
      expect(lines).toEqual([expect.stringMatching(/^listen EADDRINUSE.*127\.0\.0\.1:\d+$/)]);
    } finally {
      await other.stop();
    }
  });

  it('stop it with one line when another process has its data directory', async () => {
    const other = await ServerProcess.start();
    try {
      const { exit, lines } = await refusal({ DATA_DIR: other.dataDirectory });
      expect(exit.code).toBe(1);
      expect(lines).toEqual([expect.stringContaining(`is in use by another process (pid ${other.pid})`)]);
      expect(() => server.logLines()).not.toThrow();
    } finally {
      await other.stop();
    }
  });

  it('come from .env in the working directory, and from secret files', async () => {
    server = await ServerProcess.start({ env: { SERVER_SECRET: undefined }, until: 'nothing' });
    await server.exit;
    const secret = 'a-secret-from-a-file-of-its-own-in-the-directory';
    const path = join(server.directory, 'secret');
    await writeFile(path, `${secret}\n`);
    await writeFile(
      join(server.directory, '.env'),
      `SERVER_SECRET_FILE=${path}\nMONGODB_URI=mongodb://127.0.0.1:1\n`,
    );
    await server.startAgain({}, 'listening');
    const { status } = await server.client.with({ 'x-api-key': secret }).get('/service/storage/v1/things');
    expect(status).toBe(503);
  });

  it('generate a development secret once and keep it over restarts', async () => {
    const development = { NODE_ENV: 'development', SERVER_SECRET: undefined };
    server = await ServerProcess.start({ database: 'shared', env: development });
    const path = join(server.dataDirectory, 'server-secret');
    const secret = await readFile(path, 'utf8');
    expect(((await stat(path)).mode & 0o777).toString(8)).toBe('600');
    expect(server.stdout).toContain(`API key   ${secret}`);
    const { client } = server;
    expect((await client.with({ 'x-api-key': secret }).get('/service/storage/v1/things')).status).toBe(200);

    expect((await server.end()).code).toBe(0);
    await server.startAgain();
    expect(server.stdout).toContain(`API key   ${secret}`);
  });

  it('stop it when the generated secret cannot be kept', async () => {
    server = await ServerProcess.start({ env: { SERVER_SECRET: undefined }, until: 'nothing' });
    await server.exit;
    await writeFile(join(server.directory, 'occupied'), '');
    await chmod(join(server.directory, 'occupied'), 0o400);
    await server.startAgain(
      { NODE_ENV: 'development', DATA_DIR: join(server.directory, 'occupied') },
      'nothing',
    );
    expect((await server.exit).code).toBe(1);
    expect(server.stderr).toContain('DATA_DIR: the generated secret cannot be kept in');
  });
});
