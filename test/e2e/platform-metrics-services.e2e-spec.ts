import { Mailer } from '../../src/platform/mail/mailer.service.js';
import { DatabaseProxy } from '../support/database-proxy.js';
import { EXECUTION, execute } from '../support/execution.js';
import * as gemini from '../support/gemini/gemini-replies.js';
import { ask, GENERATION, GenerationApp } from '../support/provider/generation-app.js';
import { scrape, valueOf } from '../support/scrape.js';
import { ServerProcess } from '../support/server-process.js';
import { PAYMENT, PaymentApp } from '../support/stripe/payment-app.js';
import { TestApp } from '../support/test-app.js';
import { eventually, until } from '../support/until.js';
import { WebhookReceiver } from '../support/webhook-receiver.js';

jest.setTimeout(60_000);

const THINGS = '/service/storage/v1/things';

describe('metrics of models', () => {
  let api: GenerationApp;
  beforeAll(async () => {
    api = await GenerationApp.start({ env: { GENERATION_RETRIES: '0' } });
  });
  afterAll(() => api.stop());

  it('count calls, their results and tokens', async () => {
    const converse = (body: object) => api.app.client.post(`${GENERATION}/converse`, body);
    api.gemini.next(gemini.say('a b c', { cachedContentTokenCount: 1 }));
    await converse(ask('one two'));
    api.gemini.next(gemini.fail(503, 'UNAVAILABLE', 'x'));
    await converse(ask('one two'));
    await until(async () => {
      const { samples } = await scrape(api.app.url);
      return valueOf(samples, 'coglex_generation_calls_total', { state: 'failed' }) === 1;
    });
    const { samples } = await scrape(api.app.url);
    const calls = (result: string) =>
      valueOf(samples, 'coglex_provider_requests_total', { provider: 'gemini', operation: 'call', result });
    expect({ ok: calls('ok'), failed: calls('failed') }).toEqual({ ok: 1, failed: 1 });
    const tokens = (direction: string) =>
      valueOf(samples, 'coglex_generation_tokens_total', { model: 'models/gemini-2.5-flash', direction });
    expect({ in: tokens('in'), out: tokens('out'), cached: tokens('cached') }).toEqual({
      in: 2,
      out: 3,
      cached: 1,
    });
    expect(valueOf(samples, 'coglex_generation_cost_dollars_total')).toBeGreaterThan(0);
  });

  it('make one series of all models that the settings do not name', async () => {
    for (const model of ['models/zebra-1', 'models/zebra-2', 'openai/zebra-3'])
      await api.app.client.post(`${GENERATION}/converse`, { ...ask('one two'), model });
    await until(async () => {
      const { samples } = await scrape(api.app.url);
      return valueOf(samples, 'coglex_generation_tokens_total', { model: 'other' }) !== undefined;
    });
    expect((await scrape(api.app.url)).text).not.toContain('zebra');
  });
});

describe('metrics of payments', () => {
  it('count what Stripe is asked, without ids, and the events that wait', async () => {
    const shop = await PaymentApp.start();
    try {
      const { id } = await shop.checkout();
      await until(
        async () =>
          valueOf((await scrape(shop.app.url)).samples, 'coglex_queue_depth', { queue: 'stripe_events' }) ===
          0,
      );
      await shop.app.client.get(`${PAYMENT}/payment-status/pi_zebra`);
      const { samples, text } = await scrape(shop.app.url);
      const count = (operation: string, result: string) =>
        valueOf(samples, 'coglex_provider_requests_total', { provider: 'stripe', operation, result });
      expect(count('post checkout', 'ok')).toBe(1);
      expect(count('get payment_intents', 'refused')).toBe(1);
      expect(text).not.toMatch(new RegExp(`zebra|${id}`));
    } finally {
      await shop.stop();
    }
  });
});

describe('metrics of webhooks and mail', () => {
  it('count deliveries by what came of them, and what waits', async () => {
    const receiver = await WebhookReceiver.start();
    const app = await TestApp.start({
      // Nothing listens there: the mail stays in the outbox.
      env: { OUTBOUND_ALLOW: '127.0.0.1', SMTP_HOST: '127.0.0.1', SMTP_PORT: '9', MAIL_RETRY: '1h' },
    });
    try {
      const { status } = await app.client.post('/service/webhook/v1/endpoints', {
        url: receiver.url,
        types: ['user.*'],
      });
      expect(status).toBe(201);
      await app.client.post('/service/auth/v1/signup', {
        _key: 'ada@example.com',
        _password: 'a zebra runs',
      });
      await app.nest.get(Mailer).send('ada@example.com', { subject: 'Hi', paragraphs: ['Hello'] });
      const counts = async () => {
        const { samples } = await scrape(app.url);
        return {
          delivered: valueOf(samples, 'coglex_webhook_deliveries_total', { result: 'delivered' }) ?? 0,
          failed: valueOf(samples, 'coglex_provider_requests_total', { provider: 'smtp', result: 'failed' }),
          mail: valueOf(samples, 'coglex_queue_depth', { queue: 'mail' }),
          webhook: valueOf(samples, 'coglex_queue_depth', { queue: 'webhook' }),
        };
      };
      await eventually(
        counts,
        ({ delivered, failed, mail, webhook }) =>
          delivered > 0 && failed === 1 && mail === 1 && webhook === 0,
      );
    } finally {
      await app.stop();
      await receiver.stop();
    }
  });
});

