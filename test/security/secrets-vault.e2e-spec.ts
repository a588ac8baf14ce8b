import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '../../src/platform/config/config-error.js';
import { ConfigSources } from '../../src/platform/config/config-sources.js';
import { VAULT_PATH, VaultServer, type SeenRequest } from '../support/vault/vault-server.js';

const SECRET = 'a-secret-that-is-long-enough-for-anything';
const HIDDEN = 'Q7mZ-that-nobody-may-see';

type Override = NonNullable<VaultServer['override']>;
type Answer = ReturnType<Override>;

const secret = (data: unknown): Answer => ({
  status: 200,
  body: { data: { data, metadata: { version: 1 } } },
});
/** JSON as it is sent: literals of JavaScript would set a prototype. */
const json = (text: string): Answer => ({ status: 200, raw: text });

describe('a Vault that is hostile, or none', () => {
  let vault: VaultServer;
  beforeEach(async () => {
    vault = await VaultServer.start();
    vault.put({ METRICS_KEY: HIDDEN });
  });
  afterEach(() => vault.stop());

  const open = async (env: Record<string, string> = {}) => {
    const base = {
      SERVER_SECRET: SECRET,
      DATA_DIR: '/nonexistent',
      VAULT_TIMEOUT_MS: '500',
      ...vault.tokenEnv(),
    };
    const sources = await ConfigSources.open({ env: { ...base, ...env }, dotenv: null, readOnly: true });
    await sources.close();
    return sources;
  };
  const refusal = async (answer: Answer | Override, env: Record<string, string> = {}): Promise<string> => {
    vault.override = (request) => {
      if (request.path !== VAULT_PATH) return undefined;
      return typeof answer === 'function' ? answer(request) : answer;
    };
    const error: unknown = await open(env).catch((thrown: unknown) => thrown);
    if (!(error instanceof ConfigError)) throw new Error('It was taken', { cause: error });
    const shown = `${error.message}\n${error.stack}`;
    for (const hidden of ['Q7mZ', 'hvs.', SECRET]) expect(shown).not.toContain(hidden);
    return error.problems.join();
  };

  const NO_SECRET = 'is no secret of KV version 2';
  it.each<[string, Answer, string]>([
    [
      'HTML',
      { status: 200, raw: `<h1>${HIDDEN}</h1>`, headers: { 'content-type': 'text/html' } },
      'is no Vault',
    ],
    ['nothing', { status: 200, raw: '' }, 'is no Vault'],
    ['half of JSON', json(`{"data": {"data": {"METRICS_KEY": "${HIDDEN}`), 'is no Vault'],
    ['null', json('null'), NO_SECRET],
    ['a list', json('[]'), NO_SECRET],
    ['text', json(`"${HIDDEN}"`), NO_SECRET],
    ['data that is null', json('{"data": null}'), NO_SECRET],
    ['data that is a list', secret([HIDDEN]), NO_SECRET],
    ['a secret of KV version 1', json(`{"data": {"METRICS_KEY": "${HIDDEN}"}}`), NO_SECRET],
    ['a page of a proxy', { status: 502, raw: `<h1>${HIDDEN}</h1>` }, 'Vault is in trouble (502)'],
    [
      'a refusal with what was sent',
      { status: 403, body: { errors: [HIDDEN] } },
      'does not let this token read',
    ],
    [
      'errors that are none',
      { status: 400, body: { errors: { 0: HIDDEN } } },
      'does not let this token read',
    ],
    ['another status', { status: 418, raw: HIDDEN }, 'Vault answers 418'],
  ])('is refused when it answers with %s', async (_what, answer, problem) => {
    expect(await refusal(answer)).toContain(problem);
  });

  it('cannot fill the memory', async () => {
    const huge = { status: 200, raw: Buffer.alloc(10 * 1024 * 1024, ' ') };
    expect(await refusal(huge)).toContain('Vault answers with more than 2 MB');
  });

  it('cannot hold up the start', async () => {
    vault.freeze();
    expect(await refusal(undefined)).toContain('Vault does not answer in time');
  });

  it('cannot reach prototypes, nor settings by their names', async () => {
    vault.override = ({ path }: SeenRequest) =>
      path === VAULT_PATH
        ? json(
            '{"data": {"data": {"__proto__": {"SMTP_HOST": "evil", "polluted": 1}, "constructor": {"prototype": {"polluted": 1}}, ' +
              '"baseUrl": "https://evil.example", "isProduction": false, "METRICS_KEY": "good"}, "__proto__": {"x": 1}}}',
          )
        : undefined;
    const { config, warnings } = await open();
    expect(config).toMatchObject({ METRICS_KEY: 'good', baseUrl: 'http://127.0.0.1:5000' });
    expect(config.SMTP_HOST).toBeUndefined();
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
    expect(Object.getPrototypeOf(config)).toBe(Object.getPrototypeOf(ConfigSources.fixed(config).config));
    expect(warnings).toEqual([
      'Vault has keys that are no settings: "__proto__", "constructor", "baseUrl", "isProduction"',
    ]);
  });

  it('cannot say where Vault is, nor where data is kept', async () => {
    const data = {
      VAULT_ADDR: 'http://evil.example',
      VAULT_TOKEN: 'x',
      DATA_DIR: '/etc',
      METRICS_KEY: 'good',
    };
    vault.override = ({ path }) => (path === VAULT_PATH ? secret(data) : undefined);
    const { config } = await open();
    expect(config).toMatchObject({ VAULT_ADDR: vault.url, DATA_DIR: '/nonexistent', METRICS_KEY: 'good' });
  });

  it('cannot write into the log what it likes', async () => {
    const data = Object.fromEntries(
      Array.from({ length: 50 }, (_, index) => [`\n\u001b[31m${'x'.repeat(500)}${index}`, 1]),
    );
    vault.override = ({ path }) =>
      path === VAULT_PATH
        ? secret({ ...data, SMTP_HOST: { deep: HIDDEN }, SMTP_USER: [HIDDEN], SMTP_PORT: null })
        : undefined;
    const { warnings } = await open();
    expect(warnings).toHaveLength(2);
    for (const warning of warnings) {
      expect(warning.length).toBeLessThan(1500);
      expect(warning).not.toMatch(/[\u0000-\u001f]/);
      expect(warning).not.toContain('Q7mZ');
    }
    expect(warnings[1]).toBe(
      'Vault has settings that are neither text nor numbers: "SMTP_HOST", "SMTP_USER", "SMTP_PORT"',
    );
  });

  it('cannot send the token elsewhere by a path', async () => {
    for (const path of [
      '../sys/data/x',
      'secret/data/../x',
      'secret/data/x?y=',
      'secret/data/x#',
      '/secret/data/x',
      'secret/data/a b',
    ])
      await expect(open({ VAULT_PATH: path })).rejects.toThrow('VAULT_PATH must be a path');
    expect(vault.requests).toEqual([]);
  });

  (existsSync('/usr/bin/openssl') ? describe : describe.skip)('over TLS', () => {
    let directory: string;
    let proxy: Server;
    let address: string;
    beforeEach(async () => {
      directory = await mkdtemp(join(tmpdir(), 'coglex-tls-'));
      const subject = ['-subj', '/CN=vault', '-addext', 'subjectAltName=IP:127.0.0.1'];
      const files = ['-keyout', join(directory, 'key'), '-out', join(directory, 'cert')];
      const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
      execFileSync('openssl', ['req', ...kind, ...subject, ...files], { stdio: 'ignore' });
      const [key, cert] = await Promise.all(['key', 'cert'].map((name) => readFile(join(directory, name))));
      proxy = createServer({ key, cert }, (request, response) => {
        void (async () => {
          const headers = { 'x-vault-token': String(request.headers['x-vault-token']) };
          const answer = await fetch(`${vault.url}${request.url}`, { headers, redirect: 'manual' });
          const location = answer.headers.get('location');
          response.writeHead(answer.status, location === null ? {} : { location });
          response.end(await answer.text());
        })();
      });
      await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
      address = `https://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    });
    afterEach(async () => {
      proxy.closeAllConnections();
      proxy.close();
      await rm(directory, { recursive: true, force: true });
    });

    it('is asked nothing unless its certificate is trusted, whatever the environment of its client says', async () => {
      const env = { VAULT_ADDR: address, VAULT_SKIP_VERIFY: 'true' };
      process.env.VAULT_SKIP_VERIFY = 'true';
      try {
        expect(await refusal(undefined, env)).toMatch(
          /certificate of Vault is not trusted \(\w+\): is VAULT_CACERT set/,
        );
      } finally {
        delete process.env.VAULT_SKIP_VERIFY;
      }
      expect(vault.requests).toEqual([]);
      vault.override = undefined;
      const { config } = await open({ ...env, VAULT_CACERT: join(directory, 'cert') });
      expect(config.METRICS_KEY).toBe(HIDDEN);
    });

    it('cannot redirect to an address without', async () => {
      const env = { VAULT_ADDR: address, VAULT_CACERT: join(directory, 'cert') };
      const away = { status: 307, headers: { location: `${vault.url}/v1/${VAULT_PATH}` } };
      expect(await refusal(away, env)).toContain('Vault redirects to an address without TLS');
    });
  });
});
