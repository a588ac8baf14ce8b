import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SECRET_FILE } from './generated-secret.js';
import { ConfigError, loadConfig } from './load-config.js';

const SECRET = 'a-secret-that-is-long-enough-for-anything';

describe('loadConfig', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'coglex-config-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  const file = async (name: string, text: string) => {
    const path = join(directory, name);
    await writeFile(path, text);
    return path;
  };
  const load = (env: Record<string, string> = {}, dotenv: string | null = null) =>
    loadConfig({ env: { SERVER_SECRET: SECRET, DATA_DIR: directory, ...env }, dotenv });
  const problemsOf = (env: Record<string, string>, dotenv: string | null = null): readonly string[] => {
    try {
      load(env, dotenv);
    } catch (error) {
      if (error instanceof ConfigError) return error.problems;
      throw error;
    }
    return [];
  };

  it('has a default for everything but the secret', () => {
    const config = load();
    expect(config).toMatchObject({
      NODE_ENV: 'development',
      SERVER_HOST: '0.0.0.0',
      SERVER_PORT: 5000,
      SERVER_SESSION_LIFETIME: 691_200,
      MAX_CONTENT_LENGTH: 16_777_216,
      MONGODB_DATABASE: 'coglex',
      MONGODB_AUTH_COLLECTION: '_USERS',
      CORS_ORIGINS: [],
    });
    expect(config.baseUrl).toBe('http://127.0.0.1:5000');
    expect(config.isProduction).toBe(false);
  });

  it('reads numbers, sizes, times, flags, lists and addresses', () => {
    const config = load({
      SERVER_PORT: '8080',
      MAX_CONTENT_LENGTH: '2MB',
      SERVER_SESSION_LIFETIME: '12h',
      DOCS_ENABLED: 'off',
      CORS_ORIGINS: 'https://a.example, http://localhost:3000',
      TRUST_PROXY: '10.0.0.0/8,::1',
      BASE_URL: 'https://api.example.com/',
    });
    expect(config).toMatchObject({
      SERVER_PORT: 8080,
      MAX_CONTENT_LENGTH: 2 * 1024 ** 2,
      SERVER_SESSION_LIFETIME: 43_200,
      DOCS_ENABLED: false,
      CORS_ORIGINS: ['https://a.example', 'http://localhost:3000'],
      TRUST_PROXY: ['10.0.0.0/8', '::1'],
    });
    expect(config.baseUrl).toBe('https://api.example.com');
  });

  it('cannot be changed afterwards', () => {
    const config = load();
    expect(() => Object.assign(config, { SERVER_PORT: 1 })).toThrow(TypeError);
  });

  it('names every bad value at once, and none that is good', () => {
    const problems = problemsOf({
      NODE_ENV: 'staging',
      SERVER_PORT: 'http',
      SERVER_SECRET: 'short',
      SERVER_SESSION_LIFETIME: 'a while',
      BASE_URL: 'api.example.com',
      LOG_LEVEL: 'loud',
      MONGODB_URI: 'postgres://db',
      MONGODB_DATABASE: 'my/db',
      MONGODB_AUTH_COLLECTION: '$users',
      MAX_CONTENT_LENGTH: '65GB',
      CORS_ORIGINS: 'https://a.example/app',
      TRUST_PROXY: 'my-proxy',
      DOCS_ENABLED: 'maybe',
      STORAGE_DEFAULT_LIMIT: '2000',
      SERVER_HOST: '127.0.0.1',
    });
    expect([...problems].sort()).toEqual([
      'BASE_URL must be a URL address',
      'CORS_ORIGINS must hold origins such as https://app.example.com, without a path, or *',
      'DOCS_ENABLED must be a boolean value',
      'LOG_LEVEL must be one of the following values: fatal, error, warn, info, debug, trace, silent',
      'MAX_CONTENT_LENGTH must not be greater than 68719476736',
      'MONGODB_AUTH_COLLECTION must be a valid collection name',
      'MONGODB_DATABASE must be a valid database name',
      'MONGODB_URI is not a valid MongoDB connection string',
      'NODE_ENV must be one of the following values: development, production, test',
      'SERVER_PORT must be an integer number',
      'SERVER_SECRET must have at least 32 characters',
      'SERVER_SESSION_LIFETIME must be a time such as 8d',
      'STORAGE_DEFAULT_LIMIT must not be greater than STORAGE_MAX_LIMIT',
      'TRUST_PROXY must hold addresses and CIDRs, or be true',
    ]);
  });

  it('refuses limits that it cannot read, and those that limit nothing', () => {
    const problems = problemsOf({
      RATE_LIMIT_IP: '100',
      RATE_LIMIT_BAN: '1/2',
      RATE_LIMIT_STORAGE: '0/1',
      RATE_LIMIT_FOO: '1/1',
    });
    expect(problems).toHaveLength(4);
    for (const [at, name] of [
      'RATE_LIMIT_BAN must',
      'RATE_LIMIT_FOO limits nothing',
      'RATE_LIMIT_IP must',
      'RATE_LIMIT_STORAGE must',
    ].entries())
      expect([...problems].sort()[at]).toContain(name);
    expect(load({ RATE_LIMIT_FOO: '', RATE_LIMIT_IP: 'off' }).RATE_LIMIT_IP).toBe('off');
    expect(load({ RATE_LIMIT_STORAGE: '10/1m' }).RATE_LIMIT_STORAGE).toEqual({ count: 10, seconds: 60 });
  });

  it.each(['0', '65535'])('accepts the port %s', (port) => {
    expect(load({ SERVER_PORT: port }).SERVER_PORT).toBe(Number(port));
  });

  it.each(['-1', '65536', '80.5', '0x50', 'NaN', '1e3'])('refuses the port %s', (port) => {
    expect(problemsOf({ SERVER_PORT: port })).toEqual([expect.stringContaining('SERVER_PORT')]);
  });

  it.each([
    'mongodb://',
    'mongodb://host:port',
    'mongodb://user:p@ss@host',
    'mongodb://host/?maxPoolSize=many',
    'mongodb://host/?noSuchOption=1',
  ])('refuses the address %s without showing it', (uri) => {
    expect(problemsOf({ MONGODB_URI: uri })).toEqual([
      'MONGODB_URI is not a valid MongoDB connection string',
    ]);
  });

  it('refuses a secret that no header can carry', () => {
    for (const secret of [`${SECRET} `, ` ${SECRET}`, `${SECRET}é`, `${SECRET}\n${SECRET}`])
      expect(problemsOf({ SERVER_SECRET: secret })).toEqual([
        'SERVER_SECRET must be printable ASCII without spaces around it',
      ]);
  });

  describe('priority', () => {
    it('is .env before the default, the environment before .env, and a secret file before both', async () => {
      const dotenv = await file('.env', 'SERVER_PORT=1001\nSERVER_HOST=10.0.0.1\nDATA_DIR=/from-dotenv\n');
      const env = { SERVER_PORT: '1002', SERVER_PORT_FILE: await file('port', ' 1003\n') };
      const config = load(env, dotenv);
      expect(config).toMatchObject({ SERVER_PORT: 1003, SERVER_HOST: '10.0.0.1', DATA_DIR: directory });
    });

    it('takes an empty variable for none', async () => {
      const dotenv = await file('.env', 'SERVER_PORT=1001\nSERVER_HOST=\n');
      expect(load({ SERVER_PORT: '', BASE_URL: '', SERVER_PORT_FILE: '' }, dotenv)).toMatchObject({
        SERVER_PORT: 1001,
        SERVER_HOST: '0.0.0.0',
      });
    });

    it('reads secret files that .env names', async () => {
      const dotenv = await file('.env', `MONGODB_URI_FILE=${await file('uri', 'mongodb://db\n')}`);
      expect(load({}, dotenv).MONGODB_URI).toBe('mongodb://db');
    });

    it('names a secret file that cannot be read, and does not fall back', () => {
      const path = join(directory, 'missing');
      expect(problemsOf({ MONGODB_URI_FILE: path, SERVER_PORT: 'x' })).toEqual([
        'MONGODB_URI_FILE: the file cannot be read (ENOENT)',
        'SERVER_PORT must be an integer number',
      ]);
    });

    it('does without .env, but not with one that cannot be read', () => {
      expect(problemsOf({}, join(directory, 'none'))).toEqual([]);
      expect(problemsOf({}, directory)).toEqual([expect.stringContaining('EISDIR')]);
    });
  });

  describe('in production', () => {
    it('demands a secret and generates none', async () => {
      expect(problemsOf({ NODE_ENV: 'production', SERVER_SECRET: '' })).toEqual([
        'SERVER_SECRET is required in production',
      ]);
      await expect(stat(join(directory, SECRET_FILE))).rejects.toThrow('ENOENT');
    });

    it('refuses cheap password hashes', () => {
      const env = { NODE_ENV: 'production', AUTH_BCRYPT_COST: '11' };
      expect(problemsOf(env)).toEqual(['AUTH_BCRYPT_COST must not be less than 12 in production']);
    });
  });

  describe('the development secret', () => {
    it('is made once and kept for the owner alone', async () => {
      const first = load({ SERVER_SECRET: '' }).SERVER_SECRET;
      expect(first).toMatch(/^[\w-]{43}$/);
      expect(load({ SERVER_SECRET: '' }).SERVER_SECRET).toBe(first);
      const { mode } = await stat(join(directory, SECRET_FILE));
      expect((mode & 0o777).toString(8)).toBe('600');
    });

    it('makes the data directory for the owner alone', async () => {
      const path = join(directory, 'new', 'data');
      load({ SERVER_SECRET: '', DATA_DIR: path });
      expect(((await stat(path)).mode & 0o777).toString(8)).toBe('700');
    });

    it('gives way to one that is set', async () => {
      load({ SERVER_SECRET: '' });
      expect(load().SERVER_SECRET).toBe(SECRET);
      expect(await readFile(join(directory, SECRET_FILE), 'utf8')).not.toBe(SECRET);
    });

    it('is not made while another setting is wrong', async () => {
      problemsOf({ SERVER_SECRET: '', NODE_ENV: 'prod' });
      await expect(stat(join(directory, SECRET_FILE))).rejects.toThrow('ENOENT');
    });

    it('is refused when somebody has emptied its file', async () => {
      const path = await file(SECRET_FILE, '');
      expect(problemsOf({ SERVER_SECRET: '' })).toEqual([
        `${path}: SERVER_SECRET must have at least 32 characters`,
      ]);
    });

    it('says where it cannot be kept', async () => {
      const path = await file('not-a-directory', '');
      await chmod(path, 0o600);
      expect(problemsOf({ SERVER_SECRET: '', DATA_DIR: path })).toEqual([
        `DATA_DIR: the generated secret cannot be kept in ${path} (EEXIST)`,
      ]);
    });
  });
});
