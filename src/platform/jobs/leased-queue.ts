import { randomUUID } from 'node:crypto';
import type { mongo } from 'mongoose';

/** A piece of work in a collection, which several instances share. */
export interface Queued {
  _id: string;
  /** Work is taken while it is `pending`; any other state is of the queue's own. */
  state: string;
  /** When it may be taken; while it is worked on, when the lease ends. */
  due: Date;
  /** How often it was taken. */
  attempts: number;
  /** Who has it; absent while nobody does. */
  owner?: string;
}

/** An index that every such collection needs. */
export const QUEUE_INDEX: mongo.IndexDescription = { key: { state: 1, due: 1 } };

/**
 * Hands pieces of work to one instance at a time, by atomic updates. Whoever takes one has it until the lease ends; a
 * worker that dies holds it up for so long, and not for longer.
 */
export class LeasedQueue<T extends Queued> {
  constructor(
    private readonly collection: () => Promise<mongo.Collection<T>>,
    private readonly leaseMs: number,
  ) {}

  /** @param filter which pieces; any by default */
  async take(filter: mongo.Filter<T> = {}): Promise<T | undefined> {
    const now = Date.now();
    const taken = await (
      await this.collection()
    ).findOneAndUpdate(
      { ...filter, state: 'pending', due: { $lte: new Date(now) } },
      {
        $set: { due: new Date(now + this.leaseMs), owner: randomUUID() },
        $inc: { attempts: 1 },
      } as unknown as mongo.UpdateFilter<T>,
      { sort: { due: 1 }, returnDocument: 'after' },
    );
    return (taken as T | null) ?? undefined;
  }

  /** Works on a piece, and renews its lease meanwhile. */
  async during<R>({ _id, owner }: T, work: () => Promise<R>): Promise<R> {
    const renew = async () =>
      (await this.collection()).updateOne(
        { _id, owner } as mongo.Filter<T>,
        { $set: { due: new Date(Date.now() + this.leaseMs) } } as unknown as mongo.UpdateFilter<T>,
      );
    // A renewal that fails is not the end: the next one comes before the lease is over.
    const timer = setInterval(() => void renew().catch(() => undefined), this.leaseMs / 3);
    try {
      return await work();
    } finally {
      clearInterval(timer);
    }
  }

  /**
   * Gives a piece back, in whatever state.
   *
   * @returns whether it was still this worker's
   */
  async release({ _id, owner }: T, set: Partial<T>, more: mongo.UpdateFilter<T> = {}): Promise<boolean> {
    const { matchedCount } = await (
      await this.collection()
    ).updateOne(
      { _id, owner } as mongo.Filter<T>,
      { ...more, $set: set, $unset: { owner: '' } } as unknown as mongo.UpdateFilter<T>,
    );
    return matchedCount === 1;
  }
}
