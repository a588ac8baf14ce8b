import { Binary } from 'mongodb';
import type { Problem } from '../support/api-client.js';
import { declareSettled, raw } from '../support/encryption.js';
import { declare, PageUser, SCHEMA, STORAGE, withPublishableKey } from '../support/publishable-key.js';
import { TestApp, type LogLine } from '../support/test-app.js';
import { TestProject } from '../support/test-project.js';
import { AUTH, TestUser } from '../support/test-user.js';

const VAULT = `${STORAGE}/vault`;
const FIELDS = { encrypted: { ssn: { index: true }, note: {} } };

describe('somebody who can write to the database', () => {
  const lines: LogLine[] = [];
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start({ env: { LOG_LEVEL: 'warn' }, onLog: (line) => lines.push(line) });
    await Promise.all(['vault', 'other'].map((name) => declareSettled(app.client, name, FIELDS)));
    await app.client.post(VAULT, [
      { _id: 'mine', ssn: 'my number', note: 'my note' },
      { _id: 'yours', ssn: 'your number', note: 'your note' },
    ]);
  });
  afterAll(() => app?.stop());

  const put = (_id: string, $set: Record<string, unknown>, collection = 'vault') =>
    app.db.collection<{ _id: string }>(collection).updateOne({ _id }, { $set }, { upsert: true });
  const expectRefused = async (path: string, client = app.client) => {
    const { status, body } = await client.get<Problem>(path);
    expect([status, body.code]).toEqual([500, 'decryption_failed']);
    expect(JSON.stringify(body)).not.toMatch(/my n|your n/);
  };

  it('cannot move a value to another document, field, collection or project', async () => {
    const mine = await raw(app, 'vault', 'mine');
    await put('copy', { ssn: mine?.ssn });
    await expectRefused(`${VAULT}/copy`);
    await put('turned', { note: mine?.ssn });
    await expectRefused(`${VAULT}/turned`);
    await put('mine', { ssn: mine?.ssn, note: mine?.note }, 'other');
    await expectRefused(`${STORAGE}/other/mine`);
    const project = await TestProject.create(app);
    await declare(app, 'unused', {});
    await project.client.send('PUT', `${SCHEMA}/vault`, FIELDS);
    await app
      .database(project.id)
      .collection<{ _id: string }>('vault')
      .insertOne({ _id: 'mine', ssn: mine?.ssn } as { _id: string });
    await expectRefused(`${VAULT}/mine`, project.client);
    expect(lines.filter((line) => JSON.stringify(line).includes('cannot be decrypted'))).not.toEqual([]);
  });

  it('cannot change a value, nor put one in plain text in its place', async () => {
    const stored = (await raw(app, 'vault', 'yours')) as {
      note: { _sealed: { value(): Uint8Array; sub_type: number } };
    };
    for (const at of [0, 1, 5, -1, -30]) {
      const bytes = Buffer.from(stored.note._sealed.value());
      bytes[(at + bytes.length) % bytes.length] ^= 1;
      await put(`changed${at}`, { note: { _sealed: new Binary(bytes, 0xec) } });
      const { status } = await app.client.get(`${VAULT}/changed${at}`);
      expect([500, 503]).toContain(status);
    }
    for (const [n, bytes] of [[], [1], [1, 200], [2, 3], Array<number>(40).fill(1)].entries()) {
      await put(`short${n}`, { note: { _sealed: new Binary(Uint8Array.from(bytes), 0xec) } });
      expect([500, 503]).toContain((await app.client.get(`${VAULT}/short${n}`)).status);
    }
    await put('plain', { note: 'believe me' });
    await expectRefused(`${VAULT}/plain`);
    expect((await app.client.get(`${VAULT}/plain`, { keys: { note: 0 } })).status).toBe(200);
  });

  it('learns nothing from two fields with the same value', async () => {
    await declare(app, 'twofold', { encrypted: { a: { index: true }, b: { index: true } } });
    await app.client.post(`${STORAGE}/twofold`, { _id: 'x', a: 'same', b: 'same' });
    const { a, b } = (await raw(app, 'twofold', 'x')) as Record<string, { _blind: object }>;
    expect(JSON.stringify(a._blind)).not.toBe(JSON.stringify(b._blind));
  });
});

