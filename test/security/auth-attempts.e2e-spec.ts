import type { Problem } from '../support/api-client.js';
import { withPublishableKey } from '../support/publishable-key.js';
import { TestApp } from '../support/test-app.js';
import { AUTH, TestUser } from '../support/test-user.js';

const FREE = 3;

describe('guessing of passwords', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start({ env: { AUTH_FREE_ATTEMPTS: String(FREE), TRUST_PROXY: '127.0.0.1' } });
  });
  afterAll(() => app.stop());

  const from = (address: string, client = app.client) => client.with({ 'x-forwarded-for': address });
  const signIn = (_key: string, _password: string, client = app.client) =>
    client.post<Problem>(`${AUTH}/signin`, { _key, _password });
  /** Guesses until it is stopped. */
  const guess = async (key: string, client = app.client, most = 100) => {
    for (let count = 0; count < most; count += 1) {
      const answer = await signIn(key, 'a wrong guess', client);
      if (answer.status === 429) return { count, answer };
    }
    throw new Error('Nobody stopped it');
  };

  it('is slowed down after a few attempts, for accounts that exist and for those that do not', async () => {
    const { key } = await TestUser.create(app);
    const known = await guess(key, from('192.0.2.1'));
    const unknown = await guess('nobody', from('192.0.2.2'));
    expect(known.count).toBe(FREE + 1);
    expect(unknown.count).toBe(known.count);
    expect(known.answer.body.code).toBe('too_many_requests');
    expect(Number(known.answer.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('is not let through by many guesses at once', async () => {
    const { key } = await TestUser.create(app);
    const client = from('192.0.2.3');
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, index) => signIn(key, `guess ${index}`, client)),
    );
    expect(answers.filter(({ status }) => status === 401).length).toBeLessThanOrEqual(FREE + 1);
    expect(answers.filter(({ status }) => status === 429).length).toBeGreaterThanOrEqual(30 - FREE - 1);
  });

  it('locks nobody out who comes from elsewhere, nor the owner from a known address', async () => {
    const user = await TestUser.create(app);
    const home = from('198.51.100.1');
    expect((await signIn(user.key, user.password, home)).status).toBe(200);
    await guess(user.key, from('192.0.2.4'));
    expect((await signIn(user.key, user.password, from('198.51.100.2'))).status).toBe(200);
    // From everywhere at once: strangers have to wait, the owner has not.
    for (let host = 0; host < 40; host += 1)
      await signIn(user.key, 'a wrong guess', from(`203.0.113.${host}`));
    expect((await signIn(user.key, user.password, from('203.0.113.200'))).status).toBe(429);
    expect((await signIn(user.key, user.password, home)).status).toBe(200);
  });

  it('is slowed down for one address on many accounts, but not for a server that calls for its users', async () => {
    const spray = async (client: typeof app.client) => {
      const codes = [];
      for (let count = 0; count < 10 * FREE + 3; count += 1)
        codes.push((await signIn(`sprayed-${count}`, 'a wrong guess', client)).body.code);
      return codes;
    };
    expect(await spray(from('192.0.2.5'))).not.toContain('too_many_requests');
    expect(await spray(from('192.0.2.6', await withPublishableKey(app)))).toContain('too_many_requests');
  });

  it('a changing user key, spelling of the route or extra header is no way around', async () => {
    const { key } = await TestUser.create(app);
    const client = from('192.0.2.7');
    await guess(key, client);
    for (const path of [`${AUTH}/signin/`, `${AUTH}/signin?x=1`, `${AUTH}/signin/_USERS`]) {
      const { status } = await client.post(path, { _key: key, _password: 'a wrong guess' });
      expect([429, 400]).toContain(status);
    }
  });

  it('leaves neither keys nor addresses in the clear', async () => {
    const { key } = await TestUser.create(app);
    await signIn(key, 'a wrong guess', from('192.0.2.8'));
    const stored = JSON.stringify(await app.db.collection('_ATTEMPTS').find().toArray());
    expect(stored).not.toContain(key);
    expect(stored).not.toContain('192.0.2.8');
  });
});
