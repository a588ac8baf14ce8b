import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { mongo } from 'mongoose';
import { Database } from '../../database/database.service.js';
import { expiresAt, Indexes } from '../../database/indexes.service.js';

/** How long an answer is remembered, in milliseconds. */
const REMEMBERED_MS = 24 * 3_600_000;
/** How long a piece of work holds its key at most, in milliseconds; longer than any request may take. */
const HELD_MS = 60_000;

const DUPLICATE_KEY = 11000;

/** A request as the store knows it. */
export interface KeyedRequest {
  /** Digest of the key and of who sent it. */
  id: string;
  /** Digest of everything that makes the request what it is. */
  fingerprint: string;
}

interface StoredAnswer {
  _id: string;
  fingerprint: string;
  state: 'held' | 'free' | 'done';
  /** Distinguishes the tries of one key at a provider that remembers failures. */
  attempt: number;
  /** Until when the work holds the key. */
  until: Date;
  /** JSON text of the answer. */
  body?: string;
  status?: number;
  expires: Date;
}

/** What a request finds under its key. */
export type Claim =
  | { kind: 'mine'; attempt: number }
  | { kind: 'answered'; status: number; body: string }
  | { kind: 'running' }
  | { kind: 'other' };

/** Remembers the answers to requests with an `Idempotency-Key`, in the database of their project. */
@Injectable()
export class IdempotencyStore {
  constructor(
    private readonly database: Database,
    private readonly indexes: Indexes,
  ) {}

  /** Takes the key for a request, or tells why it cannot be had; of several at once, one gets it. */
  async claim({ id, fingerprint }: KeyedRequest): Promise<Claim> {
    const answers = await this.answers();
    const now = Date.now();
    const times = { until: new Date(now + HELD_MS), expires: new Date(now + REMEMBERED_MS) };
    try {
      await answers.insertOne({ _id: id, fingerprint, state: 'held', attempt: 0, ...times });
      return { kind: 'mine', attempt: 0 };
    } catch (error) {
      if (!(error instanceof mongo.MongoServerError) || error.code !== DUPLICATE_KEY) throw error;
    }
    const freed = await answers.findOneAndUpdate(
      { _id: id, fingerprint, $or: [{ state: 'free' }, { state: 'held', until: { $lte: new Date(now) } }] },
      { $set: { state: 'held', ...times } },
    );
    if (freed) return { kind: 'mine', attempt: freed.attempt };
    const found = await answers.findOne({ _id: id });
    // It went away in this moment: the caller is told to come again.
    if (!found) return { kind: 'running' };
    if (found.fingerprint !== fingerprint) return { kind: 'other' };
    if (found.state !== 'done') return { kind: 'running' };
    return { kind: 'answered', status: found.status ?? 200, body: found.body ?? 'null' };
  }

  async remember(id: string, status: number, body: string): Promise<void> {
    const answers = await this.answers();
    await answers.updateOne({ _id: id }, { $set: { state: 'done', status, body } });
  }

  /** Forgets that the work was begun. @param nextAttempt whether the next one must look different to the provider */
  async release(id: string, nextAttempt: boolean): Promise<void> {
    const answers = await this.answers();
    await answers.updateOne(
      { _id: id },
      { $set: { state: 'free' }, ...(nextAttempt ? { $inc: { attempt: 1 } } : {}) },
    );
  }

  private answers(): Promise<mongo.Collection<StoredAnswer>> {
    return this.indexes.ensure(this.database.collection<StoredAnswer>('_IDEMPOTENCY'), [
      expiresAt('expires'),
    ]);
  }
}

/** A digest of parts that cannot be confused with each other. */
export const digestOf = (...parts: unknown[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