describe('metrics of the sandbox', () => {
  it('count runs by language and result, and show its processes', async () => {
    const app = await TestApp.start();
    try {
      await execute(app.client, 'javascript', '1 + 1');
      await execute(app.client, 'javascript', 'throw new Error("zebra")');
      await execute(app.client, 'javascript', 'for (;;);', { timeout: 100 });
      await app.client.post(`${EXECUTION}/execute`, { language: 'zebra', code: '1' });
      const { samples, text } = await scrape(app.url);
      const runs = (result: string) =>
        valueOf(samples, 'coglex_execution_runs_total', { language: 'javascript', result });
      expect({ ok: runs('ok'), exception: runs('exception'), timeout: runs('timeout') }).toEqual({
        ok: 1,
        exception: 1,
        timeout: 1,
      });
      expect(valueOf(samples, 'coglex_execution_workers', { state: 'busy' })).toBe(0);
      expect(valueOf(samples, 'coglex_execution_memory_bytes')).toBeGreaterThanOrEqual(0);
      expect(text).not.toContain('zebra');
    } finally {
      await app.stop();
    }
  });
});

describe('metrics of the embedded engine', () => {
  it('show its file, its entries, transactions and operations', async () => {
    const server = await ServerProcess.start();
    try {
      const before = (await scrape(server.url)).samples;
      await server.client.post(THINGS, { documents: Array.from({ length: 500 }, (_, n) => ({ n })) });
      await server.client.get(THINGS);
      await until(async () => {
        const { samples } = await scrape(server.url);
        const grown = (name: string, labels: Record<string, string>, by: number) =>
          (valueOf(samples, name, labels) ?? 0) >= (valueOf(before, name, labels) ?? 0) + by;
        return (
          grown('coglex_engine_entries', { tree: 'records' }, 500) &&
          grown('coglex_engine_transactions_total', { result: 'committed' }, 1) &&
          grown('coglex_database_operations_total', { kind: 'writes' }, 1) &&
          grown('coglex_database_operations_total', { kind: 'reads' }, 1)
        );
      });
      const { samples } = await scrape(server.url);
      const bytes = (part: string) => valueOf(samples, 'coglex_engine_bytes', { part }) ?? 0;
      expect(bytes('used')).toBeGreaterThan(0);
      expect(bytes('used') + bytes('free')).toBe(bytes('file'));
      expect(bytes('map')).toBeGreaterThanOrEqual(bytes('file'));
      expect(bytes('disk_free')).toBeGreaterThan(0);
      expect(valueOf(samples, 'coglex_database_operation_seconds_total', { kind: 'writes' })).toBeGreaterThan(
        0,
      );
      expect(valueOf(samples, 'coglex_database_cursors_open')).toBe(0);
    } finally {
      await server.stop();
    }
  });
});

describe('a scrape while the database is away', () => {
  it('answers all the same, and says so', async () => {
    const proxy = await DatabaseProxy.start();
    const app = await TestApp.start({ env: { MONGODB_URI: proxy.uri } });
    try {
      await until(async () => valueOf((await scrape(app.url)).samples, 'coglex_database_up') === 1);
      proxy.stall();
      const all = await Promise.all(Array.from({ length: 20 }, () => scrape(app.url)));
      expect(all).toHaveLength(20);
      await until(async () => valueOf((await scrape(app.url)).samples, 'coglex_database_up') === 0);
    } finally {
      await app.stop();
      await proxy.stop();
    }
  });
});

describe('labels', () => {
  it('hold nothing that callers choose', async () => {
    const app = await TestApp.start();
    try {
      const { client } = app;
      await client.post('/service/storage/v1/zebra_things', { _id: 'zebra-1', name: 'zebra' });
      await client.get('/service/storage/v1/zebra_things/zebra-1?query={"zebra":1}');
      await client.get('/zebra/path');
      await client.send('PROPFIND', '/zebra/path');
      await client.post('/service/auth/v1/signup', { _key: 'zebra@example.com', _password: 'a zebra runs' });
      await client.post('/service/auth/v1/signin', { _key: 'zebra@example.com', _password: 'zebra' });
      await client.send('PUT', `${EXECUTION}/functions/zebra`, { code: 'return 1', language: 'javascript' });
      await client.post(`${EXECUTION}/functions/zebra/invoke`, {});
      await client.get('/modules/zebra/health');
      await client.with({ 'x-request-id': 'zebra', 'user-agent': 'zebra' }).get('/health');
      const { text, samples } = await scrape(app.url);
      expect(text).not.toContain('zebra');
      // A server that has done little has few series: nothing multiplies.
      expect(samples.length).toBeLessThan(2000);
    } finally {
      await app.stop();
    }
  });
});
