import { JwtService } from '@nestjs/jwt';
import { createSecurityModule } from '../../../test/support/security-module.js';
import { SigningKeys } from './signing-keys.service.js';
import { Tokens } from './tokens.service.js';
import { UserTokens } from './user-tokens.service.js';

const OWN_SECRET = 'own-secret-own-secret-own-secret-own';

describe('Tokens', () => {
  let tokens: Tokens;
  let jwt: JwtService;
  let key: string;
  let userTokens: UserTokens;

  beforeAll(async () => {
    const module = await createSecurityModule();
    tokens = module.get(Tokens);
    jwt = module.get(JwtService, { strict: false });
    key = module.get(SigningKeys).derive('application-token');
    userTokens = module.get(UserTokens);
  });

  it('returns what was signed', async () => {
    const token = await tokens.sign({ invoice: 7 }, { expiresIn: 60 });
    expect(await tokens.verify<{ invoice: number }>(token)).toMatchObject({ invoice: 7 });
  });

  it('lets a token live for ever only when nothing was said', async () => {
    expect(await tokens.verify(await tokens.sign({}))).not.toHaveProperty('exp');
    const { exp, iat } = jwt.decode<{ exp: number; iat: number }>(await tokens.sign({}, { expiresIn: 60 }));
    expect(exp - iat).toBe(60);
  });

  it('refuses what has expired', async () => {
    expect(await tokens.verify(await tokens.sign({ invoice: 7 }, { expiresIn: -1 }))).toBeUndefined();
  });

  it.each(['', 'nonsense', 'a.b.c', '🔑'])('refuses what is no token: %j', async (text) => {
    expect(await tokens.verify(text)).toBeUndefined();
  });

  it('refuses a changed payload', async () => {
    const [head, , signature] = (await tokens.sign({ invoice: 7 })).split('.');
    const payload = Buffer.from('{"invoice":8}').toString('base64url');
    expect(await tokens.verify([head, payload, signature].join('.'))).toBeUndefined();
  });

  it('refuses an unsigned token and other algorithms', async () => {
    const unsigned = `${Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')}.e30.`;
    expect(await tokens.verify(unsigned)).toBeUndefined();
    expect(await tokens.verify(jwt.sign({}, { secret: key, algorithm: 'HS512' }))).toBeUndefined();
  });

  it('keeps purposes apart', async () => {
    const token = await tokens.sign({ invoice: 7 }, { purpose: 'invoice-link' });
    expect(await tokens.verify(token, { purpose: 'invoice-link' })).toMatchObject({ invoice: 7 });
    expect(await tokens.verify(token, { purpose: 'password-reset' })).toBeUndefined();
    expect(await tokens.verify(token)).toBeUndefined();
  });

  it('signs with a secret of its own', async () => {
    const token = await tokens.sign({ invoice: 7 }, { secret: OWN_SECRET });
    expect(await tokens.verify(token, { secret: OWN_SECRET })).toMatchObject({ invoice: 7 });
    expect(await tokens.verify(token)).toBeUndefined();
  });

  it('refuses a weak secret, and one beside a purpose, as a mistake of the programmer', async () => {
    await expect(async () => tokens.sign({}, { secret: 'short' })).rejects.toThrow('32 characters');
    await expect(async () => tokens.verify('a.b.c', { secret: 'short' })).rejects.toThrow('32 characters');
    await expect(async () => tokens.sign({}, { secret: OWN_SECRET, purpose: 'x' })).rejects.toThrow(
      'purpose',
    );
  });

  it('refuses a token whose payload is no object', async () => {
    const text = jwt.sign('just text', { secret: key });
    expect(await tokens.verify(text)).toBeUndefined();
  });

  it('neither makes nor accepts user tokens', async () => {
    const ada = { id: '1', key: 'ada', collection: '_USERS', project: 'default' };
    const user = await userTokens.issue({ ...ada, session: 's1', generation: 0 });
    expect(await tokens.verify(user)).toBeUndefined();
    const forged = await tokens.sign({
      sub: '1',
      key: 'ada',
      collection: '_USERS',
      project: 'default',
      sid: 's1',
      gen: 0,
      iss: 'coglex',
      aud: 'coglex',
    });
    await expect(userTokens.verify(forged, '_USERS')).rejects.toMatchObject({ code: 'token_invalid' });
  });
});
