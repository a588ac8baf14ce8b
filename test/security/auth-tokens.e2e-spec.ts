import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { AuthService } from '../../src/services/auth/index.js';
import { SigningKeys } from '../../src/platform/security/signing-keys.service.js';
import { Tokens } from '../../src/platform/security/tokens.service.js';
import type { Problem } from '../support/api-client.js';
import { TEST_SECRET, TestApp } from '../support/test-app.js';
import { AUTH, TestUser } from '../support/test-user.js';

const base64url = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const decode = (part: string) =>
  JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;

/** A token made by hand, as an attacker would who knows a key. */
function forge(header: object, payload: object, key: string): string {
  const content = `${base64url(header)}.${base64url(payload)}`;
  return `${content}.${createHmac('sha256', key).update(content).digest('base64url')}`;
}

describe('user tokens through the API', () => {
  let app: TestApp;
  let ada: TestUser;
  let bob: TestUser;
  let key: string;
  let claims: Record<string, unknown>;

  beforeAll(async () => {
    app = await TestApp.start();
    [ada, bob] = [await TestUser.create(app), await TestUser.create(app)];
    key = app.nest.get(SigningKeys).derive('user-token');
    claims = decode(ada.token.split('.')[1]);
  });
  afterAll(() => app.stop());

  const HS256 = { alg: 'HS256', typ: 'JWT' };
  const use = (token: string) => app.client.as(token).get<Problem>(`${AUTH}/${ada.key}`);
  const refused = async (token: string) => {
    const { body, headers } = await use(token);
    expect(body).toMatchObject({ status: 401, code: 'token_invalid' });
    expect(headers.get('www-authenticate')).toContain('invalid_token');
  };

  it('the forgery of this test works when nothing is wrong with it', async () => {
    expect((await use(forge(HS256, claims, key))).status).toBe(200);
  });

  it('holds nothing but names and times', () => {
    const names = ['aud', 'collection', 'exp', 'gen', 'iat', 'iss', 'key', 'project', 'sid', 'sub'];
    expect(Object.keys(claims).sort()).toEqual(names);
    expect(decode(ada.token.split('.')[0])).toEqual(HS256);
  });

  it('alg none', async () => {
    for (const alg of ['none', 'None', 'NONE', '', null])
      for (const signature of ['', ada.token.split('.')[2]])
        await refused(`${base64url({ alg, typ: 'JWT' })}.${base64url(claims)}.${signature}`);
  });

  it('algorithm confusion: RS256 and ES256 of one’s own, and HS256 over a public key', async () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const content = `${base64url({ alg: 'RS256', typ: 'JWT' })}.${base64url(claims)}`;
    await refused(`${content}.${sign('sha256', Buffer.from(content), rsa.privateKey).toString('base64url')}`);
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const other = `${base64url({ alg: 'ES256', typ: 'JWT' })}.${base64url(claims)}`;
    await refused(`${other}.${sign('sha256', Buffer.from(other), ec.privateKey).toString('base64url')}`);
    await refused(forge(HS256, claims, rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString()));
  });

  it('signed with the API key, with nothing, or with the key of another purpose', async () => {
    for (const wrong of [TEST_SECRET, '', app.nest.get(SigningKeys).derive('application-token')])
      await refused(forge(HS256, claims, wrong));
    await refused(await app.nest.get(Tokens).sign({ ...claims }));
  });

  it('a key named by the token itself (kid, jwk, jku, x5c)', async () => {
    for (const header of [
      { kid: '../../../dev/null' },
      { kid: '/proc/sys/kernel/randomize_va_space' },
      { kid: "x' UNION SELECT 'mine' --" },
      { jwk: { kty: 'oct', k: Buffer.from('mine').toString('base64url') } },
      { jku: 'http://169.254.169.254/keys' },
      { x5c: ['mine'] },
    ])
      for (const mine of ['mine', '', '2\n']) await refused(forge({ ...HS256, ...header }, claims, mine));
  });

  it.each([
    ['unchecked issuer', { iss: 'somebody' }],
    ['unchecked audience', { aud: 'another-database' }],
    ['another collection', { collection: '_AUDITORS' }],
    ['expired', { exp: Math.floor(Date.now() / 1000) - 1 }],
    ['not valid yet', { nbf: Math.floor(Date.now() / 1000) + 3600 }],
    ['no end', { exp: undefined }],
    ['an end that is text', { exp: '9999999999' }],
    ['no issuer', { iss: undefined }],
    ['no audience', { aud: undefined }],
    ['no subject', { sub: undefined }],
    ['an operator for a subject', { sub: { $ne: null } }],
    ['no key', { key: undefined }],
    ['an operator for a key', { key: { $ne: null } }],
    ['no collection', { collection: undefined }],
    ['a list of collections', { collection: ['_USERS'] }],
    ['no session', { sid: undefined }],
    ['an operator for a session', { sid: { $ne: null } }],
    ['no generation', { gen: undefined }],
    ['a generation that is text', { gen: '0' }],
  ])('a well-signed token with %s', async (_name, change) => {
    await refused(forge(HS256, { ...claims, ...change }, key));
  });

  it('a token of one collection used in another', async () => {
    const auth = app.nest.get(AuthService);
    const auditor = { _key: ada.key, _password: 'trust but verify' };
    await auth.signUp(auditor, '_AUDITORS');
    await refused((await auth.signIn(auditor, '_AUDITORS')).token);
  });

  it('a token of one application used in another with the same secret', async () => {
    const other = await TestApp.start();
    try {
      const stranger = await TestUser.create(other);
      await refused(stranger.token);
      expect((await other.client.as(ada.token).get<Problem>(`${AUTH}/x`)).body.code).toBe('token_invalid');
    } finally {
      await other.stop();
    }
  });

  it('a token of somebody else, whose _id or key is exchanged', async () => {
    expect((await use(forge(HS256, { ...claims, sub: bob.id }, key))).status).toBe(404);
    expect((await use(forge(HS256, { ...claims, key: bob.key, sub: bob.id }, key))).status).toBe(404);
    expect((await bob.client.get(`${AUTH}/${ada.key}`)).status).toBe(404);
  });

  it('changed content under the old signature', async () => {
    const [head, , signature] = ada.token.split('.');
    await refused([head, base64url({ ...claims, sub: bob.id }), signature].join('.'));
    await refused(ada.token.slice(0, -2));
    await refused(`${ada.token}AA`);
    await refused(`${ada.token}.${signature}`);
  });

  it('a user token is no API key, and the API key no user token', async () => {
    const asKey = await app.anonymous.with({ 'x-api-key': ada.token }).get<Problem>(`${AUTH}/${ada.key}`);
    expect(asKey.body.code).toBe('api_key_invalid');
    const alone = await app.anonymous.as(ada.token).get<Problem>(`${AUTH}/${ada.key}`);
    expect(alone.body.code).toBe('api_key_required');
    await refused(TEST_SECRET);
  });

  describe('where the token stands', () => {
    const ask = (headers: Record<string, string>, path = ada.key) =>
      app.client.with(headers).get<Problem>(`${AUTH}/${path}`);

    it('the cookie limits like the header does', async () => {
      expect((await ask({ cookie: `Authorization=${ada.token}` })).status).toBe(200);
      expect((await ask({ cookie: `Authorization=Bearer%20${ada.token}` })).status).toBe(200);
      expect((await ask({ cookie: `Authorization=${bob.token}` })).status).toBe(404);
      expect((await ask({ cookie: 'Authorization=nonsense' })).body.code).toBe('token_invalid');
    });

    it('a bad header does not fall back to a good cookie', async () => {
      for (const authorization of [
        'Bearer nonsense',
        'Basic YWRhOmFkYQ==',
        'Bearer',
        ada.token,
        'Bearer a b',
      ])
        expect((await ask({ authorization, cookie: `Authorization=${ada.token}` })).body.code).toBe(
          'token_invalid',
        );
    });

    it('the header wins over the cookie of somebody else', async () => {
      const headers = { authorization: `Bearer ${ada.token}`, cookie: `Authorization=${bob.token}` };
      expect((await ask(headers)).status).toBe(200);
      expect((await ask(headers, bob.key)).status).toBe(404);
    });

    it('a token in the URL or the body is not looked at', async () => {
      const url = `${AUTH}/${ada.key}?access_token=${bob.token}&Authorization=${bob.token}&token=${bob.token}`;
      expect((await app.client.get(url)).status).toBe(200);
    });
  });
});
