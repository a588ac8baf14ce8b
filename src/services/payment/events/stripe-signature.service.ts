import { isUtf8 } from 'node:buffer';
import { Injectable } from '@nestjs/common';
import type Stripe from 'stripe';
import { Config } from '../../../platform/config/config.js';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import { parseJson } from '../../../platform/http/json.js';
import { asStripeEvent, type StripeEvent } from './stripe-event.js';

/** How old a signature may be, in seconds; long enough for a slow network, too short for a thief. */
const TOLERANCE_S = 300;

/** Tells Stripe's webhooks from everybody else's. */
@Injectable()
export class StripeSignature {
  constructor(private readonly config: Config) {}

  /**
   * Reads a webhook, once its signature is known to be right.
   *
   * @throws CoglexError `not_configured`, `signature_invalid`, `malformed_json`, `validation_failed`
   */
  async read(
    body: unknown,
    header: string | string[] | undefined,
  ): Promise<{ event: StripeEvent; payload: string }> {
    const secrets = this.config.STRIPE_WEBHOOK_SECRET;
    if (secrets.length === 0)
      throw new CoglexError('not_configured', {
        detail: 'Webhooks of Stripe need STRIPE_WEBHOOK_SECRET to be set.',
      });
    const { default: Client } = await import('stripe');
    if (
      !Buffer.isBuffer(body) ||
      typeof header !== 'string' ||
      !secrets.some((secret) => isSigned(Client, body, header, secret))
    )
      throw new CoglexError('signature_invalid', {
        detail: 'The Stripe-Signature header is missing, too old or does not fit the body.',
      });
    if (!isUtf8(body)) throw new CoglexError('malformed_json', { detail: 'The body is not valid UTF-8.' });
    const payload = body.toString();
    const event = asStripeEvent(parseJson(payload, this.config.MAX_JSON_DEPTH));
    if (!event) throw new CoglexError('validation_failed', { detail: 'The body is not an event of Stripe.' });
    return { event, payload };
  }
}

function isSigned({ webhooks }: typeof Stripe, body: Buffer, header: string, secret: string): boolean {
  try {
    return webhooks.signature?.verifyHeader(body, header, secret, TOLERANCE_S) ?? false;
  } catch {
    return false;
  }
}
