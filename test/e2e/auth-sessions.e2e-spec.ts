import type { Problem } from '../support/api-client.js';
import { TestApp } from '../support/test-app.js';
import { AUTH, TestUser, type SignedIn } from '../support/test-user.js';

interface Listed {
  sessions: { id: string; method: string; ip: string; device: string; current: boolean; expires: string }[];
}

describe('sessions', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app.stop());

  const refresh = (refresh_token: unknown) =>
    app.client.post<SignedIn & Problem>(`${AUTH}/token`, { refresh_token });
  const works = async (token: string) => (await app.client.as(token).get(`${AUTH}/sessions`)).status === 200;

  it('are refreshed by a token that is spent by it', async () => {
    const user = await TestUser.create(app, { name: 'Ada' });
    const { status, body, headers } = await refresh(user.signedIn.refresh_token);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      token_type: 'Bearer',
      expires_in: 3600,
      user: { _id: user.id, name: 'Ada' },
    });
    expect(body.csrf_token).toBe(user.signedIn.csrf_token);
    expect(body.refresh_token).not.toBe(user.signedIn.refresh_token);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(await works(body.token)).toBe(true);
    expect((await refresh(body.refresh_token)).status).toBe(200);
  });

  it.each([undefined, '', 'nonsense', 'a.b.c', '65f000000000000000000001.0.' + 'A'.repeat(43)])(
    'are not refreshed by %j',
    async (token) => {
      expect((await refresh(token)).body).toMatchObject({ status: 401, code: 'refresh_token_invalid' });
    },
  );

  it.each([null, 7, {}, { $ne: null }, ['a'], 'x'.repeat(201)])('refuse %j for a token', async (token) => {
    expect((await refresh(token)).body).toMatchObject({ status: 400, code: 'validation_failed' });
  });

  it('take neither an access token for a refresh token nor the other way round', async () => {
    const { signedIn } = await TestUser.create(app);
    expect((await refresh(signedIn.token)).status).toBe(400);
    expect(await works(signedIn.refresh_token)).toBe(false);
  });

  it('are listed with device, address and times, and ended one by one', async () => {
    const user = await TestUser.create(app);
    const phone = await user.signInAgain(app.client.with({ 'user-agent': `Phone ${'x'.repeat(500)}` }));
    const { sessions } = (await user.client.get<Listed>(`${AUTH}/sessions`)).body;
    expect(sessions).toHaveLength(2);
    const [other, own] = sessions;
    expect(own).toMatchObject({
      method: 'password',
      current: true,
      ip: expect.stringMatching(/127.0.0.1/) as string,
    });
    expect(other.current).toBe(false);
    expect(other.device).toMatch(/^Phone x{194}$/);
    expect(Date.parse(own.expires) - Date.now()).toBeGreaterThan(7 * 86_400_000);

    expect((await user.client.delete(`${AUTH}/sessions/${other.id}`)).status).toBe(200);
    expect(await works(phone.token)).toBe(false);
    expect((await refresh(phone.refresh_token)).body.code).toBe('refresh_token_invalid');
    expect(await works(user.token)).toBe(true);
    expect((await user.client.delete<Problem>(`${AUTH}/sessions/${other.id}`)).body.code).toBe('not_found');
  });

  it('of others can neither be seen nor ended', async () => {
    const [ada, bob] = [await TestUser.create(app), await TestUser.create(app)];
    const [{ id }] = (await ada.client.get<Listed>(`${AUTH}/sessions`)).body.sessions;
    expect(
      (await bob.client.get<Listed>(`${AUTH}/sessions`)).body.sessions.map((one) => one.id),
    ).not.toContain(id);
    expect((await bob.client.delete<Problem>(`${AUTH}/sessions/${id}`)).body.code).toBe('not_found');
    expect(await works(ada.token)).toBe(true);
  });

  it.each(['post', 'get'] as const)('end by %s /signout', async (method) => {
    const user = await TestUser.create(app);
    const other = await user.signInAgain(app.client);
    expect((await user.client[method](`${AUTH}/signout`)).status).toBe(200);
    expect(await works(user.token)).toBe(false);
    expect((await refresh(user.signedIn.refresh_token)).status).toBe(401);
    expect(await works(other.token)).toBe(true);
  });

  it('end by a refresh token alone, and only by the present one', async () => {
    const user = await TestUser.create(app);
    const next = (await refresh(user.signedIn.refresh_token)).body;
    const end = (refresh_token: string) => app.client.post<Problem>(`${AUTH}/signout`, { refresh_token });
    expect((await end(user.signedIn.refresh_token)).status).toBe(200);
    expect(await works(next.token)).toBe(true);
    expect((await end(next.refresh_token)).status).toBe(200);
    expect(await works(next.token)).toBe(false);
    expect((await app.client.post<Problem>(`${AUTH}/signout`)).body.code).toBe('refresh_token_invalid');
  });

  it('end all at once', async () => {
    const user = await TestUser.create(app);
    const other = await user.signInAgain(app.client);
    expect((await user.client.delete(`${AUTH}/sessions`)).status).toBe(200);
    for (const { token, refresh_token } of [user.signedIn, other]) {
      expect(await works(token)).toBe(false);
      expect((await refresh(refresh_token)).status).toBe(401);
    }
    expect(await works((await user.signInAgain(app.client)).token)).toBe(true);
    expect(await app.db.collection('_SESSIONS').countDocuments({ user: user.id })).toBe(1);
  });

  it('end by a new password, whoever sets it', async () => {
    for (const by of ['user', 'server'] as const) {
      const user = await TestUser.create(app);
      const client = by === 'user' ? user.client : app.client;
      const document = { $set: { _password: 'another good one' }, $inc: { changes: 1 } };
      const { body } = await client.patch(`${AUTH}/${user.key}`, { document });
      expect(body).toMatchObject({ changes: 1 });
      expect(await works(user.token)).toBe(false);
      expect((await refresh(user.signedIn.refresh_token)).status).toBe(401);
    }
  });

  it('last as long as SERVER_SESSION_LIFETIME says', async () => {
    const short = await TestApp.start({ env: { SERVER_SESSION_LIFETIME: '60', AUTH_TOKEN_LIFETIME: '2h' } });
    try {
      const user = await TestUser.create(short);
      expect(user.signedIn.expires_in).toBe(60);
      await short.db.collection('_SESSIONS').updateMany({}, { $set: { expires: new Date(Date.now() - 1) } });
      const { refresh_token } = user.signedIn;
      expect((await short.client.post<Problem>(`${AUTH}/token`, { refresh_token })).body.code).toBe(
        'refresh_token_invalid',
      );
      expect((await user.client.get<Listed>(`${AUTH}/sessions`)).body.sessions).toEqual([]);
    } finally {
      await short.stop();
    }
  });
});
