import { readProviders } from './oauth-providers.js';

const OKTA = { name: 'okta', client_id: 'id', client_secret: 'hidden', issuer: 'https://okta.example.com' };

describe('readProviders', () => {
  it('reads issuers and addresses', () => {
    const own = {
      name: 'own-one',
      client_id: 'id',
      client_secret: 'hidden',
      authorization_url: 'https://id.example.com/authorize',
      token_url: 'https://id.example.com/token',
      userinfo_url: 'https://id.example.com/me',
      scope: 'read',
    };
    expect(readProviders(JSON.stringify([OKTA, own]))).toEqual([OKTA, own]);
    expect(readProviders('[]')).toEqual([]);
  });

  it.each([
    ['nonsense', 'valid JSON'],
    ['{}', 'list'],
    ['[null]', 'object'],
    [JSON.stringify([{ ...OKTA, name: undefined }]), 'needs name'],
    [JSON.stringify([{ ...OKTA, name: 'O K' }]), 'name must'],
    [JSON.stringify([{ ...OKTA, issuer: 'file:///etc/passwd' }]), 'issuer must'],
    [JSON.stringify([{ ...OKTA, issuer: undefined }]), 'needs issuer'],
    [JSON.stringify([{ ...OKTA, client_secret: 7 }]), 'client_secret must'],
    [JSON.stringify([{ ...OKTA, more: 'x' }]), 'nobody knows'],
  ])('refuses %s, and shows no secret', (text, why) => {
    const read = () => readProviders(text);
    expect(read).toThrow(why);
    expect(read).not.toThrow('hidden');
  });
});
