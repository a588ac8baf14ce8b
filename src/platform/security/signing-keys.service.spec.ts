import { testConfig } from '../../../test/support/security-module.js';
import { SigningKeys } from './signing-keys.service.js';

const SECRET = 'another-secret-another-secret-another';

describe('SigningKeys', () => {
  const keys = new SigningKeys(testConfig());

  it('gives the same key for the same purpose, also in another process', () => {
    expect(keys.derive('user-token')).toBe(keys.derive('user-token'));
    expect(new SigningKeys(testConfig()).derive('user-token')).toBe(keys.derive('user-token'));
  });

  it('gives each purpose a key of its own', () => {
    expect(keys.derive('user-token')).not.toBe(keys.derive('application-token'));
  });

  it('changes every key with the secret', () => {
    const others = new SigningKeys(testConfig({ SERVER_SECRET: SECRET }));
    expect(others.derive('user-token')).not.toBe(keys.derive('user-token'));
  });

  it('never uses the secret itself, and has 256 bits', () => {
    const key = new SigningKeys(testConfig({ SERVER_SECRET: SECRET })).derive('user-token');
    expect(key).not.toContain(SECRET);
    expect(Buffer.from(key, 'base64url')).toHaveLength(32);
  });
});
