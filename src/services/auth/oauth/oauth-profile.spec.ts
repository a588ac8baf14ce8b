import { profileOf } from './oauth-profile.js';

const GOOGLE = { name: 'google', vouches: true };
const FACEBOOK = { name: 'facebook', vouches: false };
const ADA = { sub: '42', name: 'Ada', email: 'ada@example.com', email_verified: true };

describe('profileOf', () => {
  it('reads what OpenID Connect says', () => {
    expect(profileOf(GOOGLE, ADA)).toEqual({
      provider: 'google',
      identifier: '42',
      name: 'Ada',
      email: 'ada@example.com',
      verified: true,
    });
  });

  it.each([false, undefined, null, 'yes', 1, {}])('takes %j for an address that is not verified', (flag) => {
    expect(profileOf(GOOGLE, { ...ADA, email_verified: flag })).toMatchObject({ verified: false });
  });

  it('never takes the word of a provider that does not vouch', () => {
    expect(profileOf(FACEBOOK, { id: '42', email: 'a@example.com', email_verified: true })).toMatchObject({
      identifier: '42',
      email: 'a@example.com',
      verified: false,
    });
  });

  it.each([
    {},
    { sub: '' },
    { sub: ' ' },
    { sub: null },
    { sub: {} },
    { sub: ['42'] },
    { id: 0 },
    { id: -1 },
    { id: 1.5 },
    { sub: 'x'.repeat(257) },
    { error: 'invalid_token', sub: '42' },
  ])('makes nobody of %j', (body) => {
    expect(profileOf(GOOGLE, body as Record<string, unknown>)).toBeUndefined();
  });

  it.each([7, {}, 'no address', null])('leaves out the address %j', (email) => {
    expect(profileOf(GOOGLE, { ...ADA, email })).toMatchObject({ email: null, verified: false });
  });

  it('reads the primary address of a list, as GitHub has it', () => {
    const emails = [
      null,
      { email: 'old@example.com', primary: false, verified: true },
      { email: 'ada@example.com', primary: true, verified: true },
    ];
    expect(profileOf({ name: 'github', vouches: true }, { id: 42, login: 'ada' }, emails)).toMatchObject({
      identifier: '42',
      name: 'ada',
      email: 'ada@example.com',
      verified: true,
    });
  });
});
