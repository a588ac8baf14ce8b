import type { StripeObject } from './state.ts';

const escape = (text: string) => text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);

/** The hosted page on which somebody pays. */
export function payPage(session: StripeObject, problem?: string): string {
  const { amount_total: amount, currency, cancel_url: back } = session as unknown as Record<string, unknown>;
  return `<!doctype html><html lang="en"><title>Pay</title><h1>Pay ${String(amount)} ${escape(String(currency))}</h1>
${problem === undefined ? '' : `<p role="alert">${escape(problem)}</p>`}
<form method="post"><label>Card number <input name="card" autocomplete="off"></label><button>Pay</button></form>
${typeof back === 'string' ? `<a href="${escape(back)}">Back</a>` : ''}</html>`;
}

/** Where the browser goes after it has paid. */
export const successUrl = ({ id, success_url: url }: StripeObject): string =>
  String(url).replaceAll('{CHECKOUT_SESSION_ID}', id);
