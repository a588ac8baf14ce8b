import { jest } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { Database } from '../../src/platform/database/database.service.js';
import { UserTokens } from '../../src/platform/security/user-tokens.service.js';
import type { ApiClient, Problem } from '../support/api-client.js';
import { DatabaseProxy } from '../support/database-proxy.js';
import { TestApp } from '../support/test-app.js';
import { AUTH, TestUser, type SignedIn } from '../support/test-user.js';

/** Longest time after which every instance knows what one has revoked, in milliseconds; the contract allows 3 s. */
const AT_ONCE_MS = 2500;

describe('sessions: tokens that outlive sign-out, password change, or a theft', () => {
  let one: TestApp;
  let two: TestApp;
  beforeAll(async () => {
    one = await TestApp.start();
    two = await TestApp.start({ env: { MONGODB_DATABASE: one.databaseName } });
  });
  afterAll(async () => {
    await two.nest.close();
    await one.stop();
  });

  const refresh = (client: ApiClient, refresh_token: string) =>
    client.post<SignedIn & Problem>(`${AUTH}/token`, { refresh_token });
  const stateOn = async (app: TestApp, token: string) =>
    (await app.client.as(token).get<Problem | undefined>(`${AUTH}/sessions`)).body?.code ?? 'good';

  it.each([
    ['sign-out', (user: TestUser) => user.client.post(`${AUTH}/signout`)],
    ['sign-out everywhere', (user: TestUser) => user.client.delete(`${AUTH}/sessions`)],
    [
      'a password change',
      (user: TestUser) =>
        user.client.patch(`${AUTH}/${user.key}`, { document: { $set: { _password: 'another good one' } } }),
    ],
  ])('%s is known to another instance', async (_what, end) => {
    const user = await TestUser.create(one);
    // The other instance has seen the token and found it good: nothing it remembers may outlive the revocation.
    expect(await stateOn(two, user.token)).toBe('good');
    expect((await end(user)).status).toBe(200);
    expect(await stateOn(one, user.token)).toBe('token_invalid');
    await sleep(AT_ONCE_MS);
    expect(await stateOn(two, user.token)).toBe('token_invalid');
    expect((await refresh(two.client, user.signedIn.refresh_token)).body.code).toBe('refresh_token_invalid');
  });

  it('an instance that starts later knows what was revoked before', async () => {
    const user = await TestUser.create(one);
    await user.client.post(`${AUTH}/signout`);
    const three = await TestApp.start({ env: { MONGODB_DATABASE: one.databaseName } });
    expect(await stateOn(three, user.token)).toBe('token_invalid');
    await three.nest.close();
  });

  it('verification reads no database in the common case', async () => {
    const user = await TestUser.create(one);
    const tokens = one.nest.get(UserTokens);
    await tokens.verify(user.token);
    const database = one.nest.get(Database);
    const [ofProject, ofSystem] = [jest.spyOn(database, 'collection'), jest.spyOn(database, 'system')];
    for (let count = 0; count < 2000; count += 1) await tokens.verify(user.token);
    expect(ofProject).not.toHaveBeenCalled();
    // The background job, twice a second.
    expect(ofSystem.mock.calls.length).toBeLessThan(200);
    ofProject.mockRestore();
    ofSystem.mockRestore();
  });

  it('nobody is admitted on old knowledge while the database is away', async () => {
    const proxy = await DatabaseProxy.start();
    const app = await TestApp.start({ env: { MONGODB_URI: proxy.uri, MONGODB_DATABASE: one.databaseName } });
    try {
      const user = await TestUser.create(one);
      expect(await stateOn(app, user.token)).toBe('good');
      proxy.cut();
      await sleep(AT_ONCE_MS);
      expect((await app.client.as(user.token).get<Problem>(`${AUTH}/sessions`)).body).toMatchObject({
        status: 503,
        code: 'database_unavailable',
      });
    } finally {
      await app.nest.close();
      await proxy.stop();
    }
  });

  it('a refresh token spent twice ends its family, on both sides', async () => {
    const user = await TestUser.create(one);
    const other = await user.signInAgain(one.client);
    const next = (await refresh(one.client, user.signedIn.refresh_token)).body;
    expect((await refresh(two.client, user.signedIn.refresh_token)).body.code).toBe('refresh_token_invalid');
    expect((await refresh(one.client, next.refresh_token)).body.code).toBe('refresh_token_invalid');
    expect(await stateOn(two, next.token)).toBe('token_invalid');
    expect(await stateOn(two, user.token)).toBe('token_invalid');
    // Another device of the user is none of the thief's.
    expect((await refresh(one.client, other.refresh_token)).status).toBe(200);
  });

  it('a refresh token spent many times at once is spent once', async () => {
    const user = await TestUser.create(one);
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        refresh((index % 2 ? one : two).client, user.signedIn.refresh_token),
      ),
    );
    expect(answers.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1);
    expect(answers.filter(({ status }) => status === 401).length).toBeGreaterThanOrEqual(9);
    expect(await one.db.collection('_SESSIONS').countDocuments({ user: user.id })).toBe(0);
  });

  it('a refresh token with a guessed number ends nothing', async () => {
    const user = await TestUser.create(one);
    const [session, , signature] = user.signedIn.refresh_token.split('.');
    const next = (await refresh(one.client, user.signedIn.refresh_token)).body;
    for (const guess of [
      `${session}.1.${signature}`,
      `${session}.0.${'A'.repeat(43)}`,
      `${session}.-1.${signature}`,
    ])
      expect((await refresh(one.client, guess)).status).toBe(401);
    expect((await refresh(one.client, next.refresh_token)).status).toBe(200);
  });

  it('a session that began while the password changed does not outlive it', async () => {
    const user = await TestUser.create(one);
    const change = { document: { $set: { _password: 'another good one' } } };
    const [signedIn] = await Promise.all([
      one.client.post<SignedIn>(`${AUTH}/signin`, { _key: user.key, _password: user.password }),
      two.client.patch(`${AUTH}/${user.key}`, change),
    ]);
    if (signedIn.status !== 200) return;
    await sleep(AT_ONCE_MS);
    expect(await stateOn(one, signedIn.body.token)).toBe('token_invalid');
    expect((await refresh(one.client, signedIn.body.refresh_token)).status).toBe(401);
  });

  it('of a deleted account nothing is left to refresh', async () => {
    const user = await TestUser.create(one);
    await one.db.collection<{ _id: string }>('_USERS').deleteOne({ _id: user.id });
    expect((await refresh(one.client, user.signedIn.refresh_token)).body.code).toBe('refresh_token_invalid');
    expect(await stateOn(one, user.token)).toBe('token_invalid');
  });

  it('no secret of a session is stored as it is', async () => {
    const user = await TestUser.create(one);
    const stored = JSON.stringify(await one.db.collection('_SESSIONS').find({ user: user.id }).toArray());
    for (const secret of [user.signedIn.refresh_token.split('.')[2], user.token, user.signedIn.csrf_token])
      expect(stored).not.toContain(secret);
  });
});
