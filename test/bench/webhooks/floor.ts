import Fastify from 'fastify';
import { MongoClient } from 'mongodb';
import Stripe from 'stripe';
import { WEBHOOK_SECRET } from '../../support/stripe/stripe-server.ts';

// The least that a receiver of Stripe's webhooks must do: check the signature over the bytes, store the event once.

const mongo = new MongoClient(process.env.MONGODB_URI ?? '', { maxPoolSize: 50 });
const events = mongo.db('floor').collection<{ _id: string; payload: string }>('events');
const app = Fastify();
app.removeAllContentTypeParsers();
app.addContentTypeParser(
  'application/json',
  { parseAs: 'buffer' },
  async (_request: unknown, body: Buffer) => body,
);
app.post<{ Body: Buffer }>('/service/payment/v1/webhook', async ({ body, headers }) => {
  const event = Stripe.webhooks.constructEvent(body, String(headers['stripe-signature']), WEBHOOK_SECRET);
  await events.insertOne({ _id: event.id, payload: body.toString() });
  return { received: true };
});
process.stdout.write(`${await app.listen({ port: 0, host: '127.0.0.1' })}\n`);
process.once('SIGTERM', () => void app.close().then(() => mongo.close()));
