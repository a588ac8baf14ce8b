import type { Problem } from '../support/api-client.js';
import { CookieJar } from '../support/cookie-jar.js';
import { TestApp } from '../support/test-app.js';
import { AUTH, TestUser, type SignedIn } from '../support/test-user.js';

describe('sessions of browsers', () => {
  let app: TestApp;
  let user: TestUser;
  let jar: CookieJar;
  let csrf: string;
  beforeAll(async () => {
    app = await TestApp.start();
    user = await TestUser.create(app);
  });
  afterAll(() => app.stop());

  beforeEach(async () => {
    const body = { _key: user.key, _password: user.password };
    const answer = await app.client.post<SignedIn>(`${AUTH}/signin`, body);
    jar = new CookieJar().take(answer.headers);
    csrf = answer.body.csrf_token;
  });

  const browser = (token?: string) => jar.on(app.client).with({ 'x-csrf-token': token });
  const change = (client: typeof app.client) =>
    client.patch<Problem>(`${AUTH}/${user.key}`, { document: { $set: { seen: true } } });

  it('get their tokens as cookies that scripts cannot read', () => {
    for (const name of ['Authorization', 'Refresh-Token'])
      expect(jar.get(name)?.attributes).toMatchObject({ httponly: true, samesite: 'Lax' });
    expect(jar.get('Authorization')?.attributes).toMatchObject({ path: '/', 'max-age': '3600' });
    expect(jar.get('Refresh-Token')?.attributes).toMatchObject({ path: AUTH, 'max-age': '691200' });
    expect(jar.get('CSRF-Token')).toMatchObject({ value: csrf });
    expect(jar.get('CSRF-Token')?.attributes).not.toHaveProperty('httponly');
  });

  it('read by cookie alone, and change with the CSRF token of their session', async () => {
    expect((await browser().get(`${AUTH}/sessions`)).status).toBe(200);
    expect((await change(browser())).body).toMatchObject({ status: 403, code: 'csrf_token_invalid' });
    expect((await change(browser(user.signedIn.csrf_token))).body.code).toBe('csrf_token_invalid');
    expect((await change(browser(csrf))).status).toBe(200);
    // With the header there is no cookie to be abused.
    expect((await change(user.client)).status).toBe(200);
  });

  it('refresh by cookie, with the CSRF token', async () => {
    expect((await browser().post<Problem>(`${AUTH}/token`)).body.code).toBe('csrf_token_invalid');
    const answer = await browser(csrf).post<SignedIn>(`${AUTH}/token`);
    expect(answer.status).toBe(200);
    const before = jar.get('Refresh-Token')?.value;
    jar.take(answer.headers);
    expect(jar.get('Refresh-Token')?.value).not.toBe(before);
    expect((await browser(csrf).post(`${AUTH}/token`)).status).toBe(200);
  });

  it('lose the cookies when they sign out', async () => {
    const stale = browser(csrf);
    expect((await browser().post<Problem>(`${AUTH}/signout`)).body.code).toBe('csrf_token_invalid');
    const { status, headers } = await browser(csrf).post(`${AUTH}/signout`);
    expect(status).toBe(200);
    expect(jar.take(headers).header).toBe('');
    expect((await stale.get<Problem>(`${AUTH}/sessions`)).body.code).toBe('token_invalid');
    expect((await stale.post<Problem>(`${AUTH}/token`)).body.code).toBe('refresh_token_invalid');
  });

  it('sign out by cookie of the refresh token when the other one has expired', async () => {
    const refresh = `Refresh-Token=${jar.get('Refresh-Token')?.value}`;
    const client = app.client.with({ cookie: refresh, 'x-csrf-token': csrf });
    expect((await client.post(`${AUTH}/signout`)).status).toBe(200);
    expect((await browser().get<Problem>(`${AUTH}/sessions`)).body.code).toBe('token_invalid');
  });

  it('get secure cookies where the address is https', async () => {
    const env = { BASE_URL: 'https://api.example.com/coglex', AUTH_COOKIE_SAME_SITE: 'strict' };
    const other = await TestApp.start({ env });
    try {
      const { _key, _password } = { _key: 'ada', _password: 'correct horse' };
      await other.client.post(`${AUTH}/signup`, { _key, _password });
      const { headers } = await other.client.post(`${AUTH}/signin`, { _key, _password });
      const cookies = new CookieJar().take(headers);
      for (const name of ['Authorization', 'Refresh-Token', 'CSRF-Token'])
        expect(cookies.get(name)?.attributes).toMatchObject({ secure: true, samesite: 'Strict' });
      expect(cookies.get('Refresh-Token')?.attributes.path).toBe(`/coglex${AUTH}`);
    } finally {
      await other.stop();
    }
  });
});
