import Stripe from 'stripe';
import { resultOfStatus } from '../../../platform/outbound/call-result.js';
import type { ExternalCalls } from '../../../platform/outbound/external-calls.service.js';

/** The name of what is asked, such as `post payment_intents`: ids come later in a path. */
function operationOf(method: string, path: string): string {
  const [, resource = 'unknown'] = /^\/v\d\/([a-z_]{1,40})(?:[/?]|$)/.exec(path) ?? [];
  return `${method.toLowerCase()} ${resource}`;
}

/** Stripe's own client for HTTP, with every try counted. */
export function observedHttpClient(calls: ExternalCalls): Stripe.HttpClient {
  const client = Stripe.createNodeHttpClient();
  const makeRequest = client.makeRequest.bind(client);
  client.makeRequest = (host, port, path, method, ...rest) =>
    calls.observe(
      { provider: 'stripe', operation: operationOf(method, path) },
      () => makeRequest(host, port, path, method, ...rest),
      (response) => resultOfStatus(response.getStatusCode()),
    );
  return client;
}
