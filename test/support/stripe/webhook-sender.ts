import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { nowSeconds, type StripeEvent } from './state.ts';

/** What goes wrong on the way of webhooks. */
export interface WebhookWeather {
  /** How often each event is sent; once by default. */
  copies?: number;
  /** Wait before each, in milliseconds. */
  delayMs?: number;
  /** Events that never arrive. */
  drops?: (event: StripeEvent) => boolean;
  /** Keep events back until {@link WebhookSender.release}. */
  hold?: boolean;
}

/** The header by which Stripe signs. */
export function signatureOf(body: string, secret: string, time = nowSeconds()): string {
  const signature = createHmac('sha256', secret).update(`${time}.${body}`).digest('hex');
  return `t=${time},v1=${signature}`;
}

/** Sends events to the webhook of a server, in the weather that a test makes. */
export class WebhookSender {
  /** Where events go; nowhere while it is not set. */
  url?: string;
  weather: WebhookWeather = {};
  /** Every answer, in the order in which they came. */
  readonly answers: { event: string; type: string; status: number }[] = [];
  readonly secret: string;
  private held: StripeEvent[] = [];
  private last: Promise<void> = Promise.resolve();

  constructor(secret: string) {
    this.secret = secret;
  }

  push(event: StripeEvent): void {
    if (this.weather.hold) this.held.push(event);
    else this.last = this.last.then(() => this.deliver(event));
  }

  /** Sends what was kept back, one after the other, in an order of the test's own. */
  async release(order: (events: StripeEvent[]) => StripeEvent[] = (events) => events): Promise<void> {
    const events = order(this.held);
    this.held = [];
    for (const event of events) await this.deliver(event);
  }

  /** Resolves when everything that was pushed has been sent. */
  idle(): Promise<void> {
    return this.last;
  }

  /** Sends one event now. @returns the last status; 0 when nobody answered */
  async send(event: StripeEvent, headers: Record<string, string> = {}): Promise<number> {
    if (this.url === undefined) return 0;
    const body = JSON.stringify(event);
    try {
      const answer = await fetch(this.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json; charset=utf-8',
          'stripe-signature': signatureOf(body, this.secret),
          ...headers,
        },
        body,
      });
      await answer.arrayBuffer();
      return answer.status;
    } catch {
      return 0;
    }
  }

  private async deliver(event: StripeEvent): Promise<void> {
    const { copies = 1, delayMs = 0, drops } = this.weather;
    if (drops?.(event)) return;
    for (let copy = 0; copy < copies; copy += 1) {
      if (delayMs > 0) await sleep(delayMs);
      const status = await this.send(event);
      this.answers.push({ event: event.id, type: event.type, status });
    }
  }
}
