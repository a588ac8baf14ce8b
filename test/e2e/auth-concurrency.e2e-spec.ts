import { TestApp } from '../support/test-app.js';
import { AUTH, TestUser } from '../support/test-user.js';

const PARALLEL = 20;

const inParallel = <T>(call: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: PARALLEL }, (_, index) => call(index)));

describe('accounts, many at once', () => {
  const apps: TestApp[] = [];
  const start = async (env?: Record<string, string>) => {
    const app = await TestApp.start({ env });
    apps.push(app);
    return app;
  };
  afterEach(async () => {
    for (const app of apps.splice(0).reverse()) await app.stop();
  });

  const sorted = (answers: { status: number }[]) => answers.map(({ status }) => status).sort();
  const oneOf = [201, ...Array<number>(PARALLEL - 1).fill(409)];

  it('gives a key to exactly one of many that sign up for it', async () => {
    const app = await start();
    const answers = await inParallel((index) =>
      app.client.post<{ number: number }>(`${AUTH}/signup`, {
        _key: 'ada',
        _password: 'correct horse',
        document: { number: index },
      }),
    );
    expect(sorted(answers)).toEqual(oneOf);
    const accounts = await app.db.collection('_USERS').find().toArray();
    expect(accounts).toHaveLength(1);
    expect(accounts[0].number).toBe(answers.find(({ status }) => status === 201)?.body.number);
  });

  it('does so for instances that start together over an empty database', async () => {
    const first = await start();
    const others = { MONGODB_DATABASE: first.databaseName };
    const instances = [first, ...(await Promise.all([start(others), start(others)]))];
    const answers = await inParallel((index) =>
      instances[index % instances.length].client.post(`${AUTH}/signup`, { _key: 'ada' }),
    );
    expect(sorted(answers)).toEqual(oneOf);
    expect(await first.db.collection('_USERS').countDocuments()).toBe(1);
  });

  it('does so after the collection was replaced under a running server', async () => {
    const app = await start();
    await TestUser.create(app);
    await app.db.collection('_USERS').drop();
    const answers = await inParallel(() => app.client.post(`${AUTH}/signup`, { _key: 'ada' }));
    expect(sorted(answers)).toEqual(oneOf);
    expect(await app.db.collection('_USERS').countDocuments()).toBe(1);
  });

  it('makes the unique index once', async () => {
    const app = await start();
    await inParallel((index) => app.client.post(`${AUTH}/signup`, { _key: `user ${index}` }));
    const indexes = await app.db.collection('_USERS').indexes();
    expect(indexes.map(({ key, unique }) => ({ key, unique }))).toEqual([
      { key: { _id: 1 } },
      { key: { _key: 1 }, unique: true },
      { key: { _email: 1 }, unique: true },
    ]);
  });

  it('refuses new accounts, as its own fault, while keys cannot be made unique', async () => {
    const app = await start();
    const users = app.db.collection<{ _id: string; _key: string }>('_USERS');
    await users.insertMany([
      { _id: 'one', _key: 'imported' },
      { _id: 'two', _key: 'imported' },
    ]);
    const { body } = await app.client.post(`${AUTH}/signup`, { _key: 'ada' });
    expect(body).toMatchObject({ status: 500, code: 'internal_error' });
    expect(JSON.stringify(body)).not.toContain('imported');
    expect(await users.countDocuments()).toBe(2);
  });

  it('loses no change of many that are made to one account', async () => {
    const app = await start();
    const user = await TestUser.create(app, { visits: 0 });
    await inParallel(() => user.client.patch(`${AUTH}/${user.key}`, { document: { $inc: { visits: 1 } } }));
    expect((await user.client.get(`${AUTH}/${user.key}`)).body).toMatchObject({ visits: PARALLEL });
  });

  it('ends with one of the passwords that were set at once', async () => {
    const app = await start();
    const user = await TestUser.create(app);
    const passwords = ['password one', 'password two'];
    await Promise.all(
      passwords.map((_password) =>
        user.client.patch(`${AUTH}/${user.key}`, { document: { $set: { _password } } }),
      ),
    );
    const answers = await Promise.all(
      passwords.map((_password) => app.client.post(`${AUTH}/signin`, { _key: user.key, _password })),
    );
    expect(sorted(answers)).toEqual([200, 401]);
  });
});
