import type { Problem } from '../support/api-client.js';
import { Outbox } from '../support/outbox.js';
import { TestApp } from '../support/test-app.js';
import { AUTH, TestUser } from '../support/test-user.js';

const NEW_PASSWORD = 'another good password';

describe('recovery', () => {
  let app: TestApp;
  let outbox: Outbox;
  beforeAll(async () => {
    app = await TestApp.start();
    outbox = new Outbox(app);
  });
  afterAll(() => app.stop());

  const forgot = (_key: string) => app.client.post<Problem>(`${AUTH}/forgot`, { _key });
  const reset = (token: unknown, _password: unknown = NEW_PASSWORD) =>
    app.client.post<Problem>(`${AUTH}/reset`, { token, _password });
  const confirm = (token: string) =>
    app.client.post<Problem & { _email?: string; _verified?: boolean }>(`${AUTH}/verify/confirm`, { token });
  const signIn = (_key: string, _password: string) => app.client.post(`${AUTH}/signin`, { _key, _password });

  it('sets a new password by a mailed token, once, and ends all sessions', async () => {
    const user = await TestUser.create(app);
    expect((await forgot(user.key)).status).toBe(200);
    const token = await outbox.token(user.key);
    expect((await reset(token)).status).toBe(200);
    expect((await reset(token)).body).toMatchObject({ status: 401, code: 'code_invalid' });
    expect((await user.client.get<Problem>(`${AUTH}/sessions`)).body.code).toBe('token_invalid');
    expect((await signIn(user.key, user.password)).status).toBe(401);
    expect((await signIn(user.key, NEW_PASSWORD)).status).toBe(200);
    expect((await outbox.next(user.key)).subject).toBe('Your password was changed');
  });

  it('does not spend the token on a password that is refused', async () => {
    const user = await TestUser.create(app);
    await forgot(user.key);
    const token = await outbox.token(user.key);
    for (const [password, code] of [
      ['short', 'validation_failed'],
      ['password', 'validation_failed'],
      [null, 'validation_failed'],
      [{ $ne: null }, 'validation_failed'],
      ['x'.repeat(73), 'password_too_long'],
    ])
      expect((await reset(token, password)).body).toMatchObject({ status: 400, code });
    expect((await reset(token)).status).toBe(200);
  });

  it('takes no token that was mailed for something else', async () => {
    const user = await TestUser.create(app);
    await app.client.post(`${AUTH}/magic`, { _key: user.key });
    expect((await reset(await outbox.token(user.key))).body.code).toBe('code_invalid');
  });

  it('confirms the address of an account', async () => {
    const user = await TestUser.create(app);
    expect((await app.client.post<Problem>(`${AUTH}/verify`)).body.code).toBe('token_required');
    expect((await user.client.post(`${AUTH}/verify`)).status).toBe(200);
    const token = await outbox.token(user.key);
    expect((await confirm(token)).body).toMatchObject({ _key: user.key, _verified: true });
    expect((await confirm(token)).body.code).toBe('code_invalid');
  });

  it('changes the address when the new one answers, and tells the old one', async () => {
    const user = await TestUser.create(app);
    const email = `new-${user.key}`;
    expect((await user.client.post(`${AUTH}/email`, { email })).status).toBe(200);
    expect((await app.client.get(`${AUTH}/${user.key}`)).body).not.toHaveProperty('_email');
    expect((await confirm(await outbox.token(email))).body).toMatchObject({
      _key: user.key,
      _email: email,
      _verified: true,
    });
    expect((await outbox.next(user.key)).text).toContain(email);
    await forgot(user.key);
    expect((await reset(await outbox.token(email))).status).toBe(200);
  });

  it('tells nobody whose address another is', async () => {
    const [ada, bob] = [await TestUser.create(app), await TestUser.create(app)];
    const taken = await ada.client.post(`${AUTH}/email`, { email: bob.key });
    const free = await ada.client.post(`${AUTH}/email`, { email: `free-${ada.key}` });
    expect(taken).toMatchObject({ status: 200, body: free.body as object });
    await outbox.next(`free-${ada.key}`);
    // Had the other been mailed to, it would have come before.
    await bob.client.post(`${AUTH}/verify`);
    expect((await outbox.next(bob.key)).subject).toBe('Confirm your address');
    expect(await app.db.collection('_CODES').countDocuments({ 'data.address': bob.key })).toBe(1);
  });

  it.each([
    {},
    { email: 'no address' },
    { email: null },
    { email: { $ne: 1 } },
    { email: 'a@b.c\nBcc: x@y.z' },
  ])('refuses the address %j', async (body) => {
    const user = await TestUser.create(app);
    expect((await user.client.post(`${AUTH}/email`, body)).status).toBe(400);
  });
});