describe('callers', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start();
    await declare(app, 'vault', {
      encrypted: { ssn: { index: true }, note: {}, code: { index: true } },
      hidden: ['code'],
      indexes: [{ keys: { code: 1 }, unique: true, sparse: true }],
      rules: { list: { owner: '$user._id' }, view: {}, create: {}, update: {}, aggregate: {}, delete: {} },
    });
    await app.client.post(VAULT, { _id: 'one', owner: 'nobody', ssn: 's', note: 'n', code: 'c' });
  });
  afterAll(() => app?.stop());

  it('cannot send what passes for an encrypted value', async () => {
    for (const subType of ['ec', 'ed', 'EC', '06'])
      for (const note of [
        { _sealed: { $binary: { base64: 'AQJrMQ==', subType } } },
        { $binary: { base64: 'AQJrMQ==', subType } },
      ])
        expect((await app.client.post(VAULT, { note })).status).toBe(400);
    const fakes = [
      { _sealed: 'x', _blind: 'y' },
      { _sealed: { $binary: { base64: 'AQJrMQ==', subType: '00' } } },
    ];
    for (const [n, fake] of fakes.entries()) {
      await app.client.post(VAULT, { _id: `fake${n}`, note: fake, free: fake });
      expect((await app.client.get(`${VAULT}/fake${n}`)).body).toMatchObject({ note: fake, free: fake });
      expect(await raw(app, 'vault', `fake${n}`)).toMatchObject({ note: { _sealed: { sub_type: 0xec } } });
    }
    expect((await app.client.post(VAULT, { note: { _bsontype: 'Binary', sub_type: 236 } })).status).toBe(400);
  });

  it('with a publishable key see what rules open, and nothing hidden', async () => {
    const page = await withPublishableKey(app);
    const user = await PageUser.create(app, page);
    await user.client.post(VAULT, {
      _id: 'own',
      owner: user.id,
      ssn: 'mine',
      note: 'my note',
      code: undefined,
    });
    expect((await user.client.get(VAULT, { query: { ssn: 'mine' } })).body).toMatchObject([
      { ssn: 'mine', note: 'my note' },
    ]);
    expect((await user.client.get(VAULT, { query: { ssn: 's' } })).body).toEqual([]);
    expect((await user.client.get(`${VAULT}/one`)).body).not.toHaveProperty('code');
    // A hidden field is missing, whatever is asked of it.
    for (const query of [
      { code: 'c' },
      { code: { $ne: null } },
      { code: { $exists: true } },
      { code: { $gt: '' } },
    ])
      expect((await user.client.get(VAULT, { query })).body).toEqual([]);
    const { body } = await user.client.post<object[]>(`${VAULT}/aggregate`, {
      pipeline: [{ $match: { code: 'c' } }],
    });
    expect(body).toEqual([]);
    const guess = await user.client.post<Problem>(VAULT, { code: 'c' });
    expect(guess.status).toBe(400);
    expect((await user.client.patch(`${VAULT}/one`, { document: { $set: { code: 'd' } } })).status).toBe(400);
  });

  it.each([
    ['__proto__'],
    ['constructor'],
    ['prototype.x'],
    ['a.__proto__.b'],
    ['$where'],
    ['a.$b'],
    ['a..b'],
    [''],
    ['.a'],
    ['_id'],
    ['_password'],
    ['_inserted'],
    ['a.0.b'],
    ['a.0'],
    ['a\u0000b'],
  ])('cannot declare the path %j', async (path) => {
    const text = `{"encrypted": {${JSON.stringify(path)}: {}}}`;
    const { status } = await app.client.send('PUT', `${SCHEMA}/paths`, text);
    expect(status).toBe(400);
  });

  it.each([
    { encrypted: [] },
    { encrypted: { a: true } },
    { encrypted: { a: { index: 'yes' } } },
    { encrypted: { a: { algorithm: 'none' } } },
    { encrypted: { a: {}, 'a.b': {} } },
    { encrypted: Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`f${n}`, {}])) },
    { encrypted: { a: {} }, indexes: [{ keys: { a: 1 } }] },
    { encrypted: { a: { index: true } }, indexes: [{ keys: { 'a.b': 1 } }] },
    { encrypted: { 'a.b': { index: true } }, indexes: [{ keys: { a: 1 } }] },
    {
      encrypted: { a: { index: true }, b: { index: true } },
      indexes: [{ keys: { a: 1, b: 1 }, unique: true }],
    },
    { encrypted: { a: { index: true } }, indexes: [{ keys: { c: 1 }, partialFilterExpression: { a: 1 } }] },
    {
      encrypted: { a: { index: true } },
      indexes: [{ keys: { c: 1 }, partialFilterExpression: { $and: [{ a: { $exists: true } }] } }],
    },
    { encrypted: { a: {} }, ttl: { field: 'a', seconds: 1 } },
    { encrypted: { a: {} }, hidden: ['a.b'] },
    { encrypted: { a: { index: true } }, rules: { list: { a: 1 } } },
    { encrypted: { a: { index: true } }, rules: { list: { $or: [{ x: 1 }, { a: '$user._id' }] } } },
    { encrypted: { 'a.b': {} }, rules: { view: { a: { $elemMatch: { b: 1 } } } } },
  ])('cannot declare %j', async (declaration) => {
    const { status } = await app.client.send<Problem>('PUT', `${SCHEMA}/refused`, declaration);
    expect(status).toBe(400);
    expect((await app.client.get(`${SCHEMA}/refused`)).status).toBe(404);
  });

  it('cannot encrypt files, or what decides about accounts', async () => {
    for (const [collection, field] of [
      ['_ARCHIVE', 'name'],
      ['_USERS', 'role'],
      ['_USERS', 'roles'],
      ['_USERS', '_email'],
    ]) {
      const { status } = await app.client.send('PUT', `${SCHEMA}/${collection}`, {
        encrypted: { [field]: {} },
      });
      expect([collection, field, status]).toEqual([collection, field, 400]);
    }
  });

  it('that sign in cannot guess encrypted fields of an account by more than equality', async () => {
    await declare(app, '_USERS', { encrypted: { pin: { index: true }, secret: {} } });
    const user = await TestUser.create(app, { pin: '1234', secret: 'x' });
    const signIn = (query: unknown) =>
      app.client.post<Problem>(`${AUTH}/signin`, { _key: user.key, _password: user.password, query });
    expect((await signIn({ pin: '1234' })).status).toBe(200);
    expect((await signIn({ pin: '9999' })).status).toBe(401);
    for (const query of [
      { pin: { $gt: '' } },
      { pin: { $regex: '^1' } },
      { secret: 'x' },
      { 'pin._blind': { $exists: true } },
    ])
      expect(await signIn(query)).toMatchObject({ status: 400, body: { code: 'query_refused' } });
  });
});
