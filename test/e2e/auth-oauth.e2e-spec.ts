import type { Problem } from '../support/api-client.js';
import { CookieJar } from '../support/cookie-jar.js';
import { OAuthStandIn } from '../support/oauth-stand-in.js';
import { TestApp } from '../support/test-app.js';
import { AUTH, TestUser, type SignedIn } from '../support/test-user.js';

const PAGE = 'http://localhost:3000/callback';

interface Started extends Problem {
  authorization_url: string;
  state: string;
}

type Answer = SignedIn & Problem & { name: string; email: string; identifier: string; provider: string };

let last = 0;
const person = (changes: object = {}) => {
  last += 1;
  return { sub: `${last}`, name: 'Ada', email: `ada-${last}@example.com`, email_verified: true, ...changes };
};

describe('sign-in by providers', () => {
  let app: TestApp;
  let google: OAuthStandIn;
  let facebook: OAuthStandIn;
  let issuer: OAuthStandIn;

  beforeAll(async () => {
    [google, facebook, issuer] = await Promise.all([
      OAuthStandIn.start(),
      OAuthStandIn.start(),
      OAuthStandIn.start(),
    ]);
    const own = {
      name: 'own',
      client_id: 'client',
      client_secret: 'client-secret',
      authorization_url: `${issuer.url}/authorize`,
      token_url: `${issuer.url}/token`,
      userinfo_url: `${issuer.url}/userinfo`,
    };
    app = await TestApp.start({
      env: {
        ...google.settings('GOOGLE'),
        ...facebook.settings('FACEBOOK'),
        OAUTH_PROVIDERS: JSON.stringify([own]),
        OAUTH_REDIRECTS: PAGE,
      },
    });
  });
  afterAll(async () => {
    await app.stop();
    await Promise.all([google, facebook, issuer].map((one) => one.stop()));
  });

  const start = (provider = 'google', more = {}) =>
    app.client.post<Started>(`${AUTH}/oauth`, { provider, redirect: PAGE, ...more });
  const call = (body: object) => app.client.post<Answer>(`${AUTH}/ocall`, body);
  /** Walks the whole flow of an application. */
  const walk = async (
    standIn: OAuthStandIn,
    provider: string,
    more: object = {},
    client = app.client,
    path = 'ocall',
  ) => {
    const { authorization_url, state } = (await start(provider)).body;
    const code = standIn.allow(authorization_url).searchParams.get('code');
    return client.post<Answer>(`${AUTH}/${path}`, { provider, redirect: PAGE, state, code, ...more });
  };

  it('gives the address of the provider, with PKCE and a signed state', async () => {
    const { status, body } = await start();
    expect(status).toBe(200);
    const url = new URL(body.authorization_url);
    expect(url.origin).toBe(google.url);
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      response_type: 'code',
      client_id: 'client',
      redirect_uri: PAGE,
      scope: 'openid email profile',
      state: body.state,
      code_challenge_method: 'S256',
    });
  });

  it('tells who it is, and signs nobody in unless it is asked to', async () => {
    google.person = person();
    const { status, body } = await walk(google, 'google');
    expect(status).toBe(200);
    const { sub, name, email } = google.person;
    expect(body).toEqual({ name, email, identifier: sub, provider: 'google' });
    expect(await app.db.collection('_USERS').countDocuments({ _key: email as string })).toBe(0);
  });

  it('signs in, makes the account once, and finds it again', async () => {
    google.person = person();
    const first = await walk(google, 'google', { signin: true });
    expect(first.body).toMatchObject({
      identifier: google.person.sub,
      token_type: 'Bearer',
      user: { _key: google.person.email, _verified: true, name: 'Ada' },
    });
    expect(new CookieJar().take(first.headers).get('Authorization')?.value).toBe(first.body.token);
    google.person = { ...google.person, email: 'moved@example.com' };
    const second = await walk(google, 'google', { signin: true });
    expect(second.body.user._id).toBe(first.body.user._id);
    const { sessions } = (
      await app.client.as(second.body.token).get<{ sessions: { method: string }[] }>(`${AUTH}/sessions`)
    ).body;
    expect(sessions.map(({ method }) => method)).toEqual(['oauth:google', 'oauth:google']);
  });

  it('takes an address of Facebook for unverified, and another issuer by configuration alone', async () => {
    facebook.person = { id: `${person().sub}`, name: 'Ada', email: 'fb@example.com' };
    const { body } = await walk(facebook, 'facebook', { signin: true });
    expect(body.user).toMatchObject({ _key: `facebook:${String(facebook.person.id)}` });
    expect(body.user).not.toHaveProperty('_verified');
    issuer.person = person();
    expect((await walk(issuer, 'own', { signin: true })).body.user._key).toBe(issuer.person.email);
  });

  it('links and unlinks identities of a signed-in user', async () => {
    const user = await TestUser.create(app);
    google.person = person();
    const linked = await walk(google, 'google', {}, user.client, 'identities');
    expect(linked.body).toMatchObject({
      identities: [{ provider: 'google', identifier: google.person.sub }],
    });
    expect((await walk(google, 'google', { signin: true })).body.user._id).toBe(user.id);
    const other = await TestUser.create(app);
    expect((await walk(google, 'google', {}, other.client, 'identities')).body.code).toBe(
      'identity_conflict',
    );
    expect((await user.client.delete(`${AUTH}/identities/google`)).status).toBe(200);
    expect((await user.client.delete<Problem>(`${AUTH}/identities/google`)).body.code).toBe('not_found');
    expect((await user.client.get(`${AUTH}/identities`)).body).toEqual({ identities: [] });
  });

  it('does not unlink the only way to sign in', async () => {
    facebook.person = { id: `${person().sub}`, name: 'Ada' };
    const { token } = (await walk(facebook, 'facebook', { signin: true })).body;
    const answer = await app.client.as(token).delete<Problem>(`${AUTH}/identities/facebook`);
    expect(answer.body).toMatchObject({ status: 409, code: 'conflict' });
  });

  it.each([
    [{ provider: 'nobody' }, 404, 'not_found'],
    [{ provider: 'constructor' }, 404, 'not_found'],
    [{ provider: 'github' }, 503, 'service_unavailable'],
    [{ redirect: 'https://evil.example.com/callback' }, 400, 'redirect_refused'],
    [{ redirect: `${PAGE}/../evil` }, 400, 'redirect_refused'],
    [{ redirect: 'http://localhost:3000@evil.example.com/callback' }, 400, 'redirect_refused'],
    [{ provider: { $ne: null } }, 400, 'validation_failed'],
    [{ collection: 'token' }, 400, 'validation_failed'],
  ])('does not start with %j', async (change, status, code) => {
    const { body } = await start('google', change);
    expect(body).toMatchObject({ status, code });
    if (status === 503) expect(body.detail).toContain('GITHUB_CLIENT_ID');
  });

  it('is not finished with a code that the provider does not know', async () => {
    const { state } = (await start()).body;
    const { body } = await call({ provider: 'google', redirect: PAGE, state, code: 'guessed' });
    expect(body).toMatchObject({ status: 401, code: 'code_invalid' });
  });
});
