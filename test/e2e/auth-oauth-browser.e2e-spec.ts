import type { Problem } from '../support/api-client.js';
import { CookieJar } from '../support/cookie-jar.js';
import { OAuthStandIn } from '../support/oauth-stand-in.js';
import { TestApp } from '../support/test-app.js';
import { AUTH, type SignedIn } from '../support/test-user.js';

const PAGE = 'https://app.example.com/after';

describe('sign-in by providers in the browser', () => {
  let app: TestApp;
  let google: OAuthStandIn;
  let facebook: OAuthStandIn;

  beforeAll(async () => {
    [google, facebook] = await Promise.all([OAuthStandIn.start(), OAuthStandIn.start()]);
    app = await TestApp.start({
      env: { ...google.settings('GOOGLE'), ...facebook.settings('FACEBOOK'), OAUTH_REDIRECTS: PAGE },
    });
    google.person = { sub: '1', name: 'Ada', email: 'ada@example.com', email_verified: true };
    facebook.person = { id: '2', name: 'Bob', email: 'bob@example.com' };
  });
  afterAll(async () => {
    await app.stop();
    await Promise.all([google.stop(), facebook.stop()]);
  });

  const begin = (
    provider: string,
    query: Record<string, string> = { redirect: PAGE },
    client = app.anonymous,
  ) => client.get<Problem>(`${AUTH}/oauth/${provider}`, query);
  /** The path of the callback on this server: its own address in the settings has another port. */
  const back = (jar: CookieJar, { pathname, search }: URL) =>
    jar.on(app.anonymous).get<Problem>(`${pathname}${search}`);
  const location = (headers: Headers) => new URL(headers.get('location') ?? '');

  it.each(['google', 'facebook'] as const)(
    'walks through %s to the application with a code, not a token',
    async (provider) => {
      const standIn = provider === 'google' ? google : facebook;
      const started = await begin(provider);
      expect(started.status).toBe(302);
      const jar = new CookieJar().take(started.headers);
      expect(jar.get('OAuth-State')?.attributes).toMatchObject({
        httponly: true,
        samesite: 'Lax',
        path: `${AUTH}/oauth`,
      });
      const asked = location(started.headers);
      expect(asked.origin).toBe(standIn.url);
      expect(asked.searchParams.get('redirect_uri')).toMatch(
        new RegExp(`${AUTH}/oauth/${provider}/callback$`),
      );
      expect(asked.searchParams.get('code_challenge_method')).toBe('S256');

      const finished = await back(jar, standIn.allow(asked.href));
      expect(finished.status).toBe(303);
      const page = location(finished.headers);
      expect(page.href.startsWith(`${PAGE}?code=`)).toBe(true);
      expect([...page.searchParams.keys()]).toEqual(['code']);

      const code = page.searchParams.get('code');
      const exchange = () => app.client.post<SignedIn & Problem>(`${AUTH}/oauth/exchange`, { code });
      expect((await exchange()).body).toMatchObject({
        token_type: 'Bearer',
        user: { name: standIn.person.name },
      });
      expect((await exchange()).body).toMatchObject({ status: 401, code: 'code_invalid' });
    },
  );

  it('brings a user who refuses back to the application', async () => {
    const started = await begin('google');
    const denied = new URL(location(started.headers).searchParams.get('redirect_uri') ?? '');
    denied.searchParams.set('error', 'access_denied');
    denied.searchParams.set('state', location(started.headers).searchParams.get('state') ?? '');
    const jar = new CookieJar().take(started.headers);
    expect(location((await back(jar, denied)).headers).href).toBe(`${PAGE}?error=access_denied`);
    expect((await back(jar, denied)).body).toMatchObject({ status: 400, code: 'oauth_state_invalid' });
  });

  it.each([
    ['google', {}, 400, 'validation_failed'],
    ['google', { redirect: 'https://evil.example.com' }, 400, 'redirect_refused'],
    ['google', { redirect: PAGE, project: 'nowhere' }, 404, 'not_found'],
    ['google', { redirect: PAGE, project: '65f000000000000000000001' }, 404, 'not_found'],
    ['google', { redirect: PAGE, collection: 'oauth' }, 400, 'validation_failed'],
    ['nobody', { redirect: PAGE }, 404, 'not_found'],
    ['github', { redirect: PAGE }, 503, 'service_unavailable'],
  ])('does not begin at %s with %j', async (provider, query, status, code) => {
    expect((await begin(provider, query as Record<string, string>)).body).toMatchObject({ status, code });
  });

  it('leaves nothing of a project that is not there', async () => {
    await begin('google', { redirect: PAGE, project: '65f000000000000000000001' });
    const { databases } = (await app.db.admin().listDatabases({ nameOnly: true })) as {
      databases: { name: string }[];
    };
    expect(databases.filter(({ name }) => name.startsWith(`${app.databaseName}_`))).toEqual([]);
  });

  it('goes on in several windows of one browser', async () => {
    const first = await begin('google');
    const jar = new CookieJar().take(first.headers);
    const second = await begin('google', undefined, jar.on(app.anonymous));
    jar.take(second.headers);
    for (const { headers } of [second, first])
      expect((await back(jar, google.allow(location(headers).href))).status).toBe(303);
  });
});
