import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { mongo } from 'mongoose';
import { PinoLogger } from 'nestjs-pino';
import { Audit } from '../audit/audit.service.js';
import { Config } from '../config/config.js';
import { Database } from '../database/database.service.js';
import { expiresAt, Indexes } from '../database/indexes.service.js';
import { Jobs } from '../jobs/jobs.service.js';
import { Metrics } from '../metrics/metrics.service.js';
import { PubSub } from '../redis/pub-sub.service.js';
import type { Caller } from '../security/caller.js';
import { BanBook } from './ban-book.js';
import { policiesOf } from './policies.js';

/** A ban as it is stored in `_BANS` of the installation, by the block of its address. */
export interface StoredBan {
  _id: string;
  since: Date;
  until: Date;
  /** How many refusals, in how many seconds, it was for. */
  violations: number;
  seconds: number;
}

const CHANNEL = 'bans';

/** How often the bans are read anew, for what no message has told, in milliseconds. */
const READ_MS = 3000;

/** Longest wait for them at the start, in milliseconds: a database that is away must not hold it up. */
const PATIENCE_MS = 1000;

/** Most bans that are kept in memory and listed. */
export const MOST_BANS = 100_000;

/**
 * Who is not heard for a while. Bans stand in the database, so that they outlive the process; are kept in memory, so
 * that no request waits for them; and are told to the other instances, which also read them every few seconds.
 */
@Injectable()
export class Bans implements OnApplicationBootstrap {
  private readonly book = new BanBook();

  constructor(
    private readonly database: Database,
    private readonly indexes: Indexes,
    private readonly pubSub: PubSub,
    private readonly audit: Audit,
    private readonly config: Config,
    private readonly logger: PinoLogger,
    private readonly jobs: Jobs,
    metrics: Metrics,
  ) {
    logger.setContext(Bans.name);
    const { book } = this;
    metrics.gauge({
      name: 'coglex_bans',
      help: 'Addresses that are banned',
      collect() {
        this.set(book.size);
      },
    });
    pubSub.subscribe(CHANNEL, (message) => this.hear(message));
  }

  /** Bans of before are known before the first request; the job reads them again when the database is there. */
  async onApplicationBootstrap(): Promise<void> {
    if (!policiesOf(this.config).ban) return;
    this.jobs.register({ name: 'bans', everyMs: READ_MS, exclusive: false, run: () => this.read() });
    const read = this.read().catch((error: unknown) =>
      this.logger.warn({ err: error }, 'Bans could not be read yet'),
    );
    await Promise.race([read, sleep(PATIENCE_MS, undefined, { ref: false })]);
  }

  /** Until when a block is banned, in milliseconds since 1970; `undefined` when it is not. */
  until(block: string): number | undefined {
    return this.book.until(block);
  }

  /** Bans a block, everywhere. Never fails: while the database is away it holds here, and is written later. */
  async add(ban: StoredBan): Promise<void> {
    this.book.add(ban);
    await this.pubSub.publish(CHANNEL, JSON.stringify({ add: ban }));
    const { _id: address, until, violations, seconds } = ban;
    this.logger.warn({ address, until, violations }, 'An address is banned');
    await this.write(ban);
    await this.audit.record('ban.added', {
      caller: { address: address.replace(/\/64$/, '') },
      on: { type: 'ban', id: address },
      detail: { until, violations, seconds },
    });
  }

  /**
   * Lifts a ban, everywhere.
   *
   * @param caller who lifts it, for the audit trail
   * @returns whether there was one
   * @throws the driver's error while the database is away
   */
  async lift(block: string, caller?: Caller): Promise<boolean> {
    const here = this.book.until(block) !== undefined;
    const { deletedCount } = await (await this.bans()).deleteOne({ _id: block, until: { $gt: new Date() } });
    if (deletedCount === 0 && !here) return false;
    this.book.lift(block);
    await this.pubSub.publish(CHANNEL, JSON.stringify({ lift: block }));
    await this.audit.record('ban.lifted', { caller, on: { type: 'ban', id: block } });
    return true;
  }

  /** Bans that have not ended, the newest first. */
  async list({ limit, skip }: { limit: number; skip: number }): Promise<StoredBan[]> {
    return (await this.bans())
      .find({ until: { $gt: new Date() } }, { maxTimeMS: this.config.MONGODB_MAX_TIME_MS })
      .sort({ since: -1, _id: 1 })
      .skip(skip)
      .limit(limit)
      .toArray();
  }

  private async read(): Promise<void> {
    for (const ban of this.book.unwritten()) await this.write(ban);
    const begun = performance.now();
    const bans = await this.list({ limit: MOST_BANS, skip: 0 });
    this.book.replace(bans, begun);
  }

  private async write(ban: StoredBan): Promise<void> {
    const { _id, ...rest } = ban;
    try {
      await (await this.bans()).updateOne({ _id }, { $set: rest }, { upsert: true });
      this.book.written(_id);
    } catch (error) {
      this.logger.warn({ err: error }, 'A ban could not be written; it holds here, and is tried again');
    }
  }

  private hear(message: string): void {
    try {
      const { add, lift } = JSON.parse(message) as { add?: StoredBan; lift?: string };
      if (add) this.book.hear({ ...add, since: new Date(add.since), until: new Date(add.until) });
      if (lift !== undefined) this.book.lift(lift);
    } catch (error) {
      this.logger.warn({ err: error }, 'A message of bans could not be read');
    }
  }

  private bans(): Promise<mongo.Collection<StoredBan>> {
    return this.indexes.ensure(this.database.system<StoredBan>('_BANS'), [
      { key: { since: -1 } },
      expiresAt('until'),
    ]);
  }
}
