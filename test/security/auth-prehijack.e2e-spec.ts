import type { Problem } from '../support/api-client.js';
import { Outbox } from '../support/outbox.js';
import { TestApp } from '../support/test-app.js';
import { AUTH, TestUser, type SignedIn } from '../support/test-user.js';

describe('an account that a stranger has made with the address of somebody else', () => {
  let app: TestApp;
  let outbox: Outbox;
  beforeAll(async () => {
    app = await TestApp.start({ env: { AUTH_MAIL_TAKEOVER: 'true' } });
    outbox = new Outbox(app);
  });
  afterAll(() => app.stop());

  const stored = (id: string) => app.db.collection<{ _id: string }>('_USERS').findOne({ _id: id });
  const withPassword = ({ key, password }: TestUser) =>
    app.client.post<Problem>(`${AUTH}/signin`, { _key: key, _password: password });

  /** Everything that the stranger could come back by. */
  const leaveWaysBehind = async (stranger: TestUser) => {
    await app.db
      .collection<{ _id: string }>('_USERS')
      .updateOne(
        { _id: stranger.id },
        { $set: { _totp: { secret: 'x', confirmed: true, last: 0 }, _recovery: ['x'] } },
      );
    const of = { user: stranger.id, collection: '_USERS' };
    await app.db.collection('_PASSKEYS').insertOne({ ...of, publicKey: '', counter: 0, name: 'theirs' });
    await app.db.collection('_IDENTITIES').insertOne({ ...of, provider: 'google', identifier: 'theirs' });
  };
  const waysOf = async ({ id }: TestUser) => {
    const account = await stored(id);
    return {
      fields: Object.keys(account ?? {}).filter((field) => ['_totp', '_recovery'].includes(field)),
      passkeys: await app.db.collection('_PASSKEYS').countDocuments({ user: id }),
      identities: await app.db.collection('_IDENTITIES').countDocuments({ user: id }),
    };
  };
  const NONE = { fields: [], passkeys: 0, identities: 0 };

  const byCode = async (key: string, signin: boolean) => {
    const { body } = await app.client.post<{ otp_token: string }>(`${AUTH}/passgen`, { _key: key });
    const _password = await outbox.code(key);
    const check = { _key: key, _password, token: body.otp_token, signin };
    return (await app.client.post<SignedIn>(`${AUTH}/passver`, check)).body;
  };
  const byLink = async (key: string) => {
    await app.client.post(`${AUTH}/magic`, { _key: key });
    const token = await outbox.token(key);
    return (await app.client.post<SignedIn>(`${AUTH}/magic/verify`, { token })).body;
  };

  it.each([
    ['a mailed code', (key: string) => byCode(key, true)],
    ['a mailed link', byLink],
  ])("is its owner's alone after a sign-in by %s", async (_, signIn) => {
    const stranger = await TestUser.create(app);
    await leaveWaysBehind(stranger);
    const owner = await signIn(stranger.key);
    expect(owner.user).toMatchObject({ _id: stranger.id, _verified: true });

    expect(await waysOf(stranger)).toEqual(NONE);
    expect((await withPassword(stranger)).body.code).toBe('credentials_invalid');
    expect((await stranger.client.get<Problem>(`${AUTH}/${stranger.key}`)).body.code).toBe('token_invalid');
    const refresh = { refresh_token: stranger.signedIn.refresh_token };
    expect((await app.client.post(`${AUTH}/token`, refresh)).status).toBe(401);
    expect((await app.client.as(owner.token).get(`${AUTH}/${stranger.key}`)).status).toBe(200);
    expect((await outbox.next(stranger.key)).subject).toBe('Your password was removed');
  });

  it("is its owner's alone after a new password", async () => {
    const stranger = await TestUser.create(app);
    await leaveWaysBehind(stranger);
    await app.client.post(`${AUTH}/forgot`, { _key: stranger.key });
    const token = await outbox.token(stranger.key);
    const _password = 'only the owner knows this';
    expect((await app.client.post(`${AUTH}/reset`, { token, _password })).status).toBeLessThan(300);
    expect(await waysOf(stranger)).toEqual(NONE);
    expect((await withPassword(stranger)).status).toBe(401);
    expect((await app.client.post(`${AUTH}/signin`, { _key: stranger.key, _password })).status).toBe(200);
  });

  it('keeps its password where the code only confirms, and once it is confirmed', async () => {
    const user = await TestUser.create(app);
    await byCode(user.key, false);
    expect((await withPassword(user)).status).toBe(200);
    expect((await byLink(user.key)).user._id).toBe(user.id);
    expect((await withPassword(user)).status).toBe(200);
  });
});
