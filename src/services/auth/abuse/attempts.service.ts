import { createHmac } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { mongo } from 'mongoose';
import { Config } from '../../../platform/config/config.js';
import { Database } from '../../../platform/database/database.service.js';
import { expiresAt, Indexes } from '../../../platform/database/indexes.service.js';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import { isTrusted, type Caller } from '../../../platform/security/caller.js';
import { SigningKeys } from '../../../platform/security/signing-keys.service.js';

interface StoredAttempts {
  /** Keyed hash of what is counted: nobody reads addresses and keys here. */
  _id: string;
  count: number;
  /** Until when no further attempt is heard. */
  until: Date;
  expires: Date;
}

/** How many attempts are free, and how long the longest pause is between those that are not. */
interface Allowance {
  free: number;
  /** Milliseconds. */
  longest: number;
}

/** Whom an attempt is counted for. */
export interface Attempt {
  /** What is tried, such as `password`. */
  kind: string;
  /** Collection and key of the account, whether it exists or not. */
  account: string;
  caller?: Caller;
}

/** An attempt that is under way. */
export interface Reservation {
  /** It was the owner: what was counted against them is forgotten, and their address is known from now on. */
  succeed(): Promise<void>;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
/** Counts are forgotten so long after the last attempt. */
const WINDOW_MS = 60 * MINUTE;
/** An address from which the owner has signed in stays known so long. */
const KNOWN_MS = 30 * 24 * 60 * MINUTE;
const DUPLICATE_KEY = 11000;

/**
 * Slows down whoever guesses. An attempt is counted before it is judged, by one atomic update, so that a hundred at
 * once are no way around.
 *
 * Three things are counted: attempts on an account from one address, which pause soon; those on an account from
 * everywhere, from which addresses are exempt that its owner has signed in from, so that nobody locks an owner out;
 * and those from one address on whatever account, unless a server calls for its users.
 */
@Injectable()
export class Attempts {
  constructor(
    private readonly database: Database,
    private readonly indexes: Indexes,
    private readonly keys: SigningKeys,
    private readonly config: Config,
  ) {}

  /** @throws CoglexError `too_many_requests` with `Retry-After` */
  async reserve({ kind, account, caller }: Attempt): Promise<Reservation> {
    const address = caller?.address ?? '';
    const free = this.config.AUTH_FREE_ATTEMPTS;
    const pair = this.id('pair', kind, account, address);
    const known = this.id('known', account, address);
    const ofAddress = this.id('address', kind, address);
    const countsAddress = caller !== undefined && !isTrusted(caller);
    await this.count(pair, { free, longest: 15 * MINUTE });
    if (countsAddress) await this.count(ofAddress, { free: 10 * free, longest: MINUTE });
    if (!(await this.isKnown(known)))
      await this.count(this.id('account', kind, account), { free: 10 * free, longest: MINUTE });
    return {
      succeed: async () => {
        const attempts = await this.attempts();
        await Promise.all([
          attempts.deleteOne({ _id: pair }),
          attempts.updateOne(
            { _id: known },
            { $set: { count: 0, until: new Date(0), expires: new Date(Date.now() + KNOWN_MS) } },
            { upsert: true },
          ),
          ...(countsAddress ? [attempts.updateOne({ _id: ofAddress }, { $inc: { count: -1 } })] : []),
        ]);
      },
    };
  }

  /**
   * Counts a mail that is asked for, so that nobody's mailbox is flooded.
   *
   * @throws CoglexError `too_many_requests`, for accounts that exist and for those that do not
   */
  async reserveMail(account: string): Promise<void> {
    await this.count(this.id('mail', account), {
      free: this.config.AUTH_FREE_ATTEMPTS,
      longest: 15 * MINUTE,
    });
  }

  private async isKnown(id: string): Promise<boolean> {
    return (await (await this.attempts()).findOne({ _id: id })) !== null;
  }

  private async count(id: string, allowance: Allowance): Promise<void> {
    const attempts = await this.attempts();
    for (;;) {
      const now = new Date();
      try {
        await attempts.updateOne({ _id: id, until: { $lte: now } }, counting(now, allowance), {
          upsert: true,
        });
        return;
      } catch (error) {
        if (!(error instanceof mongo.MongoServerError) || error.code !== DUPLICATE_KEY) throw error;
      }
      // It is there and does not match: it is paused, unless another first attempt has just made it.
      const found = await attempts.findOne({ _id: id });
      const waitMs = found ? found.until.getTime() - Date.now() : 0;
      if (waitMs > 0) throw tooMany(waitMs);
    }
  }

  private id(...parts: string[]): string {
    return createHmac('sha256', this.keys.derive('attempts'))
      .update(JSON.stringify(parts))
      .digest('base64url');
  }

  private attempts(): Promise<mongo.Collection<StoredAttempts>> {
    return this.indexes.ensure(this.database.collection<StoredAttempts>('_ATTEMPTS'), [expiresAt('expires')]);
  }
}

/** One more attempt; each that is not free pauses twice as long as the one before. */
function counting(now: Date, { free, longest }: Allowance): mongo.Document[] {
  const power = { $min: [{ $max: [{ $subtract: ['$count', free + 1] }, 0] }, 30] };
  const pause = { $min: [{ $multiply: [SECOND, { $pow: [2, power] }] }, longest] };
  return [
    {
      $set: {
        count: { $add: [{ $ifNull: ['$count', 0] }, 1] },
        expires: new Date(now.getTime() + WINDOW_MS),
      },
    },
    // A free one pauses nobody, also not those whose clock is a little behind.
    { $set: { until: { $cond: [{ $gt: ['$count', free] }, { $add: [now, pause] }, new Date(0)] } } },
  ];
}

function tooMany(waitMs: number): CoglexError {
  const seconds = Math.max(1, Math.ceil(waitMs / SECOND));
  return new CoglexError('too_many_requests', {
    detail: `Too many attempts. Try again in ${seconds} seconds.`,
    headers: { 'Retry-After': String(seconds) },
  });
}
