import { Duration, HttpUrl, Integer, List, Text } from '../setting.decorator.js';
import { OutboundSettings } from './outbound.settings.js';

const DAY = 86_400;

/** Stripe, and webhooks. */
export class PaymentSettings extends OutboundSettings {
  @Text({
    group: 'Payment',
    about: 'Secret key of the Stripe account.',
    secret: true,
    live: true,
    optional: true,
  })
  readonly STRIPE_SECRET_KEY?: string;

  @Text({
    group: 'Payment',
    about: 'Publishable key of the Stripe account, handed to front ends with a payment.',
    live: true,
    optional: true,
  })
  readonly STRIPE_PUBLISHABLE_KEY?: string;

  @List((word) => /^\S{8,}$/.test(word), 'hold secrets of at least 8 characters', {
    group: 'Payment',
    about: 'Signing secrets of the webhook at Stripe, comma-separated; several while one is replaced.',
    secret: true,
    live: true,
    shownDefault: '',
  })
  readonly STRIPE_WEBHOOK_SECRET: string[] = [];

  @HttpUrl({ group: 'Payment', about: 'Where Stripe is reached; another address is for tests and proxies.' })
  readonly STRIPE_API_BASE: string = 'https://api.stripe.com';

  @Integer(1000, 28_000, {
    group: 'Payment',
    about: 'Longest wait for Stripe in one request, further tries included, in milliseconds.',
  })
  readonly STRIPE_TIMEOUT_MS: number = 25_000;

  @Duration(DAY, 3650 * DAY, {
    group: 'Payment',
    about: 'How long events of Stripe are kept after they were processed.',
    shownDefault: '90d',
  })
  readonly STRIPE_EVENT_RETENTION: number = 90 * DAY;

  @Integer(1, 1000, { group: 'Webhooks', about: 'Most webhook endpoints of one project.' })
  readonly WEBHOOK_MAX_ENDPOINTS: number = 50;

  @Integer(1, 256, { group: 'Webhooks', about: 'Most webhooks that one process sends at once.' })
  readonly WEBHOOK_CONCURRENCY: number = 16;

  @Integer(100, 12_000, {
    group: 'Webhooks',
    about: 'Longest wait for the answer to a webhook, in milliseconds.',
  })
  readonly WEBHOOK_TIMEOUT_MS: number = 10_000;

  @Duration(0, 30 * DAY, {
    group: 'Webhooks',
    about: 'How long an endpoint may fail without a single success before it is disabled.',
    shownDefault: '5d',
  })
  readonly WEBHOOK_DISABLE_AFTER: number = 5 * DAY;

  @Duration(3600, 365 * DAY, {
    group: 'Webhooks',
    about: 'How long messages that are delivered or given up are kept, to look at and to send again.',
    shownDefault: '30d',
  })
  readonly WEBHOOK_RETENTION: number = 30 * DAY;
}
