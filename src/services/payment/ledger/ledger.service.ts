import { Injectable } from '@nestjs/common';
import { mongo } from 'mongoose';
import { Config } from '../../../platform/config/config.js';
import { Database } from '../../../platform/database/database.service.js';
import { Indexes } from '../../../platform/database/indexes.service.js';
import { absorb, applyFact, newPayment } from './apply-fact.js';
import type { Fact } from './fact.js';
import type { PaymentSignal, StoredPayment } from './payment.js';

/** Collection of the payments of a project. */
export const LEDGER = '_PAYMENTS';

/** Objects of Stripe that belong to one payment alone. */
const IDENTITIES = ['payment_intent', 'checkout_session', 'invoice', 'charge'] as const;

/** How often others may get in between before something must be wrong. */
const ATTEMPTS = 50;

const DUPLICATE_KEY = 11000;

/** What recording a fact led to. */
export interface Recorded {
  payment: StoredPayment;
  /** What the fact's event was the first to say; the same again when the event comes again. */
  signals: PaymentSignal[];
}

/** The payments of the current project: one document for each, changed by what Stripe says. */
@Injectable()
export class Ledger {
  constructor(
    private readonly database: Database,
    private readonly indexes: Indexes,
    private readonly config: Config,
  ) {}

  /**
   * Writes a fact into the payment that it is about, which is made when there is none. Several at once, on any
   * number of instances, come out as if they had come one after the other.
   *
   * @returns `undefined` when the fact is about no payment that is known, and must not make one
   */
  async record(fact: Fact): Promise<Recorded | undefined> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const found = await this.find(fact);
      if (found.length === 0 && fact.onlyKnown) return undefined;
      const payment = await this.attempt(found, fact);
      if (payment) return { payment, signals: signalsOf(payment, fact) };
    }
    throw new Error(`The payment ${JSON.stringify(fact.ids)} changes all the time`);
  }

  /** The payment that an object of Stripe belongs to. */
  async findBy(ids: Fact['ids']): Promise<StoredPayment | undefined> {
    return (await this.find({ ids }))[0];
  }

  /** The payment as it would be after a fact, without writing anything. */
  async preview(fact: Fact): Promise<StoredPayment> {
    return applyFact((await this.findBy(fact.ids)) ?? newPayment('', new Date()), fact);
  }

  async payments(): Promise<mongo.Collection<StoredPayment>> {
    return this.indexes.ensure(this.database.collection<StoredPayment>(LEDGER), [
      ...IDENTITIES.map((field) => ({ key: { [field]: 1 }, unique: true, sparse: true })),
      { key: { status: 1, _inserted: -1 } },
      { key: { _inserted: -1 } },
    ]);
  }

  /** @returns `undefined` when somebody else was faster */
  private async attempt(found: StoredPayment[], fact: Fact): Promise<StoredPayment | undefined> {
    try {
      if (found.length === 0) return await this.insert(fact);
      const [first, ...others] = found;
      const whole = others.length === 0 ? first : await this.merge(first, others);
      return whole && (await this.replace(whole, applyFact(whole, fact)));
    } catch (error) {
      if (error instanceof mongo.MongoServerError && error.code === DUPLICATE_KEY) return undefined;
      throw error;
    }
  }

  private async find({ ids: { payment, ...ids } }: Pick<Fact, 'ids'>): Promise<StoredPayment[]> {
    const known = IDENTITIES.flatMap((field) => (ids[field] === undefined ? [] : [{ [field]: ids[field] }]));
    const any = payment === undefined ? known : [{ _id: payment }, ...known];
    if (any.length === 0) return [];
    const payments = await this.payments();
    return payments
      .find({ $or: any }, { maxTimeMS: this.config.MONGODB_MAX_TIME_MS })
      .sort({ _inserted: 1, _id: 1 })
      .toArray();
  }

  private async insert(fact: Fact): Promise<StoredPayment> {
    const now = new Date();
    const _id = fact.ids.payment ?? new mongo.ObjectId().toHexString();
    const payment = { ...applyFact(newPayment(_id, now), fact), version: 1 };
    await (await this.payments()).insertOne(payment);
    return payment;
  }

  private async replace(before: StoredPayment, after: StoredPayment): Promise<StoredPayment | undefined> {
    const next = { ...after, version: before.version + 1, _patched: new Date() };
    const { matchedCount } = await (
      await this.payments()
    ).replaceOne({ _id: before._id, version: before.version }, next);
    return matchedCount === 1 ? next : undefined;
  }

  /**
   * Makes one payment of several documents: Stripe may tell of a session and of its intent before it tells that they
   * belong together. What the others know is safe in the first before they go; their identities follow with the
   * fact, for no two documents can have them at once.
   */
  private async merge(first: StoredPayment, others: StoredPayment[]): Promise<StoredPayment | undefined> {
    const own = Object.fromEntries(IDENTITIES.map((field) => [field, first[field]]));
    const joined = { ...others.reduce(absorb, first), ...own };
    for (const field of IDENTITIES) if (joined[field] === undefined) delete joined[field];
    const stored = await this.replace(first, joined);
    if (!stored) return undefined;
    const payments = await this.payments();
    for (const { _id, version } of others) {
      const { deletedCount } = await payments.deleteOne({ _id, version });
      if (deletedCount === 0) return undefined;
    }
    // An identity that the fact itself does not name would be lost with its document.
    const ids = others.reduce<Partial<StoredPayment>>(
      (all, other) => ({ ...identitiesOf(other), ...all }),
      {},
    );
    return { ...stored, ...ids, ...identitiesOf(stored) };
  }
}

const identitiesOf = (payment: StoredPayment): Partial<StoredPayment> =>
  Object.fromEntries(IDENTITIES.flatMap((field) => (payment[field] ? [[field, payment[field]]] : [])));

function signalsOf({ told }: StoredPayment, { event }: Fact): PaymentSignal[] {
  return event ? told.filter((entry) => entry.event === event.id).map(({ signal }) => signal) : [];
}
