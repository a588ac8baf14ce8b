import { Secret, TOTP } from 'otpauth';
import type { Problem } from '../support/api-client.js';
import { TestApp } from '../support/test-app.js';
import { AUTH, TestUser, type SignedIn } from '../support/test-user.js';

interface Enrolment {
  secret: string;
  uri: string;
  qr: string;
}

/** The code of the period that is so many after the present one: each is good once. */
const codeOf = (secret: string, periods = 0) =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: Date.now() + periods * 30_000 });

describe('the second factor', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app.stop());

  /** A user with an authenticator, whose first code is spent. */
  const enrolled = async () => {
    const user = await TestUser.create(app);
    const { secret } = (await user.client.post<Enrolment>(`${AUTH}/mfa/totp`)).body;
    const confirmed = await user.client.post<{ recovery_codes: string[] }>(`${AUTH}/mfa/totp/confirm`, {
      code: codeOf(secret, -1),
    });
    return { user, secret, codes: confirmed.body.recovery_codes };
  };
  const signIn = ({ key, password }: TestUser) =>
    app.client.post<Problem & { ticket: string; methods: string[] }>(`${AUTH}/signin`, {
      _key: key,
      _password: password,
    });
  const verify = (ticket: string, code: string) =>
    app.client.post<SignedIn & Problem>(`${AUTH}/mfa/verify`, { ticket, code });
  const stepUp = (user: TestUser, body: object) => user.client.post<Problem>(`${AUTH}/mfa/step-up`, body);

  it('is set up with a QR code, and counts from its first code on', async () => {
    const user = await TestUser.create(app);
    const { body } = await user.client.post<Enrolment>(`${AUTH}/mfa/totp`);
    expect(body.uri).toMatch(/^otpauth:\/\/totp\/Coglex:/);
    expect(body.uri).toContain(body.secret);
    expect(body.qr).toMatch(/^data:image\/png;base64,/);
    expect((await signIn(user)).status).toBe(200);
    expect((await user.client.get(`${AUTH}/mfa`)).body).toEqual({ totp: false, recovery_codes: 0 });
    const wrong = await user.client.post<Problem>(`${AUTH}/mfa/totp/confirm`, {
      code: codeOf(body.secret, 20),
    });
    expect(wrong.body).toMatchObject({ status: 401, code: 'code_invalid' });
    const right = await user.client.post<{ recovery_codes: string[] }>(`${AUTH}/mfa/totp/confirm`, {
      code: codeOf(body.secret),
    });
    expect(new Set(right.body.recovery_codes).size).toBe(10);
    expect((await user.client.get(`${AUTH}/mfa`)).body).toEqual({ totp: true, recovery_codes: 10 });
    expect((await user.client.post<Problem>(`${AUTH}/mfa/totp`)).body.code).toBe('conflict');
    const stored = JSON.stringify(await app.db.collection('_USERS').findOne({ _key: user.key }));
    for (const secret of [body.secret, ...right.body.recovery_codes]) expect(stored).not.toContain(secret);
  });

  it('is asked for after the password, with a ticket that is good once', async () => {
    const { user, secret } = await enrolled();
    const asked = await signIn(user);
    expect(asked.body).toMatchObject({
      status: 401,
      code: 'mfa_required',
      methods: ['totp', 'recovery_code'],
    });
    expect(asked.body).not.toHaveProperty('token');
    expect(asked.headers.getSetCookie()).toEqual([]);
    const { ticket } = asked.body;
    const answer = await verify(ticket, codeOf(secret));
    expect(answer.body).toMatchObject({ token_type: 'Bearer', user: { _id: user.id } });
    expect(answer.headers.getSetCookie()).toHaveLength(3);
    expect((await verify(ticket, codeOf(secret, 1))).body.code).toBe('code_invalid');
  });

  it('takes each recovery code once', async () => {
    const { user, codes } = await enrolled();
    const first = await verify((await signIn(user)).body.ticket, codes[0].toUpperCase());
    expect(first.status).toBe(200);
    expect((await verify((await signIn(user)).body.ticket, codes[0])).body.code).toBe('code_invalid');
    expect((await user.client.get(`${AUTH}/mfa`)).body).toMatchObject({ recovery_codes: 9 });
  });

  it('is turned off, and its codes are renewed, after a step-up alone', async () => {
    const { user, secret, codes } = await enrolled();
    for (const answer of [
      await user.client.delete<Problem>(`${AUTH}/mfa/totp`),
      await user.client.post<Problem>(`${AUTH}/mfa/recovery-codes`),
      await user.client.patch<Problem>(`${AUTH}/${user.key}`, {
        document: { $set: { _password: 'of the thief' } },
      }),
    ])
      expect(answer.body).toMatchObject({ status: 403, code: 'step_up_required' });
    expect((await stepUp(user, { _password: user.password })).body.code).toBe('code_invalid');
    const raised = await stepUp(user, { code: codeOf(secret) });
    expect(raised.body).toEqual({ elevated_until: expect.any(String) as string });
    const renewed = await user.client.post<{ recovery_codes: string[] }>(`${AUTH}/mfa/recovery-codes`);
    expect(renewed.body.recovery_codes).toHaveLength(10);
    expect((await verify((await signIn(user)).body.ticket, codes[1])).body.code).toBe('code_invalid');
    expect((await user.client.delete(`${AUTH}/mfa/totp`)).status).toBe(200);
    expect((await signIn(user)).status).toBe(200);
  });

  it('lets who has none step up by password', async () => {
    const user = await TestUser.create(app);
    for (const body of [{}, { code: '123456' }, { _password: 'wrong' }])
      expect((await stepUp(user, body)).body).toMatchObject({ status: 401, code: 'code_invalid' });
    expect((await stepUp(user, { _password: user.password })).status).toBe(200);
  });

  it.each([
    { ticket: 'nonsense', code: '123456' },
    { ticket: '', code: '123456' },
    { ticket: 'a.b', code: '000000' },
  ])('refuses the ticket %j', async ({ ticket, code }) => {
    expect((await verify(ticket, code)).body).toMatchObject({ status: 401, code: 'code_invalid' });
  });

  it.each([{}, { ticket: { $ne: null }, code: '1' }, { ticket: 'a', code: { $regex: '.' } }])(
    'refuses the body %j',
    async (body) => {
      expect((await app.client.post<Problem>(`${AUTH}/mfa/verify`, body)).body.code).toBe(
        'validation_failed',
      );
    },
  );

  it('stands at the end of every other way to sign in', async () => {
    const { user, secret } = await enrolled();
    const forged = (await signIn(user)).body.ticket;
    // A ticket is no code of another kind.
    expect((await app.client.post(`${AUTH}/magic/verify`, { token: forged })).status).toBe(401);
    expect((await verify(forged, codeOf(secret))).status).toBe(200);
  });

  describe('attacks', () => {
    const many = <T>(call: (index: number) => Promise<T>) =>
      Promise.all(Array.from({ length: 8 }, (_, index) => call(index)));

    it('a code or a recovery code spent many times at once opens one session', async () => {
      const { user, secret, codes } = await enrolled();
      const tickets = await many(async () => (await signIn(user)).body.ticket);
      const code = codeOf(secret);
      const byCode = await many((index) => verify(tickets[index], code));
      expect(byCode.filter(({ status }) => status === 200)).toHaveLength(1);
      const others = await many(async () => (await signIn(user)).body.ticket);
      const byRecovery = await many((index) => verify(others[index], codes[2]));
      expect(byRecovery.filter(({ status }) => status === 200)).toHaveLength(1);
    });

    it('a code is guessed five times for a ticket, and not much oftener for an account', async () => {
      const { user } = await enrolled();
      const { ticket } = (await signIn(user)).body;
      const guesses = await many((index) => verify(ticket, `00000${index}`));
      expect(guesses.every(({ status }) => status === 401)).toBe(true);
      const answers = [];
      for (let count = 0; count < 10; count += 1)
        answers.push(await verify((await signIn(user)).body.ticket, `00001${count}`));
      expect(answers.some(({ body }) => body.code === 'too_many_requests')).toBe(true);
    });
  });
});
