import { Injectable } from '@nestjs/common';
import { Config } from '../config/config.js';
import { Database } from '../database/database.service.js';
import { RecentReads } from '../database/recent-reads.js';
import { PubSub } from '../redis/pub-sub.service.js';
import type { KeyClaims } from './caller.js';
import { equalSecrets } from './equal-secrets.js';
import { KeyText, equal } from './keys/key-text.service.js';
import { KeyUse } from './keys/key-use.service.js';
import { KEYS, type StoredKey } from './keys/stored-key.js';

/** Tells all instances of keys that have changed, by their ids. */
const CHANNEL = 'key-changes';

/**
 * How long a key is believed without another look, in milliseconds: what is revoked elsewhere ends here within 1 s, also
 * when nobody tells of it.
 */
const BELIEVED_MS = 500;

/** Most keys that are remembered at a time. */
const MOST_REMEMBERED = 10_000;

/**
 * Recognizes API keys: `SERVER_SECRET` without asking the database, all others by their document, which is remembered
 * for half a second.
 */
@Injectable()
export class KeyRing {
  private readonly documents: RecentReads<StoredKey | null>;

  constructor(
    private readonly config: Config,
    private readonly text: KeyText,
    private readonly use: KeyUse,
    private readonly pubSub: PubSub,
    database: Database,
  ) {
    this.documents = new RecentReads(
      async (id) =>
        database.system<StoredKey>(KEYS).findOne({ _id: id }, { maxTimeMS: config.MONGODB_MAX_TIME_MS }),
      { forMs: BELIEVED_MS, most: MOST_REMEMBERED },
    );
    pubSub.subscribe(CHANNEL, (id) => this.documents.forget(id));
  }

  /**
   * @returns `undefined` for what is no key of this installation, or one no longer
   * @throws CoglexError `database_unavailable`
   */
  async find(sent: string): Promise<KeyClaims | undefined> {
    const key = await this.recognize(sent);
    if (key && key !== 'root') this.use.note(key);
    return key === 'root' ? { id: 'root', type: 'root' } : key && claimsOf(key);
  }

  /** The document of a key; `root` for `SERVER_SECRET`. Does not count as a use of it. */
  async recognize(sent: string): Promise<StoredKey | 'root' | undefined> {
    if (equalSecrets(sent, this.config.SERVER_SECRET)) return 'root';
    const read = this.text.read(sent);
    const key = read && (await this.documents.get(read.id));
    return key && read.type === key.type && isGood(key, read.hash, Date.now()) ? key : undefined;
  }

  /** Has a key looked up again, on all instances that Redis reaches: it was changed or revoked. */
  forget(id: string): void {
    void this.pubSub.publish(CHANNEL, id);
  }
}

function isGood({ hash, retired, expires_at }: StoredKey, sent: string, now: number): boolean {
  if (expires_at && expires_at.getTime() <= now) return false;
  return equal(sent, hash) || retired.some((old) => old.until.getTime() > now && equal(sent, old.hash));
}

function claimsOf({ _id, type, project, scopes, origins, expires_at }: StoredKey): KeyClaims {
  return { id: _id, type, project, scopes, origins, expiresAt: expires_at ?? undefined };
}
