import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Billing } from './billing.ts';
import { Checkout } from './checkout.ts';
import { parseForm, type Form } from './form.ts';
import { payPage, successUrl } from './pages.ts';
import { Payments } from './payments.ts';
import { routesOf } from './routes.ts';
import { StripeFault, StripeState } from './state.ts';
import { WebhookSender } from './webhook-sender.ts';

/** Secrets that go with the stand-in. */
export const STRIPE_KEY = 'sk_test_stand_in_0123456789';
export const WEBHOOK_SECRET = 'whsec_stand_in_0123456789abcdef';

/** A request to the API, as it came. */
export interface SeenRequest {
  method: string;
  path: string;
  form: Form;
  headers: IncomingMessage['headers'];
}

/** How the API fails for a while. */
export interface Trouble {
  /** Which requests; all by default. */
  path?: RegExp;
  /** How many of them. */
  times: number;
  /** Status of the failure, or silence, or a connection that breaks before the answer of what was done. */
  how: number | 'hangs' | 'breaks';
}

/**
 * A Stripe of one's own: the wire format, the state, the hosted page and the signed webhooks, on a loopback port. The
 * official client cannot tell the difference.
 */
export class StripeServer {
  readonly state = new StripeState();
  readonly payments = new Payments(this.state);
  readonly billing = new Billing(this.state, this.payments);
  readonly checkout = new Checkout(this.state, this.payments, this.billing);
  readonly webhooks = new WebhookSender(WEBHOOK_SECRET);
  readonly requests: SeenRequest[] = [];
  trouble?: Trouble;
  private readonly remembered = new Map<string, { status: number; body: string }>();
  private readonly routes = routesOf({ ...this, base: () => this.url });
  private readonly server: Server = createServer((request, answer) => {
    this.serve(request, answer).catch((error: unknown) => answer.destroy(error as Error));
  });

  static async start(): Promise<StripeServer> {
    const stripe = new StripeServer();
    stripe.state.onEvent = (event) => stripe.webhooks.push(event);
    stripe.server.listen(0, '127.0.0.1');
    await once(stripe.server, 'listening');
    return stripe;
  }

  /** Address for `STRIPE_API_BASE`. */
  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Settings of a server that uses this Stripe. */
  get env(): Record<string, string> {
    return {
      STRIPE_SECRET_KEY: STRIPE_KEY,
      STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET,
      STRIPE_API_BASE: this.url,
    };
  }

  async stop(): Promise<void> {
    this.webhooks.url = undefined;
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async serve(request: IncomingMessage, answer: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url);
    const body = await text(request);
    if (url.pathname.startsWith('/pay/')) return this.servePage(request, answer, url, body);
    const seen: SeenRequest = {
      method: request.method ?? 'GET',
      path: url.pathname,
      form: parseForm(request.method === 'GET' ? url.search.slice(1) : body),
      headers: request.headers,
    };
    this.requests.push(seen);
    const key = request.headers['idempotency-key'] as string | undefined;
    const before = key === undefined ? undefined : this.remembered.get(key);
    if (before) return send(answer, before.status, before.body, { 'idempotent-replayed': 'true' });
    const trouble = this.troubleFor(seen);
    if (trouble === 'hangs') return;
    const { status, value } = typeof trouble === 'number' ? failure(trouble) : this.answer(seen);
    const json = JSON.stringify(value);
    if (key !== undefined && status !== 401) this.remembered.set(key, { status, body: json });
    if (trouble === 'breaks') answer.destroy();
    else send(answer, status, json);
  }

  private troubleFor({ path }: SeenRequest): Trouble['how'] | undefined {
    const { trouble } = this;
    if (!trouble || trouble.times === 0 || trouble.path?.test(path) === false) return undefined;
    trouble.times -= 1;
    return trouble.how;
  }

  private answer({ method, path, form, headers }: SeenRequest): { status: number; value: unknown } {
    try {
      if (headers.authorization !== `Bearer ${STRIPE_KEY}`)
        throw new StripeFault(401, { type: 'invalid_request_error', message: 'Invalid API Key provided' });
      for (const [verb, pattern, handle] of this.routes) {
        const match = verb === method ? pattern.exec(path.replace(/^\/v1\//, '')) : null;
        if (match) return { status: 200, value: handle(form, match[1]) };
      }
      throw new StripeFault(404, {
        type: 'invalid_request_error',
        message: `Unrecognized request URL (${path})`,
      });
    } catch (error) {
      if (!(error instanceof StripeFault)) throw error;
      return { status: error.status, value: error.body };
    }
  }

  private servePage(request: IncomingMessage, answer: ServerResponse, url: URL, body: string): void {
    const session = this.state.get(url.pathname.slice('/pay/'.length), 'checkout.session');
    const card = request.method === 'POST' ? new URLSearchParams(body).get('card') : null;
    const problem = card === null ? undefined : this.checkout.pay(session.id, card);
    if (card === null || problem !== undefined)
      answer.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(payPage(session, problem));
    else answer.writeHead(303, { location: successUrl(session) }).end();
  }
}

const failure = (status: number) => ({
  status,
  value: { error: { type: 'api_error', message: 'Something is wrong at Stripe.' } },
});

function send(
  answer: ServerResponse,
  status: number,
  body: string,
  headers: Record<string, string> = {},
): void {
  answer.writeHead(status, { 'content-type': 'application/json', 'request-id': 'req_stand_in', ...headers });
  answer.end(body);
}
