import type { Billing } from './billing.ts';
import type { Checkout } from './checkout.ts';
import { metadataOf, numberOf, textOf, textsOf, formOf, type Form } from './form.ts';
import type { Payments } from './payments.ts';
import { newId, type StripeObject, type StripeState } from './state.ts';

/** What the routes stand on. */
export interface Parts {
  state: StripeState;
  payments: Payments;
  billing: Billing;
  checkout: Checkout;
  /** Address of the stand-in. */
  base: () => string;
}

type Route = [method: string, path: RegExp, answer: (form: Form, id: string) => unknown];

/** The part of Stripe's API that the stand-in speaks. */
export function routesOf({ state, payments, billing, checkout, base }: Parts): Route[] {
  const list = (object: string, form: Form, ...filters: string[]) => {
    const created = formOf(form, 'created');
    const matching = state
      .all(object)
      .filter((candidate) => filters.every((name) => matches(candidate, name, textOf(form, name))))
      .filter((candidate) => candidate.created >= (numberOf(created, 'gte') ?? 0))
      .reverse();
    const after = matching.findIndex(({ id }) => id === textOf(form, 'starting_after')) + 1;
    const limit = numberOf(form, 'limit') ?? 10;
    const data = matching.slice(after, after + limit).map((found) => expanded(found, form, 'data.'));
    return { object: 'list', url: `/v1/${object}`, has_more: matching.length > after + limit, data };
  };
  const expanded = (object: StripeObject, form: Form, prefix = ''): StripeObject => {
    const wanted = textsOf(form, 'expand').map((path) => path.replace(prefix, ''));
    const fields = wanted.filter((field) => typeof object[field] === 'string');
    return {
      ...object,
      ...Object.fromEntries(fields.map((field) => [field, state.get(object[field] as string)])),
    };
  };
  const get = (object: string) => (form: Form, id: string) => expanded(state.get(id, object), form);
  return [
    ['POST', /^checkout\/sessions$/, (form) => checkout.create(form, base())],
    [
      'GET',
      /^checkout\/sessions$/,
      (form) => list('checkout.session', form, 'payment_intent', 'subscription'),
    ],
    ['GET', /^checkout\/sessions\/([^/]+)$/, get('checkout.session')],
    ['POST', /^payment_intents$/, (form) => payments.create(form)],
    ['GET', /^payment_intents$/, (form) => list('payment_intent', form, 'customer')],
    ['GET', /^payment_intents\/([^/]+)$/, get('payment_intent')],
    [
      'POST',
      /^payment_intents\/([^/]+)\/confirm$/,
      (form, id) => {
        const intent = state.get(id, 'payment_intent');
        payments.confirm(intent, textOf(form, 'payment_method') ?? '');
        return intent;
      },
    ],
    [
      'POST',
      /^payment_intents\/([^/]+)\/cancel$/,
      (_form, id) => payments.cancel(state.get(id, 'payment_intent')),
    ],
    ['POST', /^refunds$/, (form) => payments.refund(form)],
    ['GET', /^charges\/([^/]+)$/, get('charge')],
    ['POST', /^customers$/, (form) => billing.customer(form)],
    ['GET', /^customers\/([^/]+)$/, get('customer')],
    ['POST', /^customers\/([^/]+)$/, (form, id) => billing.customer(form, state.get(id, 'customer'))],
    [
      'POST',
      /^billing_portal\/sessions$/,
      (form) => ({
        ...state.add('bps', 'billing_portal.session', {
          customer: state.get(textOf(form, 'customer') ?? '').id,
        }),
        return_url: textOf(form, 'return_url') ?? null,
        url: `${base()}/portal/${newId('session')}`,
        metadata: metadataOf(form),
      }),
    ],
    ['GET', /^subscriptions$/, (form) => list('subscription', form, 'customer', 'status')],
    ['GET', /^subscriptions\/([^/]+)$/, get('subscription')],
    ['POST', /^subscriptions\/([^/]+)$/, (form, id) => billing.update(state.get(id, 'subscription'), form)],
    ['DELETE', /^subscriptions\/([^/]+)$/, (_form, id) => billing.cancel(state.get(id, 'subscription'))],
    ['GET', /^invoices$/, (form) => list('invoice', form, 'customer', 'status')],
    ['GET', /^invoices\/([^/]+)$/, get('invoice')],
    [
      'GET',
      /^invoice_payments$/,
      (form) => {
        const intent = textOf(formOf(form, 'payment'), 'payment_intent');
        const found = list('invoice_payment', form, 'invoice');
        const leads = (link: StripeObject) =>
          (link.payment as { payment_intent: string }).payment_intent === intent;
        return intent === undefined ? found : { ...found, data: found.data.filter(leads) };
      },
    ],
    ['GET', /^prices$/, (form) => list('price', form, 'product', 'active', 'type', 'currency')],
    ['GET', /^products$/, (form) => list('product', form, 'active')],
    ['GET', /^products\/([^/]+)$/, get('product')],
    [
      'GET',
      /^events\/([^/]+)$/,
      (_form, id) => state.events.find((event) => event.id === id) ?? state.get(id),
    ],
    ['GET', /^balance$/, () => ({ object: 'balance', available: [], pending: [], livemode: false })],
  ];
}

const matches = (object: StripeObject, name: string, wanted: string | undefined) =>
  wanted === undefined || (name === 'status' && wanted === 'all') || String(object[name]) === wanted;
