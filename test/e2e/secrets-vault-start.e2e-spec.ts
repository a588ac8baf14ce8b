import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '../../src/platform/config/config-error.js';
import { ConfigSources } from '../../src/platform/config/config-sources.js';
import { VAULT_PATH, VaultServer } from '../support/vault/vault-server.js';

const SECRET = 'a-secret-that-is-long-enough-for-anything';
const KEY = 'scraper-key-that-stands-in-vault';

describe('a start with Vault', () => {
  let vault: VaultServer;
  let directory: string;
  const opened: ConfigSources[] = [];

  beforeEach(async () => {
    vault = await VaultServer.start();
    vault.put({ METRICS_KEY: KEY });
    directory = await mkdtemp(join(tmpdir(), 'coglex-vault-'));
  });
  afterEach(async () => {
    for (const sources of opened.splice(0)) await sources.close();
    await vault.stop();
    await rm(directory, { recursive: true, force: true });
  });

  const open = async (env: Record<string, string>) => {
    const base = { SERVER_SECRET: SECRET, DATA_DIR: directory, VAULT_TIMEOUT_MS: '300' };
    const sources = await ConfigSources.open({ env: { ...base, ...env }, dotenv: null });
    opened.push(sources);
    return sources;
  };
  const problemsOf = async (env: Record<string, string>): Promise<readonly string[]> => {
    const error: unknown = await open(env).catch((thrown: unknown) => thrown);
    if (!(error instanceof ConfigError)) throw error;
    for (const hidden of ['hvs.', 'secret-id-of-coglex', KEY, SECRET])
      expect(error.message).not.toContain(hidden);
    return error.problems;
  };
  const file = async (name: string, text: string) => {
    await writeFile(join(directory, name), text);
    return join(directory, name);
  };

  it('takes files before Vault, Vault before the environment, and that before defaults', async () => {
    vault.put({ METRICS_KEY: KEY, SMTP_PASSWORD: 'from vault', STORAGE_MAX_INSERT: 7, DOCS_ENABLED: false });
    const { config, live, warnings } = await open({
      ...vault.tokenEnv(),
      METRICS_KEY_FILE: await file('key', 'from the file'),
      METRICS_KEY: 'from the environment',
      SMTP_PASSWORD: 'from the environment',
      SMTP_USER: 'from the environment',
    });
    expect(config).toMatchObject({
      METRICS_KEY: 'from the file',
      SMTP_PASSWORD: 'from vault',
      SMTP_USER: 'from the environment',
      STORAGE_MAX_INSERT: 7,
      DOCS_ENABLED: false,
      SMTP_PORT: 587,
    });
    const names = ['METRICS_KEY', 'SMTP_PASSWORD', 'SMTP_USER', 'SMTP_PORT'];
    expect(names.map((name) => live.origin(name))).toEqual(['file', 'vault', 'environment', 'default']);
    expect(live.from('SMTP_PASSWORD')).toBe(`Vault, ${VAULT_PATH}, version 2`);
    expect(warnings).toEqual([]);
  });

  it('can do without a secret of its own in production when Vault has it', async () => {
    vault.put({ SERVER_SECRET: SECRET });
    const { config } = await open({ ...vault.tokenEnv(), SERVER_SECRET: '', NODE_ENV: 'production' });
    expect(config.SERVER_SECRET).toBe(SECRET);
  });

  it('logs in by AppRole, and gives its token back at the end', async () => {
    const { config } = await open(vault.appRoleEnv());
    expect(config.METRICS_KEY).toBe(KEY);
    expect(vault.state.tokens.size).toBe(1);
    await opened.pop()?.close();
    expect(vault.state.tokens.size).toBe(0);
  });

  it('logs in by Kubernetes with the token of the service account', async () => {
    vault.state.accounts.set('coglex', 'jwt-of-the-account');
    const path = await file('jwt', 'jwt-of-the-account\n');
    const env = { VAULT_ADDR: vault.url, VAULT_K8S_ROLE: 'coglex', VAULT_K8S_TOKEN_PATH: path };
    expect((await open(env)).config.METRICS_KEY).toBe(KEY);
    await file('jwt', 'another one');
    expect(await problemsOf(env)).toEqual([
      'VAULT_ADDR: Vault refuses the login by Kubernetes: VAULT_K8S_ROLE does not fit the service account (403)',
    ]);
    await rm(path);
    expect(await problemsOf(env)).toEqual([
      'VAULT_ADDR: VAULT_K8S_TOKEN_PATH: the file cannot be read (ENOENT)',
    ]);
  });

  it('takes what it logs in with from files, and names its namespace', async () => {
    const { VAULT_TOKEN: token, ...env } = vault.tokenEnv();
    await open({ ...env, VAULT_TOKEN_FILE: await file('token', token), VAULT_NAMESPACE: 'team/a' });
    expect(vault.requests.at(-1)).toMatchObject({ path: VAULT_PATH, token, namespace: 'team/a' });
  });

  it('follows a standby to the active node, once', async () => {
    const standby = createServer((request, response) => {
      response.writeHead(307, { location: `${vault.url}${request.url}` }).end();
    });
    await new Promise<void>((resolve) => standby.listen(0, '127.0.0.1', resolve));
    const address = `http://127.0.0.1:${(standby.address() as AddressInfo).port}`;
    try {
      expect((await open({ ...vault.appRoleEnv(), VAULT_ADDR: address })).config.METRICS_KEY).toBe(KEY);
      vault.override = ({ path }) => ({ status: 307, headers: { location: `${address}/v1/${path}` } });
      expect(await problemsOf({ ...vault.appRoleEnv(), VAULT_ADDR: address })).toEqual([
        'VAULT_ADDR: Vault answers 307: is VAULT_ADDR the address of a Vault?',
      ]);
    } finally {
      standby.closeAllConnections();
      standby.close();
    }
  });

  it('names all that is wrong with what Vault has, and with the rest', async () => {
    vault.put({ SERVER_PORT: 70_000, STRIPE_WEBHOOK_SECRET: 'short', SMTP_PORT: 25 });
    const error = (await open({ ...vault.tokenEnv(), SMTP_PORT: 'x', LOG_LEVEL: 'loud' }).catch(
      (thrown: unknown) => thrown,
    )) as ConfigError;
    expect(error.message.split('\n').slice(1).sort()).toEqual([
      expect.stringMatching(/^ {2}- LOG_LEVEL must be one of .* \(from the environment\)$/),
      `  - SERVER_PORT must not be greater than 65535 (from Vault, ${VAULT_PATH}, version 2)`,
      `  - STRIPE_WEBHOOK_SECRET must hold secrets of at least 8 characters (from Vault, ${VAULT_PATH}, version 2)`,
    ]);
  });

  it('asks nothing while the settings of this machine are wrong', async () => {
    const env = vault.tokenEnv();
    expect(await problemsOf({ ...env, VAULT_PATH: 'secret/coglex', SERVER_PORT: 'x' })).toEqual([
      'VAULT_PATH must be a path of the API such as secret/data/coglex',
      'SERVER_PORT must be an integer number',
    ]);
    expect(await problemsOf({ ...env, VAULT_ROLE_ID: 'role' })).toEqual([
      'VAULT_ADDR needs one of VAULT_TOKEN and VAULT_ROLE_ID, not both',
    ]);
    expect(await problemsOf({ VAULT_ADDR: vault.url, VAULT_SECRET_ID: 'secret-id-of-coglex' })).toEqual([
      'VAULT_ADDR needs VAULT_TOKEN, VAULT_ROLE_ID or VAULT_K8S_ROLE',
      'VAULT_SECRET_ID needs VAULT_ROLE_ID',
    ]);
    expect(await problemsOf({ ...env, VAULT_ADDR: 'https://user:hvs.word@vault.example.com' })).toEqual([
      'VAULT_ADDR must hold neither a user nor a query',
    ]);
    expect(await problemsOf({ ...env, VAULT_CACERT: join(directory, 'none') })).toEqual([
      'VAULT_CACERT: the file cannot be read (ENOENT)',
    ]);
    expect(vault.requests).toEqual([]);
  });

  it('names what is wrong on this machine when Vault is away', async () => {
    await vault.stop();
    expect(await problemsOf({ ...vault.tokenEnv(), SERVER_PORT: 'x', METRICS_KEY_FILE: '/none' })).toEqual([
      'VAULT_ADDR: Vault cannot be reached (ECONNREFUSED)',
      'METRICS_KEY_FILE: the file cannot be read (ENOENT)',
      'SERVER_PORT must be an integer number',
    ]);
  });

  describe('is refused in plain words', () => {
    it.each([
      ['is stopped', () => vault.stop(), 'Vault cannot be reached (ECONNREFUSED)'],
      ['is sealed', () => (vault.sealed = true), 'Vault is sealed'],
      ['never answers', () => vault.freeze(), 'Vault does not answer in time'],
      [
        'has no such secret',
        () => vault.state.secrets.clear(),
        `Vault has no secret at ${VAULT_PATH}, or it was deleted (404)`,
      ],
      [
        'has deleted it',
        () => vault.put(null),
        `Vault has no secret at ${VAULT_PATH}, or it was deleted (404)`,
      ],
      [
        'knows no such token',
        () => vault.state.tokens.clear(),
        'Vault refuses VAULT_TOKEN: it is wrong, expired or revoked (403)',
      ],
    ])('when Vault %s', async (_what, happens, message) => {
      const env = vault.tokenEnv();
      await Promise.resolve(happens());
      expect(await problemsOf(env)).toEqual([`VAULT_ADDR: ${message}`]);
    });

    it('when the secret id is wrong, or the login is elsewhere', async () => {
      const env = vault.appRoleEnv();
      expect(await problemsOf({ ...env, VAULT_SECRET_ID: 'wrong' })).toEqual([
        'VAULT_ADDR: Vault refuses the login by AppRole: VAULT_ROLE_ID or VAULT_SECRET_ID is wrong, expired or used up (400)',
      ]);
      expect(await problemsOf({ ...env, VAULT_AUTH_MOUNT: 'team/approle' })).toEqual([
        'VAULT_ADDR: There is no login by approle at this place of Vault (404)',
      ]);
    });

    it('when the token may not read the secret', async () => {
      expect(await problemsOf({ ...vault.appRoleEnv(), VAULT_PATH: 'other/data/coglex' })).toEqual([
        'VAULT_ADDR: Vault does not let this token read other/data/coglex (403)',
      ]);
    });

    it('after some attempts, for Vault may be about to start', async () => {
      const env = vault.tokenEnv();
      let refused = 2;
      vault.override = () => (refused-- > 0 ? { status: 503, body: { errors: [] } } : undefined);
      expect((await open(env)).config.METRICS_KEY).toBe(KEY);
    });
  });

  describe('while Vault is away, with VAULT_ON_OUTAGE=last', () => {
    const cache = () => join(directory, 'vault-cache');
    const lastEnv = () => ({ ...vault.appRoleEnv(), SERVER_SECRET: '', VAULT_ON_OUTAGE: 'last' });

    it('goes on with the last values, which nobody can read without what the operator supplies', async () => {
      vault.put({ METRICS_KEY: KEY, SERVER_SECRET: SECRET });
      await open(lastEnv());
      expect(((await stat(cache())).mode & 0o777).toString(8)).toBe('600');
      const kept = await readFile(cache(), 'latin1');
      for (const hidden of [
        KEY,
        SECRET,
        'METRICS_KEY',
        'secret-id-of-coglex',
        Buffer.from(KEY).toString('base64url'),
      ])
        expect(kept).not.toContain(hidden);

      await vault.stop();
      const { config, warnings, live } = await open(lastEnv());
      expect(config).toMatchObject({ METRICS_KEY: KEY, SERVER_SECRET: SECRET });
      expect(warnings).toEqual([
        'Vault cannot be reached (ECONNREFUSED): the server starts with the values that Vault had 0 min ago, kept in DATA_DIR/vault-cache',
      ]);
      expect(live.from('METRICS_KEY')).toBe(`Vault, ${VAULT_PATH}, version 2, kept 0 min ago`);
    });

    it.each([
      ['under another secret id', () => ({ VAULT_SECRET_ID: 'another' })],
      ['under another secret', () => ({ SERVER_SECRET: SECRET })],
      ['for another secret of Vault', () => ({ VAULT_PATH: 'secret/data/other' })],
    ])('refuses values that were kept %s', async (_how, other) => {
      await open(lastEnv());
      await vault.stop();
      expect(await problemsOf({ ...lastEnv(), ...other() })).toEqual([
        'VAULT_ADDR: Vault cannot be reached (ECONNREFUSED); DATA_DIR/vault-cache is missing, or was kept for another Vault or under another secret',
      ]);
    });

    it.each(['', 'nonsense', 'coglex-vault-cache-1.a.b.c.d'])('refuses a cache of %j', async (text) => {
      await open(lastEnv());
      await writeFile(cache(), text);
      await vault.stop();
      expect(await problemsOf(lastEnv())).toEqual([expect.stringContaining('vault-cache is missing, or')]);
    });

    it('refuses a cache that somebody has changed by one bit', async () => {
      await open(lastEnv());
      const parts = (await readFile(cache(), 'latin1')).split('.');
      for (const index of [1, 2, 3, 4]) {
        const bytes = Buffer.from(parts[index], 'base64url');
        bytes[0] ^= 1;
        await writeFile(cache(), parts.with(index, bytes.toString('base64url')).join('.'));
        await vault.stop();
        expect(await problemsOf(lastEnv())).toEqual([expect.stringContaining('vault-cache is missing, or')]);
        await vault.startAgain();
      }
    });

    it('is no way round a Vault that refuses', async () => {
      const env = lastEnv();
      await open(env);
      vault.state.roles.clear();
      expect(await problemsOf(env)).toEqual([
        expect.stringMatching(/refuses the login by AppRole.*; VAULT_ON_OUTAGE=last is for outages alone$/),
      ]);
    });

    it('needs something to encrypt with that outlives a restart and is not in the directory', async () => {
      vault.state.accounts.set('coglex', 'jwt');
      const kubernetes = {
        VAULT_ADDR: vault.url,
        VAULT_K8S_ROLE: 'coglex',
        VAULT_K8S_TOKEN_PATH: await file('jwt', 'jwt'),
        VAULT_ON_OUTAGE: 'last',
      };
      expect(await problemsOf({ ...kubernetes, SERVER_SECRET: '' })).toEqual([
        expect.stringContaining('VAULT_ON_OUTAGE=last needs a secret to encrypt'),
      ]);
      await open(kubernetes);
      await vault.stop();
      expect((await open(kubernetes)).config.METRICS_KEY).toBe(KEY);
    });

    it('leaves nothing behind once it is not wanted any more', async () => {
      await open(lastEnv());
      await open({ ...lastEnv(), SERVER_SECRET: SECRET, VAULT_ON_OUTAGE: 'refuse' });
      await expect(stat(cache())).rejects.toThrow('ENOENT');
    });

    it('goes on without a cache where none can be written, and says so', async () => {
      await writeFile(join(directory, 'occupied'), '');
      const { warnings } = await open({
        ...lastEnv(),
        SERVER_SECRET: SECRET,
        DATA_DIR: join(directory, 'occupied'),
      });
      expect(warnings).toEqual(['The values of Vault cannot be kept in DATA_DIR/vault-cache (EEXIST)']);
    });
  });
});
