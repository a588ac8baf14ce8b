import { VaultServer } from '../../../../../test/support/vault/vault-server.js';
import { VaultApi, type Credentials } from './vault-api.js';
import { VaultSession } from './vault-session.js';
import { createVaultTransport } from './vault-transport.js';

describe('VaultSession', () => {
  let vault: VaultServer;
  let api: VaultApi;
  let now: number;
  let credentials: Credentials;
  beforeEach(async () => {
    vault = await VaultServer.start();
    vault.appRoleEnv();
    credentials = { by: 'approle', roleId: 'role-of-coglex', secretId: 'secret-id-of-coglex' };
    now = Date.now();
    api = new VaultApi({ address: vault.url }, createVaultTransport({ timeoutMs: 5000 }));
  });
  afterEach(async () => {
    await api.close();
    await vault.stop();
  });

  const session = () =>
    new VaultSession(
      api,
      () => credentials,
      () => now,
    );
  const asked = () => vault.requests.splice(0).map(({ path }) => path);

  it('renews a token after two thirds of its life, and not before', async () => {
    const one = session();
    expect(one.isDue).toBe(true);
    await one.ensure();
    expect(asked()).toEqual(['auth/approle/login']);
    now += 2390_000;
    expect(one.isDue).toBe(false);
    await one.ensure();
    expect(asked()).toEqual([]);
    now += 20_000;
    expect(one.isDue).toBe(true);
    await one.ensure();
    expect(asked()).toEqual(['auth/token/renew-self']);
    expect(one.isDue).toBe(false);
  });

  it('logs in anew when a renewal gives much less, is refused, or cannot be', async () => {
    const one = session();
    await one.ensure();
    // Vault gives what is left of the longest life.
    for (const token of vault.state.tokens.values()) token.ends = Date.now() + 600_000;
    now += 2500_000;
    await one.ensure();
    now += 500_000;
    await one.ensure();
    expect(asked()).toEqual(['auth/approle/login', 'auth/token/renew-self', 'auth/approle/login']);

    for (const token of vault.state.tokens.values()) token.renewable = false;
    now += 2500_000;
    await one.ensure();
    expect(asked()).toEqual(['auth/token/renew-self', 'auth/approle/login']);

    vault.state.terms = { ttl: 60, renewable: false, maxTtl: 60 };
    now += 2500_000;
    vault.state.tokens.clear();
    await one.ensure();
    now += 50_000;
    await one.ensure();
    expect(asked()).toEqual(['auth/token/renew-self', 'auth/approle/login', 'auth/approle/login']);
  });

  it('goes on with a token that is good while Vault is away', async () => {
    const one = session();
    await one.ensure();
    now += 2500_000;
    await vault.stop();
    await expect(one.ensure()).rejects.toMatchObject({ failure: 'away' });
    await vault.startAgain();
    await one.ensure();
    expect(asked()).toEqual(['auth/approle/login', 'auth/token/renew-self']);
  });

  it('looks at a token that it was given, renews it, and never revokes it', async () => {
    const { text } = vault.state.createToken({ ttl: 60 });
    credentials = { by: 'token', token: text };
    const one = session();
    await one.ensure();
    now += 50_000;
    await one.ensure();
    await one.end();
    expect(asked()).toEqual(['auth/token/lookup-self', 'auth/token/renew-self']);
    expect(vault.state.tokens.has(text)).toBe(true);
  });

  it.each([
    ['has no end', { ttl: 0 }],
    ['cannot be renewed', { ttl: 60, renewable: false }],
  ])('leaves a token alone that %s', async (_how, terms) => {
    credentials = { by: 'token', token: vault.state.createToken(terms).text };
    const one = session();
    await one.ensure();
    now += 10 ** 9;
    expect(one.isDue).toBe(false);
    await one.ensure();
    expect(asked()).toEqual(['auth/token/lookup-self']);
  });

  it('logs in anew with other credentials, at once', async () => {
    const one = session();
    await one.ensure();
    expect(one.hasNewCredentials).toBe(false);
    vault.state.roles.set('another-role', '');
    credentials = { by: 'approle', roleId: 'another-role' };
    expect(one.isDue).toBe(true);
    await one.ensure();
    expect(one.hasNewCredentials).toBe(false);
    expect(asked()).toEqual(['auth/approle/login', 'auth/approle/login']);
  });
});
