import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Database } from '../../database/database.service.js';
import { KEYS, type StoredKey } from './stored-key.js';

/** How exactly it is known when a key was last used, in milliseconds. */
const RESOLUTION_MS = 5 * 60_000;

/** Notes when keys were last used: seldom, behind the back of the request, and never to its harm. */
@Injectable()
export class KeyUse {
  /** Keys that were noted lately, so that a failing database is not asked with every request. */
  private readonly noted = new LRUCache<string, true>({ max: 10_000, ttl: RESOLUTION_MS });

  constructor(private readonly database: Database) {}

  note({ _id, last_used_at: last }: StoredKey): void {
    const now = Date.now();
    if (this.noted.has(_id) || (last && now - last.getTime() < RESOLUTION_MS)) return;
    this.noted.set(_id, true);
    void this.write(_id, new Date(now));
  }

  private async write(_id: string, now: Date): Promise<void> {
    try {
      await this.database.system<StoredKey>(KEYS).updateOne({ _id }, { $max: { last_used_at: now } });
    } catch {
      // It is known a little less exactly.
    }
  }
}
