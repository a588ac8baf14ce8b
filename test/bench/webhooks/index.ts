import { randomBytes } from 'node:crypto';
import autocannon from 'autocannon';
import { signatureOf } from '../../support/stripe/webhook-sender.ts';
import { STRIPE_KEY, WEBHOOK_SECRET } from '../../support/stripe/stripe-server.ts';
import { WebhookReceiver } from '../../support/webhook-receiver.ts';
import { median, type Load } from '../http/load.ts';
import { BENCH_SECRET, Processes } from '../processes.ts';

// Webhooks of Stripe taken in, beside a bare handler that checks the signature and stores the event; then webhooks
// sent, from the first that arrives to the last, while the events that they tell of are processed.

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 4);
const CONNECTIONS = 20;
const MESSAGES = Number(process.env.BENCH_MESSAGES ?? 3000);

const PATH = '/service/payment/v1/webhook';

/** A customer's event: nothing has to be asked for it. */
const newEvent = () =>
  JSON.stringify({
    id: `evt_${randomBytes(12).toString('hex')}`,
    object: 'event',
    created: Math.floor(Date.now() / 1000),
    type: 'customer.updated',
    data: { object: { id: 'cus_1', object: 'customer', email: 'ada@example.com', metadata: {} } },
  });

function signed(): { body: string; headers: Record<string, string> } {
  const body = newEvent();
  const signature = signatureOf(body, WEBHOOK_SECRET);
  return { body, headers: { 'content-type': 'application/json', 'stripe-signature': signature } };
}

async function load(url: string): Promise<Load> {
  const result = await autocannon({
    url,
    connections: CONNECTIONS,
    duration: SECONDS,
    requests: [
      { setupRequest: (request) => ({ ...request, method: 'POST' as const, path: PATH, ...signed() }) },
    ],
  });
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${url}: ${result.non2xx} bad answers, ${result.errors} errors`);
  return { perSecond: result.requests.average, p50: result.latency.p50, p99: result.latency.p99 };
}

async function sent(url: string): Promise<number> {
  const receiver = await WebhookReceiver.start();
  const answer = await fetch(`${url}/service/webhook/v1/endpoints`, {
    method: 'POST',
    headers: { 'x-api-key': BENCH_SECRET, 'content-type': 'application/json' },
    body: JSON.stringify({ url: receiver.url, types: ['stripe.*'] }),
  });
  if (answer.status !== 201) throw new Error(`The endpoint answered ${answer.status}`);
  const post = async (count: number) => {
    for (let n = 0; n < count; n += 1) await fetch(`${url}${PATH}`, { method: 'POST', ...signed() });
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, () => post(Math.ceil(MESSAGES / CONNECTIONS))));
  const already = receiver.arrivals.length;
  const started = performance.now();
  await receiver.until(MESSAGES);
  const perSecond = (MESSAGES - already) / ((performance.now() - started) / 1000);
  const { _id } = (await answer.json()) as { _id: string };
  const headers = { 'x-api-key': BENCH_SECRET };
  await fetch(`${url}/service/webhook/v1/endpoints/${_id}`, { method: 'DELETE', headers });
  await receiver.stop();
  return perSecond;
}

const processes = new Processes();
try {
  const { uri } = await processes.database();
  const stripe = { STRIPE_SECRET_KEY: STRIPE_KEY, STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET };
  const servers = {
    floor: await processes.floor(uri, 'test/bench/webhooks/floor.ts'),
    coglex: await processes.coglex(uri, { ...stripe, OUTBOUND_ALLOW: '127.0.0.1' }),
  };
  process.stdout.write(`outbox          ${(await sent(servers.coglex.url)).toFixed(0)} webhooks/s\n`);
  // One after the other: what was taken in goes on being processed for a while.
  for (const side of ['floor', 'coglex'] as const) {
    const rounds: Load[] = [];
    for (let round = 0; round < ROUNDS; round += 1) rounds.push(await load(servers[side].url));
    const { perSecond, p50, p99 } = median(rounds);
    process.stdout.write(
      `intake, ${side.padEnd(7)} ${perSecond.toFixed(0)} /s, p50 ${p50} ms, p99 ${p99} ms\n`,
    );
  }
} finally {
  await processes.stop();
}
