import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { mongo } from 'mongoose';
import { Database } from '../../../platform/database/database.service.js';
import { expiresAt, Indexes } from '../../../platform/database/indexes.service.js';
import { PubSub } from '../../../platform/redis/pub-sub.service.js';
import { Jobs } from '../../../platform/jobs/jobs.service.js';
import { Revocations, type Revocation } from '../../../platform/security/revocations.service.js';
import { UserTokens } from '../../../platform/security/user-tokens.service.js';

interface StoredRevocation {
  /** `session:…` or `user:…`. */
  _id: string;
  session?: string;
  user?: string;
  generation?: number;
  /** When it was written, by the clock of the database: those of the instances may differ. */
  at: Date;
  /** When the last token that it concerns has expired. */
  expires: Date;
}

/** Tells all instances of a revocation, as JSON. */
const CHANNEL = 'session-revocations';

/** Time between two readings, in milliseconds: two each second cost less than one request. */
const READ_MS = 500;

/** How far back a reading goes, in milliseconds: a write may become visible later than its time says. */
const OVERLAP_MS = 10_000;

/** Tokens are good to the second, and clocks are not. */
const SLACK_MS = 60_000;

/**
 * Carries revocations from one instance to all others, through `_REVOCATIONS` of the installation. Redis is faster where
 * it is there; what it does not bring is read here.
 */
@Injectable()
export class RevocationFeed implements OnModuleInit {
  private last = new Date(0);

  constructor(
    private readonly database: Database,
    private readonly indexes: Indexes,
    private readonly jobs: Jobs,
    private readonly revocations: Revocations,
    private readonly tokens: UserTokens,
    private readonly pubSub: PubSub,
  ) {}

  onModuleInit(): void {
    this.revocations.attach(() => this.read());
    this.pubSub.subscribe(CHANNEL, (message) => this.hear(message));
    this.jobs.register({
      name: 'session-revocations',
      everyMs: READ_MS,
      exclusive: false,
      // That the database is away is told to those who ask; a line twice a second would help nobody.
      run: () => this.revocations.refresh().catch(() => undefined),
    });
  }

  /** Ends the tokens of one session, everywhere. */
  async endSession(session: string): Promise<void> {
    await this.write(`session:${session}`, { $set: { session } });
    await this.tell({ kind: 'session', session, expires: this.expiry() });
  }

  /**
   * Ends the tokens of a user that are of an earlier generation, everywhere.
   *
   * @param user as `userName()` has it
   */
  async endUser(user: string, generation: number): Promise<void> {
    await this.write(`user:${user}`, { $set: { user }, $max: { generation } });
    await this.tell({ kind: 'user', user, generation, expires: this.expiry() });
  }

  private async tell(revocation: Revocation): Promise<void> {
    this.revocations.add(revocation);
    await this.pubSub.publish(CHANNEL, JSON.stringify(revocation));
  }

  private hear(message: string): void {
    try {
      const told = JSON.parse(message) as Revocation;
      this.revocations.add({ ...told, expires: new Date(told.expires) });
    } catch {
      // No message of ours; what is stored will be read.
    }
  }

  private async write(_id: string, update: mongo.UpdateFilter<StoredRevocation>): Promise<void> {
    const feed = await this.indexes.ensure(this.feed(), [{ key: { at: 1 } }, expiresAt('expires')]);
    await feed.updateOne(
      { _id },
      { ...update, $set: { ...update.$set, expires: this.expiry() }, $currentDate: { at: true } },
      { upsert: true },
    );
  }

  private async read(): Promise<Revocation[]> {
    const since = new Date(this.last.getTime() - OVERLAP_MS);
    const found = await this.feed()
      .find({ at: { $gte: since } })
      .toArray();
    for (const { at } of found) if (at > this.last) this.last = at;
    return found.map(({ session, user = '', generation = 0, expires }): Revocation =>
      session === undefined
        ? { kind: 'user', user, generation, expires }
        : { kind: 'session', session, expires },
    );
  }

  private expiry(): Date {
    return new Date(Date.now() + this.tokens.lifetime * 1000 + SLACK_MS);
  }

  private feed(): mongo.Collection<StoredRevocation> {
    return this.database.system<StoredRevocation>('_REVOCATIONS');
  }
}
