import { applyFact, newPayment } from './apply-fact.js';
import type { Fact } from './fact.js';
import type { StoredPayment } from './payment.js';

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second));
const empty = () => newPayment('p', at(0));

let count = 0;
const fact = (second: number, type: string, rest: Partial<Fact>): Fact => ({
  ids: { payment_intent: 'pi_1' },
  at: at(second),
  amount: 1000,
  currency: 'usd',
  event: { id: `evt_${(count += 1)}`, type, created: at(second) },
  ...rest,
});

const story = (): Fact[] => [
  fact(1, 'payment_intent.created', { status: 'pending' }),
  fact(2, 'payment_intent.payment_failed', { status: 'failed', failure: { code: 'card_declined' } }),
  fact(3, 'payment_intent.processing', { status: 'processing' }),
  fact(4, 'payment_intent.succeeded', { status: 'succeeded' }),
  fact(5, 'charge.refunded', { amount_refunded: 300 }),
  fact(6, 'charge.refunded', { amount_refunded: 1000 }),
];

const tell = (facts: Fact[]) => facts.reduce(applyFact, empty());
const signals = ({ told }: StoredPayment) => told.map(({ signal }) => signal);

function* permutations<T>(items: T[]): Generator<T[]> {
  if (items.length < 2) yield items;
  else
    for (const [index, item] of items.entries())
      for (const rest of permutations(items.toSpliced(index, 1))) yield [item, ...rest];
}

describe('a payment', () => {
  it('goes its way', () => {
    const facts = story();
    const states = facts.map((_, index) => tell(facts.slice(0, index + 1)).status);
    expect(states).toEqual([
      'pending',
      'failed',
      'processing',
      'succeeded',
      'partially_refunded',
      'refunded',
    ]);
    expect(signals(tell(facts))).toEqual([
      'payment.failed',
      'payment.succeeded',
      'payment.refunded',
      'payment.refunded',
    ]);
  });

  it('comes to the same end in any order, with every event twice', () => {
    const facts = story();
    const { events } = tell(facts);
    for (const order of permutations(facts)) {
      const end = tell([...order, ...order]);
      expect(end).toMatchObject({ status: 'refunded', amount: 1000, amount_refunded: 1000, currency: 'usd' });
      expect(end.failure).toBeUndefined();
      expect(end.events).toEqual(events);
      expect(signals(end).filter((signal) => signal === 'payment.succeeded')).toHaveLength(1);
    }
  });

  it('never goes back', () => {
    const [pending, failed, processing, succeeded] = story();
    for (const late of [pending, failed, processing])
      expect(tell([succeeded, late]).status).toBe('succeeded');
    const canceled = fact(9, 'payment_intent.canceled', { status: 'canceled' });
    expect(tell([canceled, failed]).status).toBe('canceled');
    expect(tell([canceled, succeeded]).status).toBe('succeeded');
    expect(tell([succeeded, canceled]).status).toBe('succeeded');
  });

  it('keeps the amount that came, whatever is said later', () => {
    const [, , , succeeded] = story();
    const other = fact(9, 'payment_intent.created', { status: 'pending', amount: 1, currency: 'eur' });
    expect(tell([succeeded, other])).toMatchObject({ amount: 1000, currency: 'usd' });
  });

  it('fails with the reason of the last try, and is told of each', () => {
    const decline = (second: number, code: string) =>
      fact(second, 'payment_intent.payment_failed', { status: 'failed', failure: { code } });
    const late = decline(1, 'late');
    const end = tell([decline(2, 'first'), decline(3, 'second'), late]);
    expect(end).toMatchObject({ status: 'failed', failure: { code: 'second' } });
    expect(signals(end)).toEqual(['payment.failed', 'payment.failed', 'payment.failed']);
  });

  it('has less refunded when the bank says so, and only then', () => {
    const facts = story();
    const less = { amount_refunded: 300, exact: true };
    expect(tell([...facts, fact(7, 'refund.failed', less)])).toMatchObject({
      status: 'partially_refunded',
      amount_refunded: 300,
    });
    expect(tell([...facts, fact(7, 'charge.refunded', { amount_refunded: 300 })]).amount_refunded).toBe(1000);
  });

  it('is told of by the next event when it was changed without one', () => {
    const silent = { ...fact(4, 'x', { amount_refunded: 1000, status: 'succeeded' }), event: undefined };
    const end = tell([silent, fact(5, 'charge.refunded', { amount_refunded: 1000 })]);
    expect(signals(end)).toEqual(['payment.succeeded', 'payment.refunded']);
  });

  it('keeps what it knows when an event is silent about it', () => {
    const details = { customer: 'cus_1', email: undefined, metadata: { order: '7' } };
    const end = tell([
      fact(1, 'a', { details }),
      fact(2, 'b', { details: { email: 'ada@example.com', customer: undefined } }),
    ]);
    expect(end).toMatchObject({ customer: 'cus_1', email: 'ada@example.com', metadata: { order: '7' } });
  });
});
