import type { Problem } from '../support/api-client.js';
import { CookieJar } from '../support/cookie-jar.js';
import { OAuthStandIn, type Failure } from '../support/oauth-stand-in.js';
import { TestApp } from '../support/test-app.js';
import { AUTH, TestUser, type SignedIn } from '../support/test-user.js';

const PAGE = 'http://localhost:3000/callback';
const ADA = { sub: 'ada', name: 'Ada', email: 'ada@example.com', email_verified: true };
const FAILURES: Failure[] = ['null', 'empty', 'html', 'list', 'slow', 'error', 'hang-up', 'redirect'];

describe('OAuth', () => {
  let app: TestApp;
  let google: OAuthStandIn;
  let facebook: OAuthStandIn;

  beforeAll(async () => {
    [google, facebook] = await Promise.all([OAuthStandIn.start(), OAuthStandIn.start()]);
    app = await TestApp.start({
      env: {
        ...google.settings('GOOGLE'),
        ...facebook.settings('FACEBOOK'),
        OAUTH_REDIRECTS: `${PAGE},https://other.example.com/`,
        OAUTH_TIMEOUT: '1',
      },
    });
  });
  afterAll(async () => {
    await app.stop();
    await Promise.all([google.stop(), facebook.stop()]);
  });
  beforeEach(() => {
    google.person = ADA;
    google.tokenFailure = google.userinfoFailure = undefined;
    facebook.tokenFailure = facebook.userinfoFailure = undefined;
  });

  const begin = async (provider = 'google') => {
    const body = { provider, redirect: PAGE };
    const { authorization_url, state } = (
      await app.client.post<{ authorization_url: string; state: string }>(`${AUTH}/oauth`, body)
    ).body;
    const code = (provider === 'google' ? google : facebook)
      .allow(authorization_url)
      .searchParams.get('code');
    return { ...body, state, code };
  };
  const call = (body: object) => app.client.post<SignedIn & Problem>(`${AUTH}/ocall`, body);
  const users = () => app.db.collection('_USERS').countDocuments();

  describe.each(['google', 'facebook'])(
    'a broken answer of %s is a 502, and nobody’s account',
    (provider) => {
      it.each(FAILURES.flatMap((failure) => [['token', failure] as const, ['userinfo', failure] as const]))(
        '%s: %s',
        async (where, failure) => {
          const before = await users();
          const standIn = provider === 'google' ? google : facebook;
          if (where === 'token') standIn.tokenFailure = failure;
          else standIn.userinfoFailure = failure;
          const { body } = await call({ ...(await begin(provider)), signin: true });
          expect(body).toMatchObject({ status: 502, code: 'provider_failed' });
          expect(JSON.stringify(body)).not.toMatch(/hidden|client-secret/);
          // The same for a browser, whose strategies come from passport.
          const started = await app.anonymous.get(`${AUTH}/oauth/${provider}`, { redirect: PAGE });
          const back = standIn.allow(started.headers.get('location') ?? '');
          const browser = new CookieJar().take(started.headers).on(app.anonymous);
          const answer = await browser.get<Problem>(`${back.pathname}${back.search}`);
          expect(answer.body).toMatchObject({ status: 502, code: 'provider_failed' });
          expect(await users()).toBe(before);
        },
      );
    },
  );

  it.each([{}, { sub: null }, { sub: {} }, { sub: ['ada'] }, { error: 'invalid_token' }, { sub: '' }])(
    'an answer that names nobody is nobody: %j',
    async (person) => {
      google.person = person;
      expect((await call({ ...(await begin()), signin: true })).body.code).toBe('provider_failed');
    },
  );

  it('a state is spent once, also many times at once', async () => {
    const body = await begin();
    const answers = await Promise.all(Array.from({ length: 8 }, () => call(body)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const rest = answers.filter(({ status }) => status !== 200).map((answer) => answer.body.code);
    expect(new Set(rest)).toEqual(new Set(['oauth_state_invalid']));
  });

  it('a state of another provider, redirect, flow or maker is refused', async () => {
    const body = await begin();
    const refused = async (change: object) =>
      expect((await call({ ...body, ...change })).body).toMatchObject({
        status: 400,
        code: 'oauth_state_invalid',
      });
    await refused({ provider: 'facebook' });
    await refused({ redirect: 'https://other.example.com/' });
    await refused({ state: 'nonsense' });
    await refused({ state: `${body.state.slice(0, -4)}AAAA` });
    const [head, , signature] = body.state.split('.');
    await refused({ state: `${head}.${Buffer.from('{}').toString('base64url')}.${signature}` });
    const started = await app.anonymous.get(`${AUTH}/oauth/google`, { redirect: PAGE });
    const ofBrowser = new URL(started.headers.get('location') ?? '').searchParams.get('state');
    await refused({ state: ofBrowser });
    const jar = new CookieJar().take(started.headers);
    const query = { code: String(body.code), state: body.state };
    const crossed = await jar.on(app.anonymous).get<Problem>(`${AUTH}/oauth/google/callback`, query);
    expect(crossed.body.code).toBe('oauth_state_invalid');
  });

  it.each([{ state: { $ne: null } }, { code: {} }, { redirect: ['a'] }, { signin: 'true' }, { code: '' }])(
    'an operator where a text is expected is refused: %j',
    async (change) => {
      expect((await call({ ...(await begin()), ...change })).body.code).toBe('validation_failed');
    },
  );

  it('a state is good for the browser alone that has begun', async () => {
    const started = await app.anonymous.get(`${AUTH}/oauth/google`, { redirect: PAGE });
    const back = google.allow(started.headers.get('location') ?? '');
    const path = `${back.pathname}${back.search}`;
    const victim = new CookieJar().take(
      (await app.anonymous.get(`${AUTH}/oauth/google`, { redirect: PAGE })).headers,
    );
    for (const client of [app.anonymous, victim.on(app.anonymous)])
      expect((await client.get<Problem>(path)).body).toMatchObject({
        status: 400,
        code: 'oauth_state_invalid',
      });
    const own = new CookieJar().take(started.headers).on(app.anonymous);
    expect((await own.get(path)).status).toBe(303);
    expect((await own.get<Problem>(path)).body.code).toBe('oauth_state_invalid');
  });

  it('account pre-hijack: an account that waits for its owner is not linked', async () => {
    const email = 'victim@example.com';
    const hijacker = { _key: email, _password: 'a password of the thief' };
    await app.client.post(`${AUTH}/signup`, hijacker);
    google.person = { sub: 'victim', name: 'Victim', email, email_verified: true };
    expect((await call({ ...(await begin()), signin: true })).body).toMatchObject({
      status: 409,
      code: 'identity_conflict',
    });
    expect(await app.db.collection('_IDENTITIES').countDocuments({ identifier: 'victim' })).toBe(0);
  });

  it.each([false, undefined, 'no'])('auto-linking by an address with email_verified %j', async (flag) => {
    const user = await TestUser.create(app);
    await app.db
      .collection<{ _id: string }>('_USERS')
      .updateOne({ _id: user.id }, { $set: { _verified: true } });
    google.person = { sub: `unverified ${flag}`, name: 'Mallory', email: user.key, email_verified: flag };
    const { body } = await call({ ...(await begin()), signin: true });
    expect(body.user._id).not.toBe(user.id);
    expect(body.user).not.toHaveProperty('_verified');
    google.person = { sub: 'verified', name: 'Ada', email: user.key, email_verified: true };
    if (flag === false)
      expect((await call({ ...(await begin()), signin: true })).body.user._id).toBe(user.id);
  });

  it('identity spoofing: a key that looks like the identity of a provider is another account', async () => {
    await app.client.post(`${AUTH}/signup`, { _key: 'facebook:4711', _password: 'a password of the thief' });
    facebook.person = { id: '4711', name: 'Victim' };
    const { body } = await call({ ...(await begin('facebook')), signin: true });
    expect(body.user._key).toMatch(/^facebook:4711:[0-9a-f]{12}$/);
  });

  it('two first sign-ins at once make one account', async () => {
    google.person = { sub: 'twice', name: 'Ada', email: 'twice@example.com', email_verified: true };
    const bodies = await Promise.all([begin(), begin(), begin()]);
    const answers = await Promise.all(bodies.map((body) => call({ ...body, signin: true })));
    const ids = answers.filter(({ status }) => status === 200).map(({ body }) => body.user._id);
    expect(new Set(ids).size).toBe(1);
    expect(await app.db.collection('_IDENTITIES').countDocuments({ identifier: 'twice' })).toBe(1);
  });
});
