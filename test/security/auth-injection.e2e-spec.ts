import type { Problem } from '../support/api-client.js';
import { TestApp } from '../support/test-app.js';
import { AUTH, TestUser } from '../support/test-user.js';

const PASSWORD = 'correct horse battery';

/** Values that stand for "anything" once a database takes them for operators, and other things that are no text. */
const NOT_TEXT: unknown[] = [
  { $ne: null },
  { $gt: '' },
  { $regex: '.' },
  { $in: ['ada'] },
  { $exists: true },
  { $oid: '65f000000000000000000001' },
  { $binary: { base64: 'YWRh', subType: '00' } },
  { _bsontype: 'ObjectId', id: 'ada' },
  { toString: 'ada' },
  { length: 8 },
  ['ada'],
  [{ $ne: null }],
  {},
  [],
  0,
  true,
  null,
];

describe('accounts: operators, hidden fields and smuggled types', () => {
  let app: TestApp;
  let user: TestUser;
  beforeAll(async () => {
    app = await TestApp.start();
    user = await TestUser.create(app, { name: 'Ada', tags: [{ name: 'a' }] });
    await app.db
      .collection<{ _id: string }>('_USERS')
      .updateOne({ _id: user.id }, { $set: { _reset: 'hidden-token', _totp: { secret: 'hidden-secret' } } });
  });
  afterAll(() => app.stop());

  const signUp = (body: unknown) => app.client.post<Problem>(`${AUTH}/signup`, body);
  const signIn = (body: unknown) => app.client.post<Problem>(`${AUTH}/signin`, body);
  const signInWhere = (query: unknown) => signIn({ _key: user.key, _password: user.password, query });
  const patch = (document: unknown) => user.client.patch<Problem>(`${AUTH}/${user.key}`, { document });
  const stored = () => app.db.collection<{ _id: string }>('_USERS').findOne({ _id: user.id });

  describe('an object where a token is expected', () => {
    it.each(NOT_TEXT)('as key of a sign-in: %j', async (_key) => {
      expect((await signIn({ _key, _password: PASSWORD })).body).toMatchObject({ status: 400 });
    });

    it.each(NOT_TEXT)('as password of a sign-in: %j', async (_password) => {
      expect((await signIn({ _key: user.key, _password })).body).toMatchObject({ status: 400 });
    });

    it.each(NOT_TEXT)('as key of a sign-up: %j', async (_key) => {
      expect((await signUp({ _key, _password: PASSWORD })).body).toMatchObject({ status: 400 });
    });

    it.each(NOT_TEXT)('as password of a sign-up: %j', async (_password) => {
      expect((await signUp({ _key: 'grace', _password })).body).toMatchObject({ status: 400 });
      expect(await app.db.collection('_USERS').countDocuments({ _key: 'grace' })).toBe(0);
    });

    it.each(['{"$ne":null}', '{"$regex":"."}', '[object Object]', '*', '.*'])(
      'in the path: %s',
      async (key) => {
        expect((await app.client.get<Problem>(`${AUTH}/${encodeURIComponent(key)}`)).body.code).toBe(
          'not_found',
        );
      },
    );

    it('the second of two members with one name', async () => {
      const body = `{"_key":"${user.key}","_key":{"$ne":null},"_password":"${PASSWORD}"}`;
      expect((await signIn(body)).body.code).toBe('validation_failed');
    });

    it('a query of arrays and text', async () => {
      for (const query of [[], '{"$ne":1}', 7, true, null])
        expect((await signInWhere(query)).body.code).toBe('validation_failed');
    });
  });

  describe('guessing hidden fields by filtering on them, with the right password', () => {
    it.each([
      { _password: { $exists: true } },
      { _password: { $regex: '^\\$2b' } },
      { _password: { $gt: '$2b$04$a' } },
      { '_password.0': '$' },
      { '_password.length': { $gt: 1 } },
      { _reset: 'hidden-token' },
      { '_totp.secret': { $regex: '^h' } },
      { $and: [{ _password: { $ne: null } }] },
      { $or: [{ name: 'Ada' }, { _password: { $ne: null } }] },
      { $nor: [{ _password: null }] },
      { $and: [{ $or: [{ $nor: [{ _reset: null }] }] }] },
      { $or: { 0: { _password: { $ne: null } }, length: 1 } },
      { $expr: { $eq: ['$_password', 'x'] } },
      { $expr: { $gt: [{ $strLenBytes: '$$ROOT._password' }, 1] } },
      { $expr: true },
      { $and: [{ $expr: { $ne: ['$_reset', null] } }] },
      { tags: { $elemMatch: { $expr: { $ne: ['$$ROOT._reset', null] } } } },
      { tags: { $not: { $elemMatch: { $expr: { $eq: ['$_reset', null] } } } } },
      { tags: { $all: [{ $elemMatch: { $expr: { $ne: ['$_reset', null] } } }] } },
      { $jsonSchema: { required: ['_reset'] } },
      { $text: { $search: 'hidden' } },
      { $where: 'this._reset' },
    ])('%j', async (query) => {
      expect((await signInWhere(query)).body).toMatchObject({ status: 400, code: 'query_refused' });
    });

    it('is refused before the password is looked at, so that it tells nothing of the account', async () => {
      const query = { _reset: 'hidden-token' };
      for (const credentials of [
        { _key: user.key, _password: 'wrong' },
        { _key: 'nobody', _password: 'wrong' },
      ])
        expect((await signIn({ ...credentials, query })).body.code).toBe('query_refused');
    });

    it('by an unknown parameter of the body', async () => {
      for (const name of ['where', 'filter', '_id', '$or', 'document', 'sort'])
        expect((await signIn({ _key: user.key, _password: PASSWORD, [name]: {} })).body.code).toBe(
          'validation_failed',
        );
    });

    it('by a parameter of the URL, which changes nothing', async () => {
      const plain = await app.client.get(`${AUTH}/${user.key}`);
      for (const query of [{ query: { _reset: 'x' } }, { keys: { _password: 1 } }, { fields: '_password' }])
        expect((await app.client.get(`${AUTH}/${user.key}`, query)).body).toEqual(plain.body);
    });
  });

  describe('server-side JavaScript and operators beyond the list', () => {
    it.each([
      { $where: 'sleep(10000)' },
      { name: { $where: 'true' } },
      { $expr: { $function: { body: 'function () { return true }', args: [], lang: 'js' } } },
      { name: { $function: 'x' } },
      { $accumulator: {} },
      { name: { $near: [0, 0] } },
      { name: { $unknown: 1 } },
      { $unknown: 1 },
      { $comment: { $where: '1' } },
    ])('in a query: %j', async (query) => {
      expect((await signInWhere(query)).body.code).toBe('query_refused');
    });

    it.each([
      [{ $set: { name: { $function: { body: 'x', args: [], lang: 'js' } } } }],
      [{ $where: { name: 1 } }],
      [{ $accumulator: { name: 1 } }],
    ])('in an update: %j', async (document) => {
      expect((await patch(document)).body.code).toBe('update_refused');
    });
  });

  describe('field names with dots, $, null bytes and nothing', () => {
    it.each([
      'a.b',
      '$set',
      '$a',
      '',
      'a\0b',
      '\ud800',
      '_id',
      '_key',
      '_password',
      '_inserted',
      '_patched',
      '_x',
    ])('in a new account: %j', async (name) => {
      const { body } = await signUp({ _key: 'grace', document: { [name]: 1 } });
      expect(body).toMatchObject({ status: 400, code: 'document_refused' });
    });

    it.each(['a.b', '$set', '', 'a\0b'])('deep in a new account: %j', async (name) => {
      const { body } = await signUp({ _key: 'grace', document: { list: [{ deep: { [name]: 1 } }] } });
      expect(body).toMatchObject({ status: 400, code: 'document_refused' });
    });

    it.each(['$a', 'a.$b', 'a..b', '.a', 'a.', '', 'a\0b', '$[]', '$'])('in an update: %j', async (name) => {
      expect((await patch({ $set: { [name]: 1 } })).body).toMatchObject({
        status: 400,
        code: 'update_refused',
      });
    });

    it.each(['a..b', '', 'a\0b', '$a', '.a'])('in a query: %j', async (name) => {
      expect((await signInWhere({ [name]: 1 })).body).toMatchObject({ status: 400, code: 'query_refused' });
    });
  });

  describe('prototype pollution', () => {
    it.each(['__proto__', 'constructor', 'prototype', '\\u005f_proto__'])(
      'by the key %s at any depth',
      async (key) => {
        const bodies = [
          `{"_key":"grace","${key}":{"role":"admin"}}`,
          `{"_key":"grace","document":{"${key}":{"role":"admin"}}}`,
          `{"_key":"grace","document":{"a":[{"b":{"${key}":{"role":"admin"}}}]}}`,
        ];
        for (const body of bodies) expect((await signUp(body)).body).toMatchObject({ code: 'forbidden_key' });
        const query = `{"_key":"${user.key}","_password":"x","query":{"$or":[{"${key}":{"role":"admin"}}]}}`;
        expect((await signIn(query)).body).toMatchObject({ code: 'forbidden_key' });
        const update = `{"document":{"$set":{"a":{"${key}":{"role":"admin"}}}}}`;
        expect((await user.client.patch<Problem>(`${AUTH}/${user.key}`, update)).body.code).toBe(
          'forbidden_key',
        );
        expect(({} as { role?: string }).role).toBeUndefined();
      },
    );

    it.each(['__proto__.role', 'constructor.prototype.role', 'a.__proto__.role'])(
      'by the path %s of an update',
      async (path) => {
        expect((await patch({ $set: { [path]: 'admin' } })).body.code).toBe('update_refused');
        expect((await patch({ $rename: { name: path } })).body.code).toBe('update_refused');
        expect(({} as { role?: string }).role).toBeUndefined();
      },
    );

    it.each(['toString', 'hasOwnProperty', 'valueOf', 'toJSON', 'toBSON', 'then', 'length'])(
      'fields named %s are only data',
      async (name) => {
        const _key = `key-${name}`;
        const { status, body } = await signUp({ _key, _password: PASSWORD, document: { [name]: 'text' } });
        expect(status).toBe(201);
        expect(body).toMatchObject({ [name]: 'text' });
        const answer = await signIn({ _key, _password: PASSWORD, query: { [name]: 'text' } });
        expect(answer.status).toBe(200);
      },
    );
  });

  describe('BSON types smuggled through JSON', () => {
    it.each([
      { _bsontype: 'ObjectId', id: '65f000000000000000000001' },
      { $code: 'function () {}' },
      { $binary: { base64: 'YQ==', subType: '06' } },
      { $binary: 'text' },
      { $oid: 'short' },
      { $date: 'tomorrow' },
      { $date: '2026-01-01', extra: 1 },
      { $ref: '_USERS', $id: 1 },
      { $minKey: 1 },
      { $undefined: true },
      { $regularExpression: { pattern: '(a+)+$', options: '' } },
    ])('%j', async (value) => {
      expect((await signUp({ _key: 'grace', document: { value } })).body).toMatchObject({
        code: 'document_refused',
      });
      expect((await patch({ $set: { value } })).body).toMatchObject({ code: 'update_refused' });
    });
  });

  describe('a malformed or catastrophic regular expression', () => {
    it.each([
      '(',
      '[',
      'a{2,1}',
      '*',
      '(?<n>a)(?<n>b)',
      '(?=a)',
      '(a)\\1',
      '(?<!a)b',
      'a'.repeat(5000),
      'a\0b',
    ])('is refused without the database’s words: %j', async (pattern) => {
      for (const name of [
        { $regex: pattern },
        { $not: { $regex: pattern } },
        { $elemMatch: { $regex: pattern } },
      ]) {
        const { body } = await signInWhere({ name });
        expect(body).toMatchObject({ status: 400, code: 'query_refused' });
        expect(JSON.stringify(body)).not.toMatch(/mongo|pcre|re2js|offset|stack/i);
      }
    });
  });

  describe('denial of service', () => {
    const nested = (depth: number, wrap: (inner: object) => object) => {
      let value: object = { name: 'Ada' };
      for (let level = 0; level < depth; level += 1) value = wrap(value);
      return value;
    };

    it('deeply nested operators', async () => {
      for (const wrap of [
        (inner: object) => ({ $and: [inner] }),
        (inner: object) => ({ $nor: [inner, { name: 'Grace' }] }),
        (inner: object) => ({ tags: { $elemMatch: inner } }),
      ])
        expect((await signInWhere(nested(22, wrap))).status).toBe(400);
    });

    it('deeply nested documents', async () => {
      const document = nested(60, (inner) => ({ a: inner }));
      expect((await signUp({ _key: 'grace', document })).body.code).toBe('nested_too_deep');
      expect((await patch({ $set: { document } })).body.code).toBe('nested_too_deep');
    });

    it('a body of brackets', async () => {
      expect((await signIn('['.repeat(1_000_000))).body.code).toBe('nested_too_deep');
    });

    it('an endless list of candidates', async () => {
      const candidates = Array.from({ length: 5000 }, (_, index) => index);
      expect((await signInWhere({ name: { $in: candidates } })).body.code).toBe('query_refused');
      expect((await signInWhere({ $or: candidates.map((name) => ({ name })) })).body.code).toBe(
        'query_refused',
      );
    });

    it('a password of a megabyte', async () => {
      const _password = 'x'.repeat(1_000_000);
      expect((await signIn({ _key: user.key, _password })).body.code).toBe('credentials_invalid');
      expect((await signUp({ _key: 'grace', _password })).body.code).toBe('password_too_long');
    });

    it('a key of a megabyte', async () => {
      const _key = 'x'.repeat(1_000_000);
      expect((await signIn({ _key, _password: PASSWORD })).body.code).toBe('credentials_invalid');
      expect((await signUp({ _key })).body.code).toBe('validation_failed');
      expect((await app.client.get(`${AUTH}/${'x'.repeat(2000)}`)).status).toBe(414);
    });
  });

  it('none of this has changed the account or made another', async () => {
    expect(await stored()).toMatchObject({ _key: user.key, name: 'Ada', _reset: 'hidden-token' });
    expect(await app.db.collection('_USERS').countDocuments({ _key: 'grace' })).toBe(0);
  });
});
