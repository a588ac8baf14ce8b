import { RESERVED_WORDS } from '../../src/services/auth/reserved-words.js';
import type { Problem } from '../support/api-client.js';
import { CookieJar } from '../support/cookie-jar.js';
import { withPublishableKey } from '../support/publishable-key.js';
import { TestApp } from '../support/test-app.js';
import { AUTH, TestUser, type SignedIn } from '../support/test-user.js';

const ADA = { _key: 'ada@example.com', _password: 'correct horse battery' };

describe('accounts of collections in the path', () => {
  let app: TestApp;
  let ada: SignedIn;
  beforeAll(async () => {
    app = await TestApp.start();
    await app.client.post(`${AUTH}/signup/members/`, { ...ADA, document: { name: 'Ada' } });
    ada = (await app.client.post<SignedIn>(`${AUTH}/signin/members/`, ADA)).body;
  });
  afterAll(() => app.stop());

  it('sign up, sign in, look, change and sign out as in Coglex 1.0', async () => {
    const bob = { _key: 'bob', _password: 'correct horse battery' };
    const up = await app.client.post(`${AUTH}/signup/members`, { ...bob, document: { name: 'Bob' } });
    expect(up).toMatchObject({ status: 201, body: { _key: 'bob', name: 'Bob' } });
    const { status, body, headers } = await app.client.post<SignedIn>(`${AUTH}/signin/members`, bob);
    expect(status).toBe(200);
    expect(body).toMatchObject({ token_type: 'Bearer', user: { _key: 'bob' } });
    const client = app.client.as(body.token);

    const byCookie = new CookieJar().take(headers).on(app.client);
    for (const one of [client, byCookie])
      expect((await one.get(`${AUTH}/session/members/`)).body).toMatchObject({ _key: 'bob', name: 'Bob' });
    const document = { $set: { name: 'Robert' } };
    const changed = await client.patch(`${AUTH}/refresh/members/`, { document });
    expect(changed.body).toMatchObject({ _key: 'bob', name: 'Robert' });
    expect((await client.get<{ sessions: unknown[] }>(`${AUTH}/sessions`)).body.sessions).toHaveLength(1);

    const next = await app.client.post<SignedIn>(`${AUTH}/token`, { refresh_token: body.refresh_token });
    expect(next.body.user._key).toBe('bob');
    expect((await client.get(`${AUTH}/signout/members/`)).status).toBe(200);
    expect((await client.get<Problem>(`${AUTH}/session/members`)).body.code).toBe('token_invalid');
  });

  it('live side by side, and their tokens do not cross', async () => {
    const user = await TestUser.create(app);
    await app.client.post(`${AUTH}/signup/clients`, ADA);
    const other = (await app.client.post<SignedIn>(`${AUTH}/signin/clients`, ADA)).body;
    expect(other.user._id).not.toBe(ada.user._id);
    for (const [token, collection] of [
      [other.token, 'members'],
      [ada.token, 'clients'],
      [user.token, 'members'],
      [ada.token, '_USERS'],
      [ada.token, 'nowhere'],
    ]) {
      const client = app.client.as(token);
      for (const answer of [
        await client.get<Problem>(`${AUTH}/session/${collection}`),
        await client.patch<Problem>(`${AUTH}/refresh/${collection}`, { document: { $set: { a: 1 } } }),
        await client.get<Problem>(`${AUTH}/signout/${collection}`),
        await client.post<Problem>(`${AUTH}/signout/${collection}`),
      ])
        expect(answer.body).toMatchObject({ status: 401, code: 'token_invalid' });
    }
    expect((await app.client.as(ada.token).get<Problem>(`${AUTH}/${ADA._key}`)).body.code).toBe(
      'token_invalid',
    );
    expect((await app.client.as(ada.token).get(`${AUTH}/session/members`)).status).toBe(200);
    expect((await user.client.get(`${AUTH}/session/_USERS`)).body).toMatchObject({ _id: user.id });
  });

  it('are closed to the storage service, also on another instance', async () => {
    const storage = '/service/storage/v1/members';
    for (const answer of [
      await app.client.get<Problem>(storage),
      await app.client.get<Problem>(`${storage}/${ada.user._id}`),
      await app.client.post<Problem>(storage, { name: 'Mallory' }),
      await app.client.post<Problem>(`/service/storage/v1/orders/aggregate`, {
        pipeline: [{ $lookup: { from: 'members', pipeline: [], as: 'all' } }],
      }),
    ])
      expect([400, 404]).toContain(answer.status);
    const other = await TestApp.start({ env: { MONGODB_DATABASE: app.databaseName } });
    try {
      expect((await other.client.get(storage)).status).toBe(404);
      expect((await other.client.post(`${AUTH}/signin/members`, ADA)).status).toBe(200);
    } finally {
      await other.nest.close();
    }
  });

  it('are not made where other documents are, nor among those of the system', async () => {
    await app.client.post('/service/storage/v1/orders', { number: 1 });
    const taken = await app.client.post<Problem>(`${AUTH}/signup/orders`, ADA);
    expect(taken.body).toMatchObject({ status: 409, code: 'conflict' });
    for (const name of ['_SESSIONS', '_KEYS', '_JOBS', '_ANYTHING'])
      expect((await app.client.post<Problem>(`${AUTH}/signup/${name}`, ADA)).status).toBe(404);
    expect((await app.client.get('/service/storage/v1/orders')).status).toBe(200);
  });

  it('are opened by a secret key alone, and then used with a publishable one', async () => {
    const browser = await withPublishableKey(app);
    const body = { ...ADA, _key: 'eve' };
    expect((await browser.post<Problem>(`${AUTH}/signup/guests`, body)).body.code).toBe('not_found');
    await app.client.post(`${AUTH}/signup/guests`, ADA);
    expect((await browser.post(`${AUTH}/signup/guests`, body)).status).toBe(201);
    const { token } = (await browser.post<SignedIn>(`${AUTH}/signin/guests`, body)).body;
    expect((await browser.as(token).get(`${AUTH}/session/guests`)).body).toMatchObject({ _key: 'eve' });
  });

  it('do not sign in where no accounts are, and say so as for a wrong password', async () => {
    await app.client.post('/service/storage/v1/bills', { _key: 'x', number: 1 });
    for (const name of ['nowhere', 'bills', '_SESSIONS'])
      expect((await app.client.post<Problem>(`${AUTH}/signin/${name}`, ADA)).body.code).toBe(
        'credentials_invalid',
      );
  });

  it.each([...[...RESERVED_WORDS].slice(0, 3), 'SignOut', 'a b', 'a.b', '$a', '-a', 'x'.repeat(101)])(
    'cannot be called %j',
    async (name) => {
      for (const path of ['signup', 'signin'])
        expect(
          (await app.client.post(`${AUTH}/${path}/${encodeURIComponent(name)}`, ADA)).body,
        ).toMatchObject({
          status: 400,
          code: 'validation_failed',
          errors: [{ field: '/collection' }],
        });
    },
  );
});
