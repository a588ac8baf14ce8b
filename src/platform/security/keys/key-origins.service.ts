import { Injectable } from '@nestjs/common';
import { Database } from '../../database/database.service.js';
import { PubSub } from '../../redis/pub-sub.service.js';
import { KEYS, type StoredKey } from './stored-key.js';

/** Tells all instances that a key with origins was made. */
const CHANNEL = 'key-origins';

/** How long the origins are believed without another look, in milliseconds. */
const BELIEVED_MS = 900;

/** Longest wait for them, in milliseconds: a request that meets a silent database has still to hear so in time. */
const PATIENCE_MS = 500;

/**
 * Knows the origins of all keys together, for preflights, which carry no key. That an origin stands here opens
 * nothing: the request that follows needs a key, and that key must name the origin.
 */
@Injectable()
export class KeyOrigins {
  private known: ReadonlySet<string> = new Set();
  private begun = -Infinity;
  private reading: Promise<void> = Promise.resolve();

  constructor(
    private readonly database: Database,
    private readonly pubSub: PubSub,
  ) {
    pubSub.subscribe(CHANNEL, () => (this.begun = -Infinity));
  }

  /** Whether some key names an origin; `*` is named by those that any page may send. */
  async allow(origin: string): Promise<boolean> {
    // What is known already need not wait. What was taken back meanwhile is refused by the keys themselves.
    const fresh = this.refresh();
    if (this.holds(origin)) return true;
    await fresh;
    return this.holds(origin);
  }

  /** Has the origins read again, on all instances that Redis reaches: a key was made. */
  forget(): void {
    void this.pubSub.publish(CHANNEL, '');
  }

  private holds(origin: string): boolean {
    return this.known.has(origin) || this.known.has('*');
  }

  private refresh(): Promise<void> {
    const now = performance.now();
    if (now - this.begun < BELIEVED_MS) return this.reading;
    this.begun = now;
    this.reading = this.read(now);
    return this.reading;
  }

  private async read(begun: number): Promise<void> {
    try {
      const good = { $or: [{ expires_at: null }, { expires_at: { $gt: new Date() } }] };
      const origins = await this.database
        .system<StoredKey>(KEYS)
        .distinct('origins', good, { timeoutMS: PATIENCE_MS });
      // A later reading has begun: this one may not know what that one was begun for.
      if (this.begun <= begun) this.known = new Set(origins);
    } catch {
      // Those of before stay: without the database nothing is answered anyway.
    }
  }
}
