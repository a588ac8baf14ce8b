import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../support/build.js';
import { ServerProcess } from '../support/server-process.js';
import { VAULT_PATH, VaultServer } from '../support/vault/vault-server.js';

const SECRET = 'Q7mZ-secret-of-the-server-Q7mZ-secret';

describe('npm run config -- show', () => {
  let vault: VaultServer;
  let directory: string;
  beforeAll(async () => {
    vault = await VaultServer.start();
    vault.put({ STRIPE_SECRET_KEY: 'sk_of_vault_Q7mZ', METRICS_KEY: 'Q7mZ-not-this-one', NOT_ONE: 1 });
  });
  afterAll(() => vault.stop());
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'coglex-show-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  const run = (args: string[], env: Record<string, string> = {}, command = 'config') =>
    new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
      const options = { cwd: directory, env: { PATH: process.env.PATH, ...env } };
      execFile(
        process.execPath,
        [join(ROOT, `dist/cli/${command}.js`), ...args],
        options,
        (error, stdout, stderr) => resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
      );
    });
  const rowOf = (stdout: string, name: string) =>
    stdout
      .split('\n')
      .find((line) => line.startsWith(`${name} `))
      ?.split(/ {2,}/);

  it('tells where each setting comes from, and no secret', async () => {
    await writeFile(join(directory, 'metrics'), 'Q7mZ-key-of-the-scraper\n');
    await writeFile(join(directory, '.env'), 'SMTP_HOST=mail.example.com\nSMTP_PASSWORD=Q7mZ-word\n');
    const { code, stdout, stderr } = await run(['show'], {
      ...vault.appRoleEnv(),
      SERVER_SECRET: SECRET,
      METRICS_KEY_FILE: join(directory, 'metrics'),
      OPENAI_BASE_URL: 'https://user:Q7mZ@models.example.com/v1',
      CORS_ORIGINS: 'https://a.example, https://b.example',
    });
    expect(code).toBe(0);
    expect(rowOf(stdout, 'SERVER_SECRET')).toEqual(['SERVER_SECRET', 'set', 'the environment']);
    expect(rowOf(stdout, 'METRICS_KEY')).toEqual([
      'METRICS_KEY',
      'set',
      `the file ${join(directory, 'metrics')}`,
    ]);
    expect(rowOf(stdout, 'STRIPE_SECRET_KEY')).toEqual([
      'STRIPE_SECRET_KEY',
      'set',
      `Vault, ${VAULT_PATH}, version 1`,
    ]);
    expect(rowOf(stdout, 'SMTP_HOST')).toEqual(['SMTP_HOST', 'mail.example.com', '.env']);
    expect(rowOf(stdout, 'SMTP_PASSWORD')).toEqual(['SMTP_PASSWORD', 'set', '.env']);
    expect(rowOf(stdout, 'SERVER_PORT')).toEqual(['SERVER_PORT', '5000', 'the default']);
    expect(rowOf(stdout, 'MONGODB_URI')).toEqual(['MONGODB_URI', 'not set', 'the default']);
    expect(rowOf(stdout, 'CORS_ORIGINS')?.[1]).toBe('https://a.example,https://b.example');
    expect(rowOf(stdout, 'OPENAI_BASE_URL')?.[1]).toBe('https://***@models.example.com/v1');
    expect(stderr).toBe('Vault has keys that are no settings: "NOT_ONE"\n');
    for (const hidden of ['Q7mZ', 'hvs.', 'secret-id-of-coglex'])
      expect(stdout + stderr).not.toContain(hidden);
    expect(vault.state.tokens.size).toBe(0);
  });

  it('tells it to programs as well, and writes nothing', async () => {
    const { code, stdout } = await run(['show', '--json'], {
      ...vault.appRoleEnv(),
      VAULT_ON_OUTAGE: 'last',
    });
    expect(code).toBe(0);
    const shown = JSON.parse(stdout) as { name: string }[];
    expect(shown).toContainEqual({
      name: 'SERVER_SECRET',
      is_set: true,
      secret: true,
      source: 'generated',
      from: 'generated into DATA_DIR',
      live: false,
    });
    expect(shown).toContainEqual({
      name: 'STRIPE_SECRET_KEY',
      is_set: true,
      secret: true,
      source: 'vault',
      from: `Vault, ${VAULT_PATH}, version 1`,
      live: true,
    });
    expect(await readdir(directory)).toEqual([]);
  });

  it('names all that is wrong, and exits with 1', async () => {
    const env = { SERVER_SECRET: 'short', SERVER_PORT: '70000', SMTP_PORT_FILE: '/none' };
    const { code, stdout, stderr } = await run(['show'], env);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr.split('\n').sort()).toEqual([
      '',
      '  - SERVER_PORT must not be greater than 65535 (from the environment)',
      '  - SERVER_SECRET must have at least 32 characters (from the environment)',
      '  - SMTP_PORT_FILE: the file cannot be read (ENOENT)',
      'The configuration is not valid:',
    ]);
  });

  it.each([[['shew']], [['show', 'more']], [['write', '--json']], [['--value']]])(
    'does not understand %j',
    async (args) => {
      const { code, stderr } = await run(args);
      expect({ code, stderr }).toEqual({
        code: 2,
        stderr: 'Usage: npm run config [-- write | show [--json]]\n',
      });
      expect(await readdir(directory)).toEqual([]);
    },
  );

  it('is not the only command that asks Vault', async () => {
    const env = { ...vault.appRoleEnv(), SERVER_SECRET: SECRET };
    vault.requests.length = 0;
    for (const [command, args] of [
      ['backup', [join(directory, 'copy')]],
      ['restore', [join(directory, 'none')]],
      ['audit', ['verify']],
    ] as const) {
      const { code, stderr } = await run([...args], { ...env, VAULT_PATH: 'secret/data/none' }, command);
      expect({ command, code, stderr }).toEqual({
        command,
        code: 1,
        stderr: expect.stringContaining('Vault has no secret at secret/data/none') as string,
      });
    }
  });
});

