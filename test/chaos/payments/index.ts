import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { StripeServer } from '../../support/stripe/stripe-server.ts';
import { WebhookReceiver } from '../../support/webhook-receiver.ts';
import { ChaosServer } from './server.ts';
import { shuffled, tell } from './story.ts';

// 10,000 events of Stripe, some of them two and three times, in no order, while the server is killed (-9) again and
// again. In the end the ledger says what is true, and a subscriber was told of each payment at least once.

const EVENTS = Number(process.env.CHAOS_EVENTS ?? 10_000);
const KILLS = Number(process.env.CHAOS_KILLS ?? 8);
const SENDERS = 16;

interface Entry {
  payment_intent: string;
  status: string;
  amount: number;
  amount_refunded: number;
}

const directory = await mkdtemp(join(tmpdir(), 'coglex-chaos-'));
const stripe = await StripeServer.start();
const subscriber = await WebhookReceiver.start();
const server = await ChaosServer.create(directory, stripe.env);
const findings: string[] = [];
const started = performance.now();

stripe.webhooks.weather = { drops: () => true };
const truth = tell(stripe, EVENTS);
const queue = shuffled(stripe.state.events);
const deliveries = queue.length;
try {
  await server.start();
  await server.call('POST', '/service/webhook/v1/endpoints', { url: subscriber.url, types: ['payment.*'] });
  stripe.webhooks.url = `${server.url}/service/payment/v1/webhook`;
  await Promise.all([...Array.from({ length: SENDERS }, send), killAgainAndAgain()]);
  await idle('/service/payment/v1/events?state=pending&limit=1');
  await idle('/service/webhook/v1/deliveries?state=pending&limit=1');
  await compare();
} finally {
  await server.kill();
  await Promise.all([stripe.stop(), subscriber.stop()]);
  await rm(directory, { recursive: true, force: true });
}

/** Stripe sends an event again until it is answered with 200. */
async function send(): Promise<void> {
  for (let event = queue.pop(); event; event = queue.pop())
    while ((await stripe.webhooks.send(event)) !== 200) await sleep(20);
}

async function killAgainAndAgain(): Promise<void> {
  for (let kill = 1; kill <= KILLS; kill += 1) {
    const left = deliveries * (1 - kill / (KILLS + 1));
    while (queue.length > left) await sleep(10);
    await server.kill();
    await server.start();
  }
}

async function idle(path: string): Promise<void> {
  while ((await server.call<unknown[]>('GET', path)).length > 0) await sleep(200);
}

async function compare(): Promise<void> {
  const ledger = new Map<string, Entry>();
  for (let skip = 0; ; skip += 1000) {
    const page = await server.call<Entry[]>(
      'GET',
      `/service/payment/v1/?limit=1000&skip=${skip}&sort={"_id":1}`,
    );
    for (const entry of page) {
      if (ledger.has(entry.payment_intent))
        findings.push(`${entry.payment_intent} stands in the ledger twice`);
      ledger.set(entry.payment_intent, entry);
    }
    if (page.length < 1000) break;
  }
  for (const [id, { status, amount, amount_refunded }] of truth) {
    const entry = ledger.get(id);
    const same =
      entry?.status === status && entry.amount === amount && entry.amount_refunded === amount_refunded;
    if (!same) findings.push(`${id} is ${JSON.stringify(entry)}, not ${status} ${amount} ${amount_refunded}`);
  }
  if (ledger.size !== truth.size) findings.push(`${ledger.size} payments instead of ${truth.size}`);
  const told = new Map<string, Set<string>>();
  for (const { body, headers } of subscriber.arrivals) {
    const { type, data } = JSON.parse(body) as { type: string; data: { payment_intent: string } };
    const key = `${type} ${data.payment_intent}`;
    told.set(key, (told.get(key) ?? new Set()).add(String(headers['webhook-id'])));
  }
  for (const [id, { status }] of truth) {
    const ids = told.get(`payment.succeeded ${id}`)?.size ?? 0;
    if (ids !== (status === 'failed' ? 0 : 1)) findings.push(`${id} succeeded under ${ids} message ids`);
  }
}

process.stdout.write(
  [
    `events of Stripe          ${EVENTS}, delivered ${deliveries} times`,
    `kills (-9)                ${KILLS}`,
    `payments                  ${truth.size}`,
    `webhooks received         ${subscriber.arrivals.length}`,
    `seconds                   ${((performance.now() - started) / 1000).toFixed(0)}`,
    `findings                  ${findings.length}`,
    ...findings.slice(0, 50),
    '',
  ].join('\n'),
);
process.exit(findings.length === 0 ? 0 : 1);
