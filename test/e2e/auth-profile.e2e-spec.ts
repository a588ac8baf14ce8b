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

describe('profiles of accounts', () => {
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

  describe('GET /:key', () => {
    it('shows any account to the secret key', async () => {
      const user = await TestUser.create(app, { name: 'Ada' });
      const { status, body, headers } = await read(user.key);
      expect(status).toBe(200);
      expect(body).toEqual({
        _id: user.id,
        _key: user.key,
        _inserted: expect.stringMatching(ISO) as string,
        name: 'Ada',
      });
      expect(headers.get('cache-control')).toBe('no-store');
    });

    it('shows a user itself, and nobody else', async () => {
      const [ada, bob] = [await TestUser.create(app), await TestUser.create(app)];
      expect((await ada.client.get<Account>(`${AUTH}/${ada.key}`)).body._id).toBe(ada.id);
      const other = await ada.client.get<Problem>(`${AUTH}/${bob.key}`);
      const none = await ada.client.get<Problem>(`${AUTH}/nobody`);
      expect(other.body).toMatchObject({ status: 404, code: 'not_found' });
      expect({ ...other.body, requestId: '' }).toEqual({ ...none.body, requestId: '' });
    });

    it('answers 404 for an unknown key', async () => {
      expect((await read('nobody')).body).toMatchObject({ status: 404, code: 'not_found' });
    });

    it('does not show a token of a deleted account the next account of that key', async () => {
      const ada = await TestUser.create(app);
      await app.db.collection('_USERS').deleteOne({ _key: ada.key });
      expect((await ada.client.get(`${AUTH}/${ada.key}`)).status).toBe(404);
      await signUp({ _key: ada.key });
      expect((await ada.client.get(`${AUTH}/${ada.key}`)).status).toBe(404);
      expect((await ada.client.patch(`${AUTH}/${ada.key}`, { document: { $set: { a: 1 } } })).status).toBe(
        404,
      );
    });

    it('is the same with a slash at its end, and with HEAD', async () => {
      const ada = await TestUser.create(app);
      expect((await app.client.get(`${AUTH}/${ada.key}/`)).status).toBe(200);
      expect((await app.client.send('HEAD', `${AUTH}/${ada.key}`)).status).toBe(200);
    });
  });

  describe('PATCH /:key', () => {
    const patch = (key: string, document: unknown) =>
      app.client.patch<Account & Problem>(`${AUTH}/${key}`, { document });

    it('applies operators and answers with the account as it is now', async () => {
      const user = await TestUser.create(app, { name: 'Ada', visits: 1, old: true, tags: ['a'] });
      const { status, body } = await patch(user.key, {
        $set: { name: 'Ada King', 'address.city': 'London' },
        $inc: { visits: 2 },
        $unset: { old: '' },
        $push: { tags: 'b' },
      });
      expect(status).toBe(200);
      expect(body).toEqual({
        _id: user.id,
        _key: user.key,
        _inserted: expect.stringMatching(ISO) as string,
        _patched: expect.stringMatching(ISO) as string,
        name: 'Ada King',
        address: { city: 'London' },
        visits: 3,
        tags: ['a', 'b'],
      });
      expect((await read(user.key)).body).toEqual(body);
      expect(await stored(user.key)).toMatchObject({ _patched: expect.any(Date) as Date });
    });

    it('hashes a new password', async () => {
      const user = await TestUser.create(app);
      const { status, body } = await patch(user.key, {
        $set: { _password: 'a better password', changed: true },
      });
      expect(status).toBe(200);
      expect(body).not.toHaveProperty('_password');
      expect(await stored(user.key)).toMatchObject({
        _password: expect.stringMatching(/^\$2b\$04\$/) as string,
        changed: true,
      });
      expect((await signIn({ _key: user.key, _password: 'a better password' })).status).toBe(200);
      expect((await signIn({ _key: user.key, _password: user.password })).body.code).toBe(
        'credentials_invalid',
      );
    });

    it('gives an account without a password its first one', async () => {
      const _key = freshKey();
      await signUp({ _key });
      expect((await patch(_key, { $set: { _password: PASSWORD } })).status).toBe(200);
      expect((await signIn({ _key, _password: PASSWORD })).status).toBe(200);
    });

    it.each([null, '', 'seven77', 12345678, { $ne: '' }, ['correct horse']])(
      'refuses the new password %j, and changes nothing',
      async (_password) => {
        const user = await TestUser.create(app);
        const { body } = await patch(user.key, { $set: { _password, name: 'changed' } });
        expect(body).toMatchObject({
          status: 400,
          code: 'update_refused',
          errors: [{ field: '/document/$set/_password' }],
        });
        expect(await stored(user.key)).not.toHaveProperty('name');
        expect((await signIn({ _key: user.key, _password: user.password })).status).toBe(200);
      },
    );

    it('says clearly that a new password is too long', async () => {
      const user = await TestUser.create(app);
      expect((await patch(user.key, { $set: { _password: 'x'.repeat(73) } })).body).toMatchObject({
        code: 'password_too_long',
        errors: [{ field: '/document/$set/_password' }],
      });
    });

    it.each([
      [{}],
      [{ name: 'Ada' }],
      [{ $set: 'name' }],
      [{ $set: null }],
      [{ $set: { '': 1 } }],
      [{ $set: { 'a..b': 1 } }],
      [{ $set: { $name: 1 } }],
      [{ $replaceWith: { name: 1 } }],
      [{ $inc: { visits: 'one' } }],
    ])('refuses the update %j', async (document) => {
      const user = await TestUser.create(app);
      expect((await patch(user.key, document)).body).toMatchObject({ status: 400, code: 'update_refused' });
    });

    it.each([undefined, null, [], 'text', [{ $set: { a: 1 } }]])(
      'refuses the document %j',
      async (document) => {
        expect((await patch('nobody', document)).body).toMatchObject({
          status: 400,
          code: 'validation_failed',
        });
      },
    );

    it('refuses what does not fit the data', async () => {
      const user = await TestUser.create(app, { name: 'Ada' });
      expect((await patch(user.key, { $inc: { name: 1 } })).status).toBe(400);
      expect((await read(user.key)).body.name).toBe('Ada');
    });

    it('answers 404 for an unknown key, and makes no account', async () => {
      expect((await patch('nobody', { $set: { a: 1 } })).body).toMatchObject({
        status: 404,
        code: 'not_found',
      });
      expect(await stored('nobody')).toBeNull();
    });

    it('lets a user change itself, and nobody else', async () => {
      const [ada, bob] = [await TestUser.create(app), await TestUser.create(app)];
      const change = { document: { $set: { name: 'mine' } } };
      expect((await ada.client.patch<Account>(`${AUTH}/${ada.key}`, change)).body.name).toBe('mine');
      expect((await ada.client.patch<Problem>(`${AUTH}/${bob.key}`, change)).body.code).toBe('not_found');
      expect(await stored(bob.key)).not.toHaveProperty('name');
    });
  });
});