describe('a process with Vault', () => {
  it('ends with one clear line while Vault is away, and starts with the last values where it may', async () => {
    const vault = await VaultServer.start();
    vault.put({ SERVER_SECRET: SECRET, METRICS_KEY: 'Q7mZ-key' });
    const env = {
      ...vault.tokenEnv(),
      VAULT_ON_OUTAGE: 'last',
      VAULT_INTERVAL: '1',
      SECRETS_INTERVAL: '1',
      SERVER_SECRET: undefined,
      DEBUG: '*',
    };
    const server = await ServerProcess.start({ database: 'shared', env });
    try {
      const { client } = server;
      expect((await client.with({ 'x-api-key': SECRET }).get('/service/storage/v1/things')).status).toBe(200);
      await server.end();
      await vault.stop();
      await server.startAgain();
      const health = await server.anonymous.get<{ services: Record<string, string> }>('/health');
      expect(health.body.services.vault).toBe('unhealthy');
      expect(server.stdout).toContain('the server starts with the values that Vault had 0 min ago');
      await vault.startAgain();
      await server.waitFor(() => server.stdout.includes('Vault is back'));
      await server.end();
      for (const hidden of ['Q7mZ', 'hvs.']) expect(server.stdout + server.stderr).not.toContain(hidden);

      await vault.stop();
      await server.startAgain({ VAULT_ON_OUTAGE: 'refuse' }, 'nothing');
      expect(await server.exit).toEqual({ code: 1, signal: null });
      expect(server.stdout).toBe('');
      // DEBUG=* has other packages say something as well.
      expect(server.stderr).toContain(
        'The configuration is not valid:\n  - VAULT_ADDR: Vault cannot be reached (ECONNREFUSED) (from the environment)\n',
      );
      for (const hidden of ['Q7mZ', 'hvs.']) expect(server.stderr).not.toContain(hidden);
    } finally {
      await server.stop();
      await vault.stop();
    }
  });
});
