import { Secret, TOTP } from 'otpauth';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeInBrowser, launchBrowser } from '../support/browser.js';
import { ClientPage } from '../support/client-page.js';
import { OAuthStandIn } from '../support/oauth-stand-in.js';
import { Outbox } from '../support/outbox.js';
import { TestApp, TEST_SECRET } from '../support/test-app.js';

interface Answer {
  status: number;
  body: Record<string, unknown> & {
    code?: string;
    sessions?: { id: string; method: string; current: boolean }[];
  };
}

const ADA = { _key: 'ada@example.com', _password: 'correct horse battery' };

describeInBrowser('accounts in a fresh browser', () => {
  let app: TestApp;
  let other: TestApp;
  let client: ClientPage;
  let google: OAuthStandIn;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;

  beforeAll(async () => {
    [client, google, browser] = await Promise.all([
      ClientPage.start(),
      OAuthStandIn.start(),
      launchBrowser(),
    ]);
    const env = { ...google.settings('GOOGLE'), BASE_URL: client.url, OAUTH_REDIRECTS: client.url };
    app = await TestApp.start({ env });
    client.target = app.url;
    // Whichever of them hands a mail over, it lies in the same place.
    other = await TestApp.start({
      env: { ...env, MONGODB_DATABASE: app.databaseName, DATA_DIR: app.directory },
    });
    await app.client.post('/service/auth/v1/signup', ADA);
  });
  afterAll(async () => {
    await browser?.close();
    await other?.nest.close();
    await app?.stop();
    await Promise.all([client?.stop(), google?.stop()]);
  });

  beforeEach(async () => {
    context = await browser.newContext();
    await context.addInitScript((key) => Object.assign(globalThis, { apiKey: key }), TEST_SECRET);
    page = await context.newPage();
    await page.goto(client.url);
  });
  afterEach(() => context.close());

  /** Calls the API from the page, by its cookies. */
  const call = (method: string, path: string, body?: object): Promise<Answer> =>
    page.evaluate(
      ([how, where, what]) =>
        (globalThis as unknown as { call: (...parts: unknown[]) => Promise<Answer> }).call(how, where, what),
      [method, path, body] as const,
    );
  const methods = async () => (await call('GET', '/sessions')).body.sessions?.map(({ method }) => method);

  it('signs in with Google', async () => {
    google.person = { sub: 'g1', name: 'Grace', email: 'grace@example.com', email_verified: true };
    await page.goto(
      `${client.url}/service/auth/v1/oauth/google?redirect=${encodeURIComponent(`${client.url}/after`)}`,
    );
    await page.getByRole('link', { name: 'Allow' }).click();
    await page.waitForURL(`${client.url}/after?code=*`);
    const code = new URL(page.url()).searchParams.get('code');
    expect((await call('POST', '/oauth/exchange', { code })).body).toMatchObject({ user: { name: 'Grace' } });
    expect(await methods()).toEqual(['oauth:google']);
  });

  it('comes back from Google when its user refuses', async () => {
    await page.goto(
      `${client.url}/service/auth/v1/oauth/google?redirect=${encodeURIComponent(`${client.url}/after`)}`,
    );
    await page.getByRole('link', { name: 'Deny' }).click();
    await page.waitForURL(`${client.url}/after?error=access_denied`);
  });

  it('signs in with a mailed code', async () => {
    const { body } = await call('POST', '/passgen', { _key: ADA._key });
    const code = await new Outbox(app).code(ADA._key);
    const check = { _key: ADA._key, _password: code, token: body.otp_token, signin: true };
    expect((await call('POST', '/passver', check)).status).toBe(200);
    expect(await methods()).toContain('code');
  });

  it('signs in with a passkey', async () => {
    const devtools = await context.newCDPSession(page);
    await devtools.send('WebAuthn.enable');
    await devtools.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    /** What the browser's authenticator makes of options. */
    const ask = (start: 'startRegistration' | 'startAuthentication', optionsJSON: object) =>
      page.evaluate(
        ([name, options]) =>
          (
            globalThis as unknown as {
              SimpleWebAuthnBrowser: Record<string, (input: { optionsJSON: unknown }) => Promise<object>>;
            }
          ).SimpleWebAuthnBrowser[name]({ optionsJSON: options }),
        [start, optionsJSON] as const,
      );
    await call('POST', '/signin', ADA);
    const response = await ask('startRegistration', (await call('POST', '/passkeys/options')).body);
    expect((await call('POST', '/passkeys', { response, name: 'Virtual' })).status).toBe(201);
    // What was made for one challenge is worthless for another, and the same key is not kept twice.
    expect((await call('POST', '/passkeys', { response })).body.code).toBe('passkey_invalid');
    await call('POST', '/signout');
    expect((await call('GET', '/sessions')).status).toBe(401);

    const signed = await ask(
      'startAuthentication',
      (await call('POST', '/passkeys/signin/options', {})).body,
    );
    expect((await call('POST', '/passkeys/signin', { response: signed })).body).toMatchObject({
      user: { _key: ADA._key },
    });
    expect((await call('POST', '/passkeys/signin', { response: signed })).body.code).toBe('passkey_invalid');
    expect(await methods()).toContain('passkey');
    expect((await call('GET', '/passkeys')).body).toMatchObject({ passkeys: [{ name: 'Virtual' }] });
  });

  it('signs in with password and authenticator, sees its sessions, and ends one for every instance', async () => {
    const eve = { _key: 'eve@example.com', _password: 'correct horse battery' };
    await app.client.post('/service/auth/v1/signup', eve);
    await call('POST', '/signin', eve);
    const secret = Secret.fromBase32(String((await call('POST', '/mfa/totp')).body.secret));
    const code = (periods: number) =>
      new TOTP({ secret }).generate({ timestamp: Date.now() + periods * 30_000 });
    expect((await call('POST', '/mfa/totp/confirm', { code: code(-1) })).status).toBe(200);

    const asked = await call('POST', '/signin', eve);
    expect(asked.body.code).toBe('mfa_required');
    const { ticket } = asked.body;
    expect((await call('POST', '/mfa/verify', { ticket, code: code(0) })).status).toBe(200);
    const sessions = (await call('GET', '/sessions')).body.sessions ?? [];
    expect(sessions).toHaveLength(2);

    const cookies = await context.cookies();
    const token = cookies.find(({ name }) => name === 'Authorization')?.value ?? '';
    const elsewhere = () => other.client.as(token).get('/service/auth/v1/sessions');
    expect((await elsewhere()).status).toBe(200);
    const current = sessions.find((session) => session.current);
    expect((await call('DELETE', `/sessions/${current?.id}`)).status).toBe(200);
    await sleep(2500);
    expect((await elsewhere()).status).toBe(401);
    expect((await call('GET', '/sessions')).status).toBe(401);
  });
});
