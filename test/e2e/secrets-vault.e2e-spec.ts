import { TestApp, type LogLine } from '../support/test-app.js';
import { eventually, until } from '../support/until.js';
import { VAULT_PATH, VaultServer } from '../support/vault/vault-server.js';

const ENV = { LOG_LEVEL: 'info', SECRETS_INTERVAL: '1', VAULT_INTERVAL: '1', VAULT_TIMEOUT_MS: '500' };

describe('Vault under a server that runs', () => {
  const log: LogLine[] = [];
  let vault: VaultServer;
  let app: TestApp;

  const scrape = async (key: string) =>
    (await fetch(`${app.url}/metrics`, { headers: { authorization: `Bearer ${key}` } })).status;
  const comesToUse = (key: string) =>
    eventually(
      () => scrape(key),
      (status) => status === 200,
    );
  const health = async () =>
    (await app.anonymous.get<{ services: Record<string, string> }>('/health')).body.services.vault;
  const said = (text: string) => log.filter(({ msg }) => msg.includes(text));

  beforeAll(async () => {
    vault = await VaultServer.start();
    // The shortest life that leaves room for a renewal between two looks; one renewal, and then an end.
    vault.state.terms = { ttl: 6, renewable: true, maxTtl: 8 };
    vault.put({ METRICS_KEY: 'key-of-version-1', THIS_IS_NONE: 'a value', __proto__x: 1, VAULT_TOKEN: 'x' });
    app = await TestApp.start({ env: { ...ENV, ...vault.appRoleEnv() }, onLog: (line) => log.push(line) });
  });
  afterAll(async () => {
    await app.stop();
    await vault.stop();
  });

  it('supplies settings, and is warned of what is none', async () => {
    expect(await scrape('key-of-version-1')).toBe(200);
    const { body } = await app.client.get<{ settings: { name: string }[] }>('/service/operations/v1/secrets');
    expect(body.settings).toContainEqual({
      name: 'METRICS_KEY',
      is_set: true,
      source: 'vault',
      live: true,
      awaits_restart: false,
    });
    expect(said('no settings').map(({ msg }) => msg)).toEqual([
      'Vault has keys that are no settings: "THIS_IS_NONE", "__proto__x"',
    ]);
    expect(said('cannot come from it').map(({ msg }) => msg)).toEqual([
      'Vault has settings that cannot come from it: "VAULT_TOKEN"',
    ]);
    expect(await health()).toBe('healthy');
  });

  it('is asked for new versions, and what changed is used', async () => {
    vault.put({ METRICS_KEY: 'key-of-version-2' });
    await comesToUse('key-of-version-2');
    expect(await scrape('key-of-version-1')).toBe(401);
  });

  it('is asked at once when an operator says so', async () => {
    vault.put({ METRICS_KEY: 'key-of-version-3' });
    expect((await app.client.post('/service/operations/v1/secrets/reload')).status).toBe(200);
    expect(await scrape('key-of-version-3')).toBe(200);
  });

  it('renews its token before it ends, and gives a new one when it renews no longer', async () => {
    const count = (path: string) => vault.requests.filter((request) => request.path === path).length;
    await until(() => count('auth/token/renew-self') > 0 && count('auth/approle/login') > 1);
    vault.put({ METRICS_KEY: 'key-of-version-4' });
    await comesToUse('key-of-version-4');
  });

  it('gives a new token when all are revoked', async () => {
    vault.state.tokens.clear();
    vault.put({ METRICS_KEY: 'key-of-version-5' });
    await comesToUse('key-of-version-5');
    expect(said('Vault supplies nothing')).toEqual([]);
  });

  it.each([
    ['is stopped', () => vault.stop(), () => vault.startAgain()],
    ['is sealed', () => (vault.sealed = true), () => (vault.sealed = false)],
    ['answers nothing', () => vault.freeze(), () => vault.thaw()],
  ])('is missed by nobody while it %s, and is back by itself', async (what, leaves, returns) => {
    log.length = 0;
    await Promise.resolve(leaves());
    await until(async () => said('Vault is away').length > 0 && (await health()) === 'unhealthy');
    expect(await scrape('key-of-version-5')).toBe(200);
    expect((await app.anonymous.get('/health/ready')).status).toBe(200);
    await app.client.post('/service/operations/v1/secrets/reload');
    await Promise.resolve(returns());
    await until(async () => said('Vault is back').length > 0 && (await health()) === 'healthy');
    expect(said('Vault is away')).toHaveLength(1);
    if (what === 'is sealed') expect(said('Vault is away')[0].problem).toBe('Vault is sealed');
  });

  it('keeps what it has when a new value is bad, or the secret is gone', async () => {
    log.length = 0;
    vault.put({ METRICS_KEY: 'key-of-version-5', STRIPE_WEBHOOK_SECRET: 'short' });
    await until(() => said('was refused').length > 0);
    expect(said('was refused')[0].problem).toMatch(
      /^STRIPE_WEBHOOK_SECRET must hold .* \(from Vault, secret\/data\/coglex, version \d+\)$/,
    );
    vault.put(null);
    await until(() => said('Vault supplies nothing').length > 0);
    expect(said('Vault supplies nothing')[0].problem).toContain(`no secret at ${VAULT_PATH}`);
    expect(await scrape('key-of-version-5')).toBe(200);
    expect(await health()).toBe('unhealthy');
    vault.put({ METRICS_KEY: 'key-of-version-6' });
    await comesToUse('key-of-version-6');
  });

  it('leaves no secret and no token in the log', () => {
    const text = JSON.stringify(log);
    for (const hidden of ['key-of-version', 'hvs.', 'secret-id-of-coglex'])
      expect(text).not.toContain(hidden);
  });
});

describe('without Vault', () => {
  it('the health says so', async () => {
    const app = await TestApp.start();
    const { body } = await app.anonymous.get<{ services: Record<string, string> }>('/health');
    expect(body.services.vault).toBe('not_configured');
    await app.stop();
  });
});
