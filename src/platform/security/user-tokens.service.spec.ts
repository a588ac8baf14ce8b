import { generateKeyPairSync } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { JwtService, type JwtSignOptions } from '@nestjs/jwt';
import { createSecurityModule } from '../../../test/support/security-module.js';
import { SigningKeys } from './signing-keys.service.js';
import { UserTokens } from './user-tokens.service.js';

const ADA = {
  id: '65f000000000000000000001',
  key: 'ada@example.com',
  collection: '_USERS',
  project: 'default',
  session: '65f0000000000000000000a1',
  generation: 3,
};
const CLAIMS = {
  key: ADA.key,
  collection: ADA.collection,
  project: ADA.project,
  sid: ADA.session,
  gen: ADA.generation,
};
const base64url = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('UserTokens', () => {
  let tokens: UserTokens;
  let jwt: JwtService;
  let secret: string;
  let complete: JwtSignOptions;

  beforeAll(async () => {
    const module = await createSecurityModule({ env: { AUTH_TOKEN_LIFETIME: '2h' } });
    tokens = module.get(UserTokens);
    jwt = module.get(JwtService, { strict: false });
    secret = module.get(SigningKeys).derive('user-token');
    complete = {
      secret,
      algorithm: 'HS256',
      issuer: 'coglex',
      audience: 'coglex',
      subject: ADA.id,
      expiresIn: 60,
    };
  });

  const refused = (token: string, collection = '_USERS') =>
    expect(tokens.verify(token, collection)).rejects.toMatchObject({
      code: 'token_invalid',
      headers: { 'WWW-Authenticate': expect.stringContaining('invalid_token') as string },
    });

  it('names the user whom the token was issued for', async () => {
    expect(await tokens.verify(await tokens.issue(ADA), '_USERS')).toEqual(ADA);
  });

  it('issues tokens that live for AUTH_TOKEN_LIFETIME', async () => {
    const { exp, iat } = jwt.decode<{ exp: number; iat: number }>(await tokens.issue(ADA));
    expect(tokens.lifetime).toBe(7200);
    expect(exp - iat).toBe(7200);
  });

  it('accepts what it would issue itself, so that the refusals below have one reason each', async () => {
    expect(await tokens.verify(jwt.sign(CLAIMS, complete), '_USERS')).toEqual(ADA);
  });

  it('refuses a token that it has verified before, once it has expired', async () => {
    const token = jwt.sign(CLAIMS, { ...complete, expiresIn: 1 });
    const { exp } = jwt.decode<{ exp: number }>(token);
    expect(await tokens.verify(token, '_USERS')).toEqual(ADA);
    await sleep(exp * 1000 - Date.now() + 5);
    await refused(token);
  });

  it('refuses a token of another collection', async () => {
    await refused(await tokens.issue({ ...ADA, collection: '_MEMBERS' }));
    await refused(await tokens.issue(ADA), '_MEMBERS');
  });

  it('refuses a token of another installation', async () => {
    await refused(jwt.sign(CLAIMS, { ...complete, audience: 'other' }));
  });

  it('refuses a token of another issuer', async () => {
    await refused(jwt.sign(CLAIMS, { ...complete, issuer: 'somebody' }));
  });

  it('refuses a token of another secret', async () => {
    await refused(jwt.sign(CLAIMS, { ...complete, secret: 'x'.repeat(43) }));
  });

  it('refuses an expired token', async () => {
    await refused(jwt.sign(CLAIMS, { ...complete, expiresIn: -1 }));
  });

  it.each(['expiresIn', 'issuer', 'audience', 'subject'] as const)(
    'refuses a token without %s',
    async (claim) => {
      const { [claim]: _, ...rest } = complete;
      await refused(jwt.sign(CLAIMS, rest));
    },
  );

  it.each([
    { collection: '_USERS' },
    { key: ADA.key },
    { key: ADA.key, collection: ADA.collection },
    { ...CLAIMS, key: '' },
    { ...CLAIMS, project: ['default'] },
    { ...CLAIMS, key: { $ne: null } },
    { ...CLAIMS, collection: ['_USERS'] },
    { ...CLAIMS, sid: undefined },
    { ...CLAIMS, gen: undefined },
    { ...CLAIMS, gen: '3' },
  ])('refuses incomplete claims: %j', async (claims) => {
    await refused(jwt.sign(claims, complete));
  });

  it('refuses an unsigned token (alg none, in any spelling)', async () => {
    const [, payload, signature] = (await tokens.issue(ADA)).split('.');
    for (const alg of ['none', 'None', 'NONE', 'nOnE']) {
      await refused(`${base64url({ alg, typ: 'JWT' })}.${payload}.`);
      await refused(`${base64url({ alg, typ: 'JWT' })}.${payload}.${signature}`);
    }
  });

  it('refuses every algorithm but HS256, also with the right key', async () => {
    for (const algorithm of ['HS384', 'HS512'] as const)
      await refused(jwt.sign(CLAIMS, { ...complete, algorithm }));
  });

  it('refuses RS256, ES256 and a key pair confused with the secret', async () => {
    const rsa = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    });
    const { secret: _, ...options } = complete;
    await refused(jwt.sign(CLAIMS, { ...options, algorithm: 'RS256', privateKey: rsa.privateKey }));
    await refused(jwt.sign(CLAIMS, { ...options, secret: Buffer.from(rsa.publicKey) }));
  });

  it('ignores where a header says the key is (kid, jwk, jku, x5u)', async () => {
    for (const header of [
      { kid: '../../../../dev/null' },
      { kid: "' UNION SELECT 'x" },
      { jku: 'http://127.0.0.1:1/keys.json' },
      { jwk: { kty: 'oct', k: Buffer.from('mine').toString('base64url') } },
      { x5u: 'http://127.0.0.1:1/cert.pem' },
    ]) {
      const forged = { ...complete, header: { alg: 'HS256', ...header } };
      await refused(jwt.sign(CLAIMS, { ...forged, secret: 'mine' }));
      await refused(jwt.sign(CLAIMS, { ...forged, secret: '\0' }));
    }
  });

  it('refuses changed claims under an old signature', async () => {
    const [head, , signature] = (await tokens.issue(ADA)).split('.');
    await refused([head, base64url({ ...CLAIMS, sub: 'somebody else' }), signature].join('.'));
  });

  it.each(['', 'nonsense', 'a.b.c', '..', 'null'])('refuses what is no token: %j', async (text) => {
    await refused(text);
  });
});
