import { objectAt, textAt, timeAt, type Plain } from '../stripe/read.js';

/** An event of Stripe, as far as anything must be there. */
export interface StripeEvent extends Plain {
  /** `evt_…` */
  id: string;
  type: string;
  data: { object: Plain } & Plain;
}

const ID = /^[\w-]{1,255}$/;
const TYPE = /^[a-z0-9_]+(?:\.[a-z0-9_]+)*$/i;

/** @returns `undefined` for what is no event */
export function asStripeEvent(value: unknown): StripeEvent | undefined {
  const id = textAt(value, 'id');
  const type = textAt(value, 'type');
  if (id === undefined || !ID.test(id) || type === undefined || type.length > 200 || !TYPE.test(type))
    return undefined;
  return objectAt(value, 'data', 'object') ? (value as StripeEvent) : undefined;
}

/** When Stripe says that it happened. */
export const createdAt = (event: StripeEvent): Date => timeAt(event, 'created') ?? new Date();
