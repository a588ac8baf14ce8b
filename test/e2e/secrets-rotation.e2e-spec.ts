import { Mailer } from '../../src/platform/mail/mailer.service.js';
import { ArchiveClient } from '../support/archive-client.js';
import { GeminiStandIn } from '../support/gemini/gemini-stand-in.ts';
import { MailServer } from '../support/mail-server.js';
import { OAuthStandIn } from '../support/oauth-stand-in.js';
import { OpenAiStandIn } from '../support/openai/openai-stand-in.ts';
import { ask, GENERATION } from '../support/provider/generation-app.ts';
import { S3_ACCESS_KEY, S3_SECRET_KEY, S3Server } from '../support/s3-server.js';
import { CHECKOUT, PAYMENT } from '../support/stripe/payment-app.js';
import { STRIPE_KEY, StripeServer } from '../support/stripe/stripe-server.ts';
import { TestApp } from '../support/test-app.js';
import { until } from '../support/until.js';
import { VaultServer } from '../support/vault/vault-server.js';

const PAGE = 'http://localhost:3000/callback';
const LETTER = { subject: 'Hello', paragraphs: ['This is all.'] };

const FIRST = {
  STRIPE_SECRET_KEY: 'sk_test_first_0123456789',
  GENERATION_KEY: 'gemini-first',
  OPENAI_API_KEY: 'openai-first',
  S3_ACCESS_KEY_ID: 'AKID-first',
  S3_SECRET_ACCESS_KEY: 'secret-first',
  SMTP_USER: 'coglex',
  SMTP_PASSWORD: 'word-first',
  GOOGLE_CLIENT_ID: 'client-first',
  GOOGLE_CLIENT_SECRET: 'secret-first',
};
const SECOND = {
  STRIPE_SECRET_KEY: STRIPE_KEY,
  GENERATION_KEY: 'gemini-second',
  OPENAI_API_KEY: 'openai-second',
  S3_ACCESS_KEY_ID: S3_ACCESS_KEY,
  S3_SECRET_ACCESS_KEY: S3_SECRET_KEY,
  SMTP_USER: 'coglex',
  SMTP_PASSWORD: 'word-second',
  GOOGLE_CLIENT_ID: 'client-second',
  GOOGLE_CLIENT_SECRET: 'client-secret',
};

/** Each client is used with the first secret, and once more after one reload, without a restart between. */
describe('a rotated secret is what goes over the wire', () => {
  let app: TestApp;
  let vault: VaultServer;
  let gemini: GeminiStandIn;
  let google: OAuthStandIn;
  let mail: MailServer;
  let openai: OpenAiStandIn;
  let s3: S3Server;
  let stripe: StripeServer;

  beforeAll(async () => {
    [vault, gemini, google, mail, openai, s3, stripe] = await Promise.all([
      VaultServer.start(),
      GeminiStandIn.start(),
      OAuthStandIn.start(),
      MailServer.start(),
      OpenAiStandIn.start(),
      S3Server.start(),
      StripeServer.start(),
    ]);
    vault.put(FIRST);
    app = await TestApp.start({
      env: {
        ...vault.tokenEnv(),
        ...stripe.env,
        ...s3.env,
        ...google.settings('GOOGLE'),
        ARCHIVE_DRIVER: 's3',
        GENERATION_BASE_URL: gemini.url,
        OPENAI_BASE_URL: openai.baseUrl,
        OAUTH_REDIRECTS: PAGE,
        SMTP_HOST: '127.0.0.1',
        SMTP_PORT: String(mail.port),
      },
    });
  });
  afterAll(async () => {
    await app.stop();
    await Promise.all([vault, gemini, google, mail, openai, s3, stripe].map((server) => server.stop()));
  });

  const used = async () => {
    const { client } = app;
    await client.post(`${PAYMENT}/checkout`, CHECKOUT);
    await client.post(`${GENERATION}/converse`, { model: 'models/gemini-2.5-flash', ...ask('Hi') });
    await client.post(`${GENERATION}/converse`, { model: 'openai/gpt-4.1-mini', ...ask('Hi') });
    const sent = mail.mails.length;
    await app.nest.get(Mailer).send('ada@example.com', LETTER);
    await until(() => mail.mails.length > sent);
    const { body } = await client.post<{ authorization_url: string }>('/service/auth/v1/oauth', {
      provider: 'google',
      redirect: PAGE,
    });
    const { status } = await new ArchiveClient(client).upload('some bytes');
    return {
      stripe: stripe.requests.at(-1)?.headers.authorization,
      gemini: gemini.requests.at(-1)?.headers['x-goog-api-key'],
      openai: openai.requests.at(-1)?.headers.authorization,
      mail: mail.logins.at(-1),
      google: new URL(body.authorization_url).searchParams.get('client_id'),
      uploaded: status === 201,
    };
  };

  it('for payments, models, mail, sign-in and files', async () => {
    expect(await used()).toEqual({
      stripe: `Bearer ${FIRST.STRIPE_SECRET_KEY}`,
      gemini: 'gemini-first',
      openai: 'Bearer openai-first',
      mail: 'coglex:word-first',
      google: 'client-first',
      uploaded: false,
    });

    vault.put(SECOND);
    const { body } = await app.client.post<{ changed: string[] }>('/service/operations/v1/secrets/reload');
    const changed = Object.keys(SECOND).filter((name) => name !== 'SMTP_USER');
    expect(body.changed.sort()).toEqual(changed.sort());

    expect(await used()).toEqual({
      stripe: `Bearer ${STRIPE_KEY}`,
      gemini: 'gemini-second',
      openai: 'Bearer openai-second',
      mail: 'coglex:word-second',
      google: 'client-second',
      uploaded: true,
    });
  });

  it('and what is taken away is not configured any more', async () => {
    const { STRIPE_SECRET_KEY: _, ...rest } = SECOND;
    vault.put(rest);
    await app.client.post('/service/operations/v1/secrets/reload');
    // The environment has one as well, and is next in line.
    await app.client.post(`${PAYMENT}/checkout`, CHECKOUT);
    expect(stripe.requests.at(-1)?.headers.authorization).toBe(`Bearer ${STRIPE_KEY}`);
    vault.put({});
    await app.client.post('/service/operations/v1/secrets/reload');
    const { status } = await app.client.post(`${GENERATION}/converse`, {
      model: 'models/gemini-2.5-flash',
      ...ask('Hi'),
    });
    expect(status).toBe(503);
  });
});
