import { Injectable } from '@nestjs/common';
import type { SessionClaims } from './caller.js';

/** What is no longer good though its signature is: one session, or all that a user had until now. */
export type Revocation =
  | { kind: 'session'; session: string; expires: Date }
  | { kind: 'user'; user: string; generation: number; expires: Date };

/** Reads what has been revoked, by whichever instance, since it was last asked. */
export type RevocationFeed = () => Promise<Iterable<Revocation>>;

/** Oldest knowledge by which a token is admitted, in milliseconds. */
const MAX_AGE_MS = 2000;

const CLEANING_MS = 60_000;

/** How a user is named among those of all projects. */
export const userName = ({ project, collection, id }: Pick<SessionClaims, 'project' | 'collection' | 'id'>) =>
  `${project}/${collection}/${id}`;

/**
 * Knows which tokens have been revoked before their time.
 *
 * Tokens are verified without the database, so what is revoked is kept here, in memory, for as long as the last token
 * that it concerns lives. A feed brings what other instances revoke; it is read in the background, and no verdict is
 * given on knowledge older than two seconds: then the feed is read first, and while it cannot be read nobody is
 * admitted (`database_unavailable`).
 */
@Injectable()
export class Revocations {
  private readonly sessions = new Map<string, Date>();
  private readonly users = new Map<string, { generation: number; expires: Date }>();
  private feed?: RevocationFeed;
  private reading?: Promise<void>;
  private known = -Infinity;
  private cleaned = 0;

  /** Names the feed; without one, nothing is ever revoked. */
  attach(feed: RevocationFeed): void {
    this.feed = feed;
  }

  /**
   * Whether a token is no longer good.
   *
   * @throws what the feed throws while it cannot be read
   */
  has(claims: SessionClaims): boolean | Promise<boolean> {
    if (!this.feed || performance.now() - this.known <= MAX_AGE_MS) return this.holds(claims);
    return this.refresh().then(() => this.holds(claims));
  }

  /** Reads the feed; those who ask meanwhile wait for the same answer. */
  refresh(): Promise<void> {
    this.reading ??= this.read().finally(() => (this.reading = undefined));
    return this.reading;
  }

  /** Takes a revocation in, for this instance. */
  add(revocation: Revocation): void {
    if (revocation.kind === 'session') {
      this.sessions.set(revocation.session, revocation.expires);
      return;
    }
    const { user, generation, expires } = revocation;
    const before = this.users.get(user);
    if (!before || before.generation <= generation) this.users.set(user, { generation, expires });
  }

  private holds(claims: SessionClaims): boolean {
    const user = this.users.get(userName(claims));
    return this.sessions.has(claims.session) || (user !== undefined && claims.generation < user.generation);
  }

  private async read(): Promise<void> {
    const started = performance.now();
    for (const revocation of (await this.feed?.()) ?? []) this.add(revocation);
    this.known = started;
    if (started - this.cleaned > CLEANING_MS) this.clean(started);
  }

  private clean(now: number): void {
    this.cleaned = now;
    const today = new Date();
    for (const [session, expires] of this.sessions) if (expires < today) this.sessions.delete(session);
    for (const [user, { expires }] of this.users) if (expires < today) this.users.delete(user);
  }
}
