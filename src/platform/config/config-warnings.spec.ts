import { randomBytes } from 'node:crypto';
import { testConfig } from '../../../test/support/security-module.js';
import { plainConfig } from './plain-config.js';
import { configWarnings, isWeakSecret } from './config-warnings.js';

const STRONG = 'Zk3vQ8mW1xT6rY9bN4cJ7pL2gF5hD0sA';

describe('configWarnings', () => {
  const settingsIn = (env: Record<string, string>) =>
    configWarnings(testConfig({ SERVER_SECRET: STRONG, ...env })).map(({ setting }) => setting);

  it('has nothing to say of the defaults', () => {
    expect(settingsIn({})).toEqual([]);
    expect(settingsIn({ CORS_ORIGINS: 'https://a.example', TRUST_PROXY: '10.0.0.1' })).toEqual([]);
    expect(settingsIn({ BASE_URL: 'http://localhost:5000' })).toEqual([]);
  });

  it.each([
    ['CORS_ORIGINS', { CORS_ORIGINS: '*' }],
    ['CORS_ORIGINS', { CORS_ORIGINS: 'https://a.example,*' }],
    ['TRUST_PROXY', { TRUST_PROXY: 'true' }],
    ['SERVER_SECRET', { SERVER_SECRET: 'a'.repeat(40) }],
    ['BASE_URL', { BASE_URL: 'http://api.example', NODE_ENV: 'production', AUTH_BCRYPT_COST: '12' }],
  ])('warns of %s: %j', (setting, env) => {
    expect(settingsIn(env)).toEqual([setting]);
  });

  it.each([
    ['http://vault.example:8200', ['VAULT_ADDR']],
    ['http://127.0.0.1:8200', []],
    ['https://vault.example:8200', []],
  ])('knows whether secrets of %s travel in the clear', (address, settings) => {
    const secret = { value: 'Tz6Rk9Wq2Mv5Xc8Bn1Jh4Gd7Fs0Lp3Yt6UeKo' };
    const config = plainConfig(
      new Map([
        ['SERVER_SECRET', secret],
        ['VAULT_ADDR', { value: address }],
      ]),
    );
    expect(configWarnings(config).map(({ setting }) => setting)).toEqual(settings);
  });

  it('never says the secret', () => {
    const secret = 'changeme'.repeat(5);
    expect(JSON.stringify(configWarnings(testConfig({ SERVER_SECRET: secret })))).not.toContain(secret);
  });
});

describe('isWeakSecret', () => {
  it.each([
    'a'.repeat(32),
    'abcdefghijklmnop'.repeat(2),
    '0123456789'.repeat(4),
    'Zk3vQ8mW1xT6rY'.repeat(3).slice(0, 35),
    'my-very-own-secret-for-production-use',
    'correct-horse-Password-battery-staple',
    '1212121212343434343456565656567878',
  ])('knows %s', (secret) => {
    expect(isWeakSecret(secret)).toBe(true);
  });

  it('lets those pass that were drawn by lot, in whatever form', () => {
    for (let run = 0; run < 200; run += 1)
      for (const form of ['base64', 'base64url'] as const)
        expect(isWeakSecret(randomBytes(32).toString(form))).toBe(false);
    expect(isWeakSecret('9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08')).toBe(false);
  });
});
