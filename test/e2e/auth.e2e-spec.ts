import { RESERVED_WORDS } from '../../src/services/auth/reserved-words.js';
import type { Problem } from '../support/api-client.js';
import { TestApp } from '../support/test-app.js';
import { AUTH, TestUser } from '../support/test-user.js';

interface Account {
  _id: string;
  _key: string;
  _inserted: string;
  _patched?: string;
  [field: string]: unknown;
}

interface SignedIn {
  token: string;
  token_type: string;
  expires_in: number;
  user: Account;
}

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const PASSWORD = 'correct horse battery';

describe('accounts', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app.stop());

  let last = 0;
  const freshKey = () => `user-${(last += 1)}@example.com`;
  const signUp = (body: object) => app.client.post<Account & Problem>(`${AUTH}/signup`, body);
  const signIn = (body: object) => app.client.post<SignedIn & Problem>(`${AUTH}/signin`, body);
  const read = (key: string) => app.client.get<Account & Problem>(`${AUTH}/${encodeURIComponent(key)}`);
  const stored = (_key: string) => app.db.collection('_USERS').findOne({ _key });

  describe('POST /signup', () => {
    it('answers 201 with the account, without its password', async () => {
      const _key = freshKey();
      const document = {
        name: 'Ada',
        role: 'user',
        active: true,
        address: { city: 'London' },
        tags: ['a', 1, null],
      };
      const { status, body, headers } = await signUp({ _key, _password: PASSWORD, document });
      expect(status).toBe(201);
      expect(body).toEqual({
        _id: expect.stringMatching(/^[0-9a-f]{24}$/) as string,
        _key,
        _inserted: expect.stringMatching(ISO) as string,
        ...document,
      });
      expect(headers.get('cache-control')).toBe('no-store');
    });

    it('stores a bcrypt hash and a date', async () => {
      const _key = freshKey();
      await signUp({ _key, _password: PASSWORD });
      expect(await stored(_key)).toEqual({
        _id: expect.stringMatching(/^[0-9a-f]{24}$/) as string,
        _key,
        _password: expect.stringMatching(/^\$2b\$04\$.{53}$/) as string,
        _inserted: expect.any(Date) as Date,
      });
    });

    it('makes an account that cannot sign in by password when it has none', async () => {
      const _key = freshKey();
      expect((await signUp({ _key, document: { name: 'Grace' } })).status).toBe(201);
      expect(await stored(_key)).not.toHaveProperty('_password');
      for (const _password of ['', PASSWORD, 'undefined', 'null'])
        expect((await signIn({ _key, _password })).body.code).toBe('credentials_invalid');
    });

    it('answers 409 when the key is taken, and leaves the account alone', async () => {
      const _key = freshKey();
      await signUp({ _key, _password: PASSWORD, document: { name: 'first' } });
      const { status, body } = await signUp({
        _key,
        _password: 'another password',
        document: { name: 'second' },
      });
      expect(status).toBe(409);
      expect(body).toMatchObject({ code: 'key_taken', errors: [{ field: '/_key' }] });
      expect(await stored(_key)).toMatchObject({ name: 'first' });
      expect((await signIn({ _key, _password: PASSWORD })).status).toBe(200);
    });

    it('keeps keys as they are given: another case is another account', async () => {
      const _key = freshKey();
      expect((await signUp({ _key })).status).toBe(201);
      expect((await signUp({ _key: _key.toUpperCase() })).body._key).toBe(_key.toUpperCase());
    });

    it.each([
      'a',
      'x'.repeat(256),
      '漢'.repeat(256),
      'with space',
      'a/b?c#d%e',
      '🔑',
      'constructor',
      '__proto__',
    ])('takes the key %j, and finds it again', async (_key) => {
      expect((await signUp({ _key, _password: PASSWORD })).status).toBe(201);
      expect((await read(_key)).body._key).toBe(_key);
      expect((await signIn({ _key, _password: PASSWORD })).body.user._key).toBe(_key);
    });

    it.each([
      undefined,
      null,
      '',
      42,
      true,
      ['ada'],
      'x'.repeat(257),
      ' ada',
      'ada ',
      'a\nb',
      'a\0b',
      'a\u2028b',
      '\ud800',
      '.',
      '..',
    ])('refuses the key %j', async (_key) => {
      const { status, body } = await signUp({ _key, _password: PASSWORD });
      expect(status).toBe(400);
      expect(body).toMatchObject({ code: 'validation_failed', errors: [{ field: '/_key' }] });
    });

    it.each([...RESERVED_WORDS, 'SignUp'])(
      'refuses the word "%s", which is or becomes a route',
      async (_key) => {
        expect((await signUp({ _key })).body).toMatchObject({ status: 400, code: 'validation_failed' });
        // A route of that name answers, or no account does.
        const { status, body } = await read(_key);
        expect([200, 400, 401, 404]).toContain(status);
        expect(body).not.toMatchObject({ _key });
      },
    );

    it.each([null, '', 'seven77', 12345678, true, ['correct horse'], '\ud800 correct horse'])(
      'refuses the password %j',
      async (_password) => {
        const { body } = await signUp({ _key: freshKey(), _password });
        expect(body).toMatchObject({
          status: 400,
          code: 'validation_failed',
          errors: [{ field: '/_password' }],
        });
      },
    );

    it('takes passwords of 8 to 72 bytes', async () => {
      for (const _password of ['1x3y5z7q', 'é'.repeat(4), 'é'.repeat(36), 'x'.repeat(72)]) {
        const _key = freshKey();
        expect((await signUp({ _key, _password })).status).toBe(201);
        expect((await signIn({ _key, _password })).status).toBe(200);
      }
    });

    it.each(['x'.repeat(73), 'é'.repeat(37)])(
      'says clearly that a password is too long',
      async (_password) => {
        const _key = freshKey();
        const { body } = await signUp({ _key, _password });
        expect(body).toMatchObject({
          status: 400,
          code: 'password_too_long',
          errors: [{ field: '/_password' }],
        });
        expect(await stored(_key)).toBeNull();
      },
    );

    it.each([null, [], 'text', 7])('refuses the document %j', async (document) => {
      const { body } = await signUp({ _key: freshKey(), document });
      expect(body).toMatchObject({
        status: 400,
        code: 'validation_failed',
        errors: [{ field: '/document' }],
      });
    });

    it('refuses an unknown member, a missing body and one that is no object', async () => {
      expect((await signUp({ _key: freshKey(), role: 'admin' })).body.code).toBe('validation_failed');
      for (const body of [undefined, '', '[]', '"ada"', 'null', '7'])
        expect((await app.client.post<Problem>(`${AUTH}/signup`, body)).status).toBe(400);
      expect((await app.client.post<Problem>(`${AUTH}/signup`, '{"_key":')).body.code).toBe('malformed_json');
    });

    it('understands Extended JSON and answers in it what JSON cannot hold', async () => {
      const _key = freshKey();
      const document = { born: { $date: '1815-12-10T00:00:00Z' }, visits: { $numberLong: '7' } };
      const { body } = await signUp({ _key, document });
      expect(body).toMatchObject({ born: '1815-12-10T00:00:00.000Z', visits: 7 });
      expect(await stored(_key)).toMatchObject({ born: new Date('1815-12-10') });
    });

    it('answers 201 as GET does', async () => {
      const _key = freshKey();
      const document = {
        ratio: { $numberDouble: '5' },
        exact: { $numberLong: '9007199254740993' },
        price: 1.5,
      };
      const { body } = await signUp({ _key, document });
      expect((await read(_key)).body).toEqual(body);
      expect(body).toMatchObject({ ratio: 5, exact: { $numberLong: '9007199254740993' } });
    });
  });

  describe('POST /signin', () => {
    let user: TestUser;
    beforeAll(async () => {
      user = await TestUser.create(app, { name: 'Ada', active: true, plan: { name: 'pro' } });
    });

    it('answers with a token and the account', async () => {
      const { status, body, headers } = await signIn({ _key: user.key, _password: user.password });
      expect(status).toBe(200);
      expect(Object.keys(body).sort()).toEqual([
        'csrf_token',
        'expires_in',
        'refresh_token',
        'token',
        'token_type',
        'user',
      ]);
      expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 3600 });
      expect(body.user).toEqual((await read(user.key)).body);
      expect(headers.get('cache-control')).toBe('no-store');
      expect((await app.client.as(body.token).get<Account>(`${AUTH}/${user.key}`)).body._id).toBe(user.id);
    });

    it.each([{}, { active: true }, { 'plan.name': 'pro' }, { $or: [{ active: false }, { name: 'Ada' }] }])(
      'lets in who matches the query %j',
      async (query) => {
        expect((await signIn({ _key: user.key, _password: user.password, query })).status).toBe(200);
      },
    );

    it.each([
      { active: false },
      { role: 'admin' },
      { _key: 'somebody else' },
      { 'plan.name': { $ne: 'pro' } },
    ])('refuses who does not match the query %j', async (query) => {
      const { body } = await signIn({ _key: user.key, _password: user.password, query });
      expect(body).toMatchObject({ status: 401, code: 'credentials_invalid' });
    });

    it('does not look for the account by the query alone', async () => {
      const query = { $or: [{ _key: user.key }, {}] };
      const { body } = await signIn({ _key: 'nobody', _password: user.password, query });
      expect(body.code).toBe('credentials_invalid');
    });

    it('refuses a password that only begins like the right one', async () => {
      const _key = freshKey();
      await signUp({ _key, _password: 'x'.repeat(72) });
      expect((await signIn({ _key, _password: 'x'.repeat(73) })).body.code).toBe('credentials_invalid');
      expect((await signIn({ _key, _password: 'x'.repeat(71) })).body.code).toBe('credentials_invalid');
    });

    it.each([
      {},
      { _key: 'ada' },
      { _password: PASSWORD },
      { _key: 'ada', _password: null },
      { _key: 'ada', _password: PASSWORD, query: null },
      { _key: 'ada', _password: PASSWORD, query: [] },
      { _key: 'ada', _password: PASSWORD, query: '{}' },
      { _key: 'ada', _password: PASSWORD, remember: true },
    ])('refuses the body %j', async (body) => {
      expect((await signIn(body)).body).toMatchObject({ status: 400, code: 'validation_failed' });
    });

    it('does not let an old token in the way of a new one', async () => {
      const answer = await app.client
        .as('expired-long-ago')
        .post(`${AUTH}/signin`, { _key: user.key, _password: user.password });
      expect(answer.status).toBe(200);
    });
  });

  it('asks for the secret key on every route', async () => {
    const user = await TestUser.create(app);
    const calls = (client: typeof app.client) => [
      client.post<Problem>(`${AUTH}/signup`, { _key: freshKey() }),
      client.post<Problem>(`${AUTH}/signin`, { _key: user.key, _password: user.password }),
      client.get<Problem>(`${AUTH}/${user.key}`),
      client.patch<Problem>(`${AUTH}/${user.key}`, { document: { $set: { a: 1 } } }),
    ];
    for (const { body } of await Promise.all(calls(app.anonymous.as(user.token))))
      expect(body).toMatchObject({ status: 401, code: 'api_key_required' });
    for (const { body } of await Promise.all(calls(app.client.with({ 'x-api-key': 'wrong' }))))
      expect(body).toMatchObject({ status: 401, code: 'api_key_invalid' });
  });
});
