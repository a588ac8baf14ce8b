import type { Problem } from '../support/api-client.js';
import { CookieJar } from '../support/cookie-jar.js';
import { Outbox } from '../support/outbox.js';
import { TestApp } from '../support/test-app.js';
import { AUTH, TestUser, type SignedIn } from '../support/test-user.js';

interface Verdict extends SignedIn, Problem {
  valid: boolean;
  message: string;
}

const APP_PAGE = 'https://app.example.com/signin';

describe('mailed codes and links', () => {
  let app: TestApp;
  let outbox: Outbox;
  beforeAll(async () => {
    app = await TestApp.start({ env: { OAUTH_REDIRECTS: APP_PAGE } });
    outbox = new Outbox(app);
  });
  afterAll(() => app.stop());

  const generate = (_key: string, more = {}) =>
    app.client.post<{ otp_token: string; expires_in: number } & Problem>(`${AUTH}/passgen`, {
      _key,
      ...more,
    });
  const verify = (body: object) => app.client.post<Verdict>(`${AUTH}/passver`, body);
  const account = async (key: string) =>
    (await app.client.get<{ _verified?: boolean }>(`${AUTH}/${key}`)).body;

  it('a code travels by mail alone, and is good once', async () => {
    const { key } = await TestUser.create(app);
    const { status, body } = await generate(key);
    expect(status).toBe(200);
    expect(body).toEqual({ otp_token: expect.any(String) as string, expires_in: 600 });
    const code = await outbox.code(key);
    expect(JSON.stringify(body)).not.toContain(code);
    expect(Buffer.from(body.otp_token, 'base64url').toString('latin1')).not.toContain(code);
    const stored = JSON.stringify(await app.db.collection('_CODES').find().toArray());
    expect(stored).not.toContain(code);

    const right = { _key: key, _password: code, token: body.otp_token };
    expect((await verify(right)).body).toEqual({ valid: true, message: 'OTP verified successfully' });
    expect((await verify(right)).body).toMatchObject({ valid: false });
    expect(await account(key)).toMatchObject({ _verified: true });
  });

  it('a code signs in without a password', async () => {
    const { key, id } = await TestUser.create(app);
    const token = (await generate(key)).body.otp_token;
    const body = { _key: key, _password: await outbox.code(key), token, signin: true };
    const answer = await verify(body);
    expect(answer.body).toMatchObject({ valid: true, token_type: 'Bearer', user: { _id: id } });
    expect(new CookieJar().take(answer.headers).get('Authorization')?.value).toBe(answer.body.token);
    const { sessions } = (
      await app.client.as(answer.body.token).get<{ sessions: { method: string }[] }>(`${AUTH}/sessions`)
    ).body;
    expect(sessions[0].method).toBe('code');
    expect((await verify(body)).body).toMatchObject({ status: 401, code: 'code_invalid' });
  });

  it('a code works in a collection of its own', async () => {
    const [_key, _password] = ['ada@members.example.com', 'correct horse battery'];
    await app.client.post(`${AUTH}/signup/members`, { _key, _password });
    const token = (await generate(_key, { collection: 'members' })).body.otp_token;
    const body = { _key, _password: await outbox.code(_key), token, signin: true };
    expect((await verify(body)).status).toBe(200);
  });

  it.each([
    {},
    { _key: null },
    { _key: { $ne: null } },
    { _key: 'a', collection: 'a b' },
    { _key: 'a', collection: 'sessions' },
    { _key: 'a', more: 1 },
  ])('refuse the request %j', async (body) => {
    const answer = await app.client.post<Problem>(`${AUTH}/passgen`, body);
    expect(answer.body).toMatchObject({ status: 400, code: 'validation_failed' });
  });

  it.each([
    { _password: {}, token: 'a' },
    { _password: '1', token: { $ne: null } },
    { _password: { $regex: '.' }, token: 'a' },
    { _password: '1', token: 'a', signin: 'yes' },
  ])('refuse the check %j', async (body) => {
    expect((await verify({ _key: 'a', ...body })).body).toMatchObject({
      status: 400,
      code: 'validation_failed',
    });
  });

  it('a link leads to the application, and signs in once', async () => {
    const { key, id } = await TestUser.create(app);
    const sent = await app.client.post(`${AUTH}/magic`, { _key: key, redirect: APP_PAGE });
    expect(sent.body).toEqual({ message: expect.any(String) as string, expires_in: 600 });
    const { html } = await outbox.next(key);
    const link = new URL(/href="([^"]+)"/.exec(String(html))?.[1].replaceAll('&amp;', '&') ?? '');
    expect(link.href.startsWith(APP_PAGE)).toBe(true);
    const token = link.searchParams.get('token');
    const follow = () => app.client.post<SignedIn & Problem>(`${AUTH}/magic/verify`, { token });
    expect((await follow()).body.user._id).toBe(id);
    expect((await follow()).body).toMatchObject({ status: 401, code: 'code_invalid' });
  });

  it.each([
    'https://evil.example.com',
    `${APP_PAGE}/more`,
    `${APP_PAGE}?a=1`,
    'javascript:alert(1)',
    '//evil',
    'x',
  ])('a link does not lead to %s', async (redirect) => {
    const answer = await app.client.post<Problem>(`${AUTH}/magic`, { _key: 'a@example.com', redirect });
    expect(answer.body).toMatchObject({ status: 400, code: 'redirect_refused' });
  });
});
