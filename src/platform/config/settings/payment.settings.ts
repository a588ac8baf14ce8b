import { Text } from '../setting.decorator.js';
import { OutboundSettings } from './outbound.settings.js';

/** Stripe, and webhooks. */
export class PaymentSettings extends OutboundSettings {
  @Text({ group: 'Payment', about: 'Secret key of the Stripe account.', secret: true, optional: true })
  readonly STRIPE_SECRET_KEY?: string;
}
