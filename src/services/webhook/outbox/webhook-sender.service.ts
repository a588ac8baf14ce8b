import { Injectable } from '@nestjs/common';
import { Webhook } from 'standardwebhooks';
import { Config } from '../../../platform/config/config.js';
import { resultOfStatus } from '../../../platform/outbound/call-result.js';
import { ExternalCalls } from '../../../platform/outbound/external-calls.service.js';
import { OutboundError } from '../../../platform/outbound/outbound-error.js';
import {
  Outbound,
  type OutboundAnswer,
  type OutboundRequest,
} from '../../../platform/outbound/outbound.service.js';
import { SealedBox } from '../../../platform/security/sealed-box.service.js';
import { SECRET_PURPOSE, type EndpointSecret, type StoredEndpoint } from '../endpoints/endpoint.js';
import type { Try } from './delivery.js';
import { askedWait } from './retry-schedule.js';

/** What is read of an answer: nobody needs more than the beginning. */
const MAX_ANSWER_BYTES = 4096;

/** How a try ends when `SERVER_SECRET` is another than when the endpoint was made. */
const UNREADABLE = 'The secret of the endpoint cannot be read any more: rotate it.';

/** A message as it is sent. */
export interface SignedMessage {
  message: string;
  body: string;
}

/** How a try went. */
export interface Outcome extends Try {
  delivered: boolean;
  /** The endpoint says that it is gone for good. */
  gone: boolean;
  /** How long the endpoint asks to be left alone, in milliseconds. */
  askedMs: number;
}

/** Sends messages in the form of Standard Webhooks. */
@Injectable()
export class WebhookSender {
  constructor(
    private readonly outbound: Outbound,
    private readonly box: SealedBox,
    private readonly config: Config,
    private readonly external: ExternalCalls,
  ) {}

  /** Never rejects: whatever happens is how the try went. */
  async send(
    { url, secrets }: StoredEndpoint,
    { message, body }: SignedMessage,
    signal?: AbortSignal,
  ): Promise<Outcome> {
    const at = new Date();
    const started = performance.now();
    const outcome = (rest: Partial<Outcome>): Outcome => ({
      at,
      latency: Math.round(performance.now() - started),
      delivered: false,
      gone: false,
      askedMs: 0,
      ...rest,
    });
    const signature = this.signaturesOf(secrets, message, at, body);
    // Nothing is sent that nobody could believe.
    if (signature === '') return outcome({ error: UNREADABLE });
    try {
      const { status, headers } = await this.post(url, {
        headers: {
          'content-type': 'application/json',
          'webhook-id': message,
          'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
          'webhook-signature': signature,
        },
        body,
        timeoutMs: this.config.WEBHOOK_TIMEOUT_MS,
        maxBytes: MAX_ANSWER_BYTES,
        truncate: true,
        signal,
      });
      if (status >= 200 && status < 300) return outcome({ status, delivered: true });
      const error = `The endpoint answered ${status}.`;
      return outcome({ status, error, gone: status === 410, askedMs: askedWait(headers['retry-after']) });
    } catch (error) {
      return outcome({ error: error instanceof OutboundError ? error.message : 'The request failed.' });
    }
  }

  private post(url: string, request: OutboundRequest): Promise<OutboundAnswer> {
    return this.external.observe(
      { provider: 'webhook', operation: 'deliver' },
      () => this.outbound.send(url, { method: 'POST', ...request }),
      ({ status }) => resultOfStatus(status),
    );
  }

  /** A signature by every secret that is good at the moment: receivers accept any that they know. */
  private signaturesOf(secrets: EndpointSecret[], message: string, at: Date, body: string): string {
    return secrets
      .filter(({ until }) => !until || until > at)
      .flatMap(({ sealed }) => this.box.open(SECRET_PURPOSE, sealed) ?? [])
      .map((secret) => new Webhook(secret).sign(message, at, body))
      .join(' ');
  }
}
