import type { ApiAnswer, Problem } from '../support/api-client.js';
import { Outbox } from '../support/outbox.js';
import { TestApp } from '../support/test-app.js';
import { AUTH, TestUser } from '../support/test-user.js';

const PARALLEL = 10;
const many = <T>(call: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: PARALLEL }, (_, index) => call(index)));

describe('one-time secrets', () => {
  let app: TestApp;
  let other: TestApp;
  let outbox: Outbox;
  beforeAll(async () => {
    app = await TestApp.start();
    // Whichever of them hands a mail over, it lies in the same place.
    other = await TestApp.start({ env: { MONGODB_DATABASE: app.databaseName, DATA_DIR: app.directory } });
    outbox = new Outbox(app);
  });
  afterAll(async () => {
    await other.nest.close();
    await app.stop();
  });

  const on = (index: number) => (index % 2 ? app : other).client;
  const generate = async (_key: string) =>
    (await app.client.post<{ otp_token: string }>(`${AUTH}/passgen`, { _key })).body.otp_token;
  const wrong = (code: string, by: number) => String((Number(code) + by) % 1_000_000).padStart(6, '0');

  it('a code spent many times at once is spent once', async () => {
    const { key } = await TestUser.create(app);
    const token = await generate(key);
    const body = { _key: key, _password: await outbox.code(key), token, signin: true };
    const answers = await many((index) => on(index).post(`${AUTH}/passver`, body));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it('a code guessed many times at once gets five tries', async () => {
    const { key } = await TestUser.create(app);
    const token = await generate(key);
    const code = await outbox.code(key);
    const verify = (_password: string) =>
      app.client.post<{ valid?: boolean }>(`${AUTH}/passver`, { _key: key, _password, token });
    const guesses = await many((index) => verify(wrong(code, index + 1)));
    expect(guesses.some(({ body }) => body.valid)).toBe(false);
    expect((await verify(code)).body.valid).not.toBe(true);
    expect(await app.db.collection('_CODES').findOne({ 'data.key': key })).toMatchObject({ tries: 5 });
  });

  it('a code of one account, collection or purpose is worthless for another', async () => {
    const [ada, bob] = [await TestUser.create(app), await TestUser.create(app)];
    const token = await generate(ada.key);
    const code = await outbox.code(ada.key);
    const verify = async (body: object) =>
      (await app.client.post<{ valid: boolean }>(`${AUTH}/passver`, { _password: code, token, ...body })).body
        .valid;
    expect(await verify({ _key: bob.key })).toBe(false);
    const next = await generate(ada.key);
    const nextCode = await outbox.code(ada.key);
    expect(await verify({ _key: ada.key, _password: nextCode, token: next, collection: 'members' })).toBe(
      false,
    );
    expect((await app.client.post(`${AUTH}/magic/verify`, { token: `${token}.${code}` })).status).toBe(401);
    expect(
      (await app.client.post(`${AUTH}/reset`, { token: `${token}.${code}`, _password: 'a good password' }))
        .status,
    ).toBe(401);
  });

  it('an expired code is worthless', async () => {
    const { key } = await TestUser.create(app);
    const token = await generate(key);
    const code = await outbox.code(key);
    await app.db
      .collection('_CODES')
      .updateOne({ 'data.key': key }, { $set: { expires: new Date(Date.now() - 1) } });
    const { body } = await app.client.post(`${AUTH}/passver`, { _key: key, _password: code, token });
    expect(body).toMatchObject({ valid: false });
  });

  it('a reset token spent many times at once sets one password', async () => {
    const { key } = await TestUser.create(app);
    await app.client.post(`${AUTH}/forgot`, { _key: key });
    const token = await outbox.token(key);
    const answers = await many((index) =>
      on(index).post(`${AUTH}/reset`, { token, _password: `good password ${index}` }),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  describe('user enumeration', () => {
    const look = ({ status, body, headers }: ApiAnswer<object>) => {
      const names = [...headers.keys()].filter((name) => !['date', 'content-length'].includes(name));
      return { status, names, body: { ...body, otp_token: '', requestId: '' } };
    };

    it.each(['passgen', 'magic', 'forgot'])('by the answer of %s', async (route) => {
      const { key } = await TestUser.create(app);
      await app.client.post(`${AUTH}/signup`, { _key: 'no-address' });
      const [known, unknown, mute] = await Promise.all(
        [key, 'nobody@example.com', 'no-address'].map((_key) =>
          app.client.post<object>(`${AUTH}/${route}`, { _key }),
        ),
      );
      expect(look(unknown)).toEqual(look(known));
      expect(look(mute)).toEqual(look(known));
    });

    it('by the work of it: a secret and a mail are made for nobody as well', async () => {
      const before = await app.db.collection('_CODES').countDocuments();
      const token = await generate('nobody@example.com');
      expect(await app.db.collection('_CODES').countDocuments()).toBe(before + 1);
      const check = { _key: 'nobody@example.com', _password: '000000', token };
      expect((await app.client.post(`${AUTH}/passver`, check)).body).toMatchObject({ valid: false });
    });

    it('by how often it may be asked: a flood of mails ends for both alike', async () => {
      const { key } = await TestUser.create(app);
      for (const _key of [key, 'nobody-else@example.com']) {
        const answers = [];
        for (let count = 0; count < 13; count += 1)
          answers.push(await app.client.post<Problem>(`${AUTH}/forgot`, { _key }));
        expect(answers.filter(({ status }) => status === 200)).toHaveLength(11);
        expect(answers[12].body.code).toBe('too_many_requests');
        expect(Number(answers[12].headers.get('retry-after'))).toBeGreaterThan(0);
      }
    });
  });
});
