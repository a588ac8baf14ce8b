import { jest } from '@jest/globals';
import { Passwords } from '../../src/platform/security/passwords.service.js';
import type { ApiAnswer, Problem } from '../support/api-client.js';
import { ServerProcess } from '../support/server-process.js';
import { TEST_SECRET, TestApp } from '../support/test-app.js';
import { AUTH, TestUser, type SignedIn } from '../support/test-user.js';

const PASSWORD = 'correct horse battery';
const HASH = /\$2[aby]\$\d\d\$/;

describe('accounts: protected fields, enumeration and leaks', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app.stop());

  const users = () => app.db.collection<{ _id: string; [field: string]: unknown }>('_USERS');
  const patch = (user: TestUser, document: unknown) =>
    user.client.patch<Problem>(`${AUTH}/${user.key}`, { document });

  describe('a client overwrites protected fields by update operators', () => {
    const FIELDS = ['_id', '_key', '_password', '_inserted', '_patched', '_verified', '_roles'];
    const UPDATES = FIELDS.flatMap((field) => [
      ...(field === '_password' ? [] : [{ $set: { [field]: 'changed' } }]),
      { $set: { [`${field}.0`]: 'x' } },
      { $set: { [`${field}.a.b`]: 'x' } },
      { $set: { [`${field}.$[]`]: 'x' } },
      { $unset: { [field]: '' } },
      { $rename: { [field]: 'stolen' } },
      { $rename: { name: field } },
      { $rename: { name: `${field}.x` } },
      { $inc: { [field]: 1 } },
      { $mul: { [field]: 2 } },
      { $min: { [field]: '' } },
      { $max: { [field]: 'zzz' } },
      { $currentDate: { [field]: true } },
      { $setOnInsert: { [field]: 'x' } },
      { $push: { [field]: 'x' } },
      { $addToSet: { [field]: 'x' } },
      { $pop: { [field]: 1 } },
      { $pull: { [field]: 'x' } },
      { $pullAll: { [field]: ['x'] } },
      { $bit: { [field]: { or: 1 } } },
    ]);

    let user: TestUser;
    let before: unknown;
    beforeAll(async () => {
      user = await TestUser.create(app, { name: 'Ada' });
      before = await users().findOne({ _id: user.id });
    });

    it.each(UPDATES)('%j', async (document) => {
      expect((await patch(user, document)).body).toMatchObject({ status: 400, code: 'update_refused' });
      // Beside a change that is allowed, too, and with the secret key alone.
      const mixed = { ...document, $set: { ...('$set' in document ? document.$set : {}), fine: true } };
      const answer = await app.client.patch<Problem>(`${AUTH}/${user.key}`, { document: mixed });
      expect(answer.body.code).toBe('update_refused');
      expect(await users().findOne({ _id: user.id })).toEqual(before);
    });

    it.each([
      [[{ $set: { _password: '$name' } }]],
      [{ $set: { _password: { $concat: ['a', 'b'] } } }],
      [{ $replaceRoot: { newRoot: { _key: 'admin' } } }],
      [{ $set: { name: 1 }, _password: 'plain text' }],
      [{ _password: 'plain text' }],
    ])('by another form of update: %j', async (document) => {
      expect((await patch(user, document)).status).toBe(400);
      expect(await users().findOne({ _id: user.id })).toEqual(before);
    });

    it('copies a hash into the clear by $rename, or sets a hash as it is', async () => {
      const other = await TestUser.create(app);
      const hash = (await users().findOne({ _id: user.id }))?._password as string;
      expect((await patch(other, { $set: { _password: hash } })).status).toBe(200);
      // The hash is a password like any other: it was hashed again and does not let the old password in.
      const answer = await app.client.post(`${AUTH}/signin`, { _key: other.key, _password: user.password });
      expect(answer.status).toBe(401);
    });
  });

  describe('a chosen document id grants a role', () => {
    it.each([
      { _id: '65f000000000000000000001' },
      { document: { _id: '65f000000000000000000001' } },
      { document: { _verified: true } },
      { document: { _roles: ['admin'] } },
      { document: { _password: '$2b$04$UlEKN3rn3UO.8gTHuljQD.WhbGGYKwLp0Ej0G3n3ZbO3c4vVv3vVe' } },
      { document: { _key: 'admin' } },
      { document: { _inserted: '1970-01-01' } },
      { role: 'admin' },
      { collection: '_ADMINS' },
    ])('%j', async (extra) => {
      const { status } = await app.client.post(`${AUTH}/signup`, {
        _key: 'chosen',
        _password: PASSWORD,
        ...extra,
      });
      expect(status).toBe(400);
      expect(await users().countDocuments({ _key: 'chosen' })).toBe(0);
    });
  });

  it('duplicate sign-up race: two requests, one account', async () => {
    const body = { _key: 'race', _password: PASSWORD };
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => app.client.post(`${AUTH}/signup`, body)),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(await users().countDocuments({ _key: 'race' })).toBe(1);
  });

  describe('user enumeration', () => {
    const same = (answers: ApiAnswer<Problem>[]) => {
      const looks = answers.map(({ status, body, headers }) => {
        const names = [...headers.keys()].filter((name) => name !== 'date');
        return { status, names, length: headers.get('content-length'), body: { ...body, requestId: '' } };
      });
      expect(new Set(looks.map((look) => JSON.stringify(look))).size).toBe(1);
    };
    const failures = async () => {
      const user = await TestUser.create(app, { active: true });
      await app.client.post(`${AUTH}/signup`, { _key: 'without-password' });
      await users().insertOne({ _id: 'imported', _key: 'imported', _password: 'not-a-hash' });
      return [
        { _key: 'nobody', _password: PASSWORD },
        { _key: user.key, _password: 'wrong password' },
        { _key: user.key, _password: `${user.password}${'x'.repeat(72)}` },
        { _key: user.key, _password: user.password, query: { active: false } },
        { _key: 'without-password', _password: PASSWORD },
        { _key: 'imported', _password: 'not-a-hash' },
      ];
    };

    it('by different answers and different work of a sign-in', async () => {
      const bodies = await failures();
      const check = jest.spyOn(app.nest.get(Passwords), 'check');
      const answers = [];
      for (const body of bodies) answers.push(await app.client.post<Problem>(`${AUTH}/signin`, body));
      expect(answers[0].body).toMatchObject({ status: 401, code: 'credentials_invalid' });
      same(answers);
      // Each attempt checks one password; that this is one run of bcrypt in every case is tested beside Passwords.
      expect(check).toHaveBeenCalledTimes(bodies.length);
      check.mockRestore();
    });

    it('by asking for somebody else with a user token', async () => {
      const [ada, bob] = [await TestUser.create(app), await TestUser.create(app)];
      const change = { document: { $set: { a: 1 } } };
      same([
        await ada.client.get<Problem>(`${AUTH}/${bob.key}`),
        await ada.client.get<Problem>(`${AUTH}/nobody`),
        await ada.client.get<Problem>(`${AUTH}/signin`),
      ]);
      same([
        await ada.client.patch<Problem>(`${AUTH}/${bob.key}`, change),
        await ada.client.patch<Problem>(`${AUTH}/nobody`, change),
      ]);
    });
  });

  it('hidden fields returned by sign-up, sign-in, profile and update', async () => {
    const user = await TestUser.create(app, { name: 'Ada' });
    const hidden = { _reset: 'hidden-token', _totp: { secret: 'hidden-secret' }, __v: 0 };
    await users().updateOne({ _id: user.id }, { $set: hidden });
    const answers = [
      await app.client.post(`${AUTH}/signup`, { _key: 'hidden', _password: PASSWORD }),
      await app.client.post(`${AUTH}/signin`, { _key: user.key, _password: user.password }),
      await app.client.get(`${AUTH}/${user.key}`),
      await user.client.get(`${AUTH}/${user.key}`),
      await user.client.patch(`${AUTH}/${user.key}`, { document: { $set: { name: 'Ada King' } } }),
      await user.client.patch(`${AUTH}/${user.key}`, { document: { $set: { _password: 'a new password' } } }),
    ];
    for (const { status, body } of answers) {
      expect(status).toBeLessThan(300);
      const text = JSON.stringify(body);
      expect(text).not.toMatch(/_password|_reset|_totp|__v|hidden-token|hidden-secret/);
      expect(text).not.toMatch(HASH);
    }
  });

  it('secrets in problems', async () => {
    const user = await TestUser.create(app);
    const secret = 'a very secret passphrase, far too long for bcrypt, which ignores all after 72 bytes';
    const answers = [
      await app.client.post<Problem>(`${AUTH}/signup`, { _key: 'x', _password: secret }),
      await app.client.post<Problem>(`${AUTH}/signup`, { _key: user.key, _password: 'a very secret one' }),
      await app.client.post<Problem>(`${AUTH}/signin`, { _key: user.key, _password: secret }),
      await app.client.post<Problem>(`${AUTH}/signin`, { _key: user.key, _password: secret, extra: secret }),
      await patch(user, { $set: { _password: secret } }),
    ];
    for (const { status, body } of answers) {
      expect(status).toBeGreaterThanOrEqual(400);
      expect(JSON.stringify(body)).not.toContain('very secret');
    }
  });

  it('secrets and tokens in logs', async () => {
    const server = await ServerProcess.start({ database: 'shared', env: { LOG_LEVEL: 'trace' } });
    try {
      const body = { _key: 'ada@example.com', _password: 'a very secret passphrase' };
      await server.client.post(`${AUTH}/signup`, body);
      await server.client.post(`${AUTH}/signup`, body);
      const { token, refresh_token, csrf_token } = (
        await server.client.post<SignedIn>(`${AUTH}/signin`, body)
      ).body;
      await server.client.post(`${AUTH}/token`, { refresh_token });
      await server.client.post(`${AUTH}/token`, { refresh_token: `${refresh_token}x` });
      await server.client.post(`${AUTH}/signin`, { ...body, _password: 'a very secret mistake' });
      const own = server.client.as(token);
      await own.get(`${AUTH}/ada@example.com`);
      await own.patch(`${AUTH}/ada@example.com`, {
        document: { $set: { _password: 'a very secret change' } },
      });
      await own.with({ cookie: `Authorization=${token}` }).get(`${AUTH}/nobody?token=${token}`);
      const { code } = await server.end('SIGTERM');
      expect(code).toBe(0);
      expect(server.stdout).toContain('/service/auth/v1/signin');
      const [head, payload, signature] = token.split('.');
      const ofSession = [refresh_token.split('.')[2], csrf_token];
      for (const secret of ['very secret', payload, signature, `${head}.`, TEST_SECRET, ...ofSession])
        expect(server.stdout + server.stderr).not.toContain(secret);
      expect(server.stdout).not.toMatch(HASH);
    } finally {
      await server.stop();
    }
  });
});
