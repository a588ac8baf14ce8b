import { timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { LRUCache } from 'lru-cache';
import { Config } from '../config/config.js';
import { Database } from '../database/database.service.js';
import { RecentReads } from '../database/recent-reads.js';
import { PubSub } from '../redis/pub-sub.service.js';
import type { KeyClaims } from './caller.js';
import { digest } from './equal-secrets.js';
import { KeyText, equal, type ReadKey } from './keys/key-text.service.js';
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

declare module 'fastify' {
  interface FastifyRequest {
    /** What the key of the request was recognized as, and when, on the clock of this process. */
    seenKey?: { sent: string; key: StoredKey | 'root' | undefined; at: number };
  }
}

/**
 * Recognizes API keys: `SERVER_SECRET` without asking the database, all others by their document, which is remembered
 * for half a second.
 */
@Injectable()
export class KeyRing {
  private readonly documents: RecentReads<StoredKey | null>;
  /** What good texts say, by their digest: the seal of each is made once. Texts themselves are kept nowhere. */
  private readonly texts = new LRUCache<string, ReadKey>({ max: MOST_REMEMBERED });
  private root = { secret: '', digest: digest('') };

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
   * @param request the one that it was sent with, if it may be remembered for that one
   * @returns `undefined` for what is no key of this installation, or one no longer
   * @throws CoglexError `database_unavailable`
   */
  async find(sent: string, request?: FastifyRequest): Promise<KeyClaims | undefined> {
    const key = await (request ? this.recognizeIn(request, sent) : this.recognize(sent));
    if (key && key !== 'root') this.use.note(key);
    return key === 'root' ? { id: 'root', type: 'root' } : key && claimsOf(key);
  }

  /** As {@link recognize}; a request is looked at by the limits, and again by the guard a moment later. */
  async recognizeIn(request: FastifyRequest, sent: string): Promise<StoredKey | 'root' | undefined> {
    const { seenKey: seen } = request;
    if (seen?.sent === sent && performance.now() - seen.at < BELIEVED_MS) return seen.key;
    const at = performance.now();
    const key = await this.recognize(sent);
    request.seenKey = { sent, key, at };
    return key;
  }

  /** The document of a key; `root` for `SERVER_SECRET`. Does not count as a use of it. */
  async recognize(sent: string): Promise<StoredKey | 'root' | undefined> {
    const sentDigest = digest(sent);
    if (timingSafeEqual(sentDigest, this.rootDigest())) return 'root';
    const read = this.read(sent, sentDigest.toString('latin1'));
    const key = read && (await this.documents.get(read.id));
    return key && read.type === key.type && isGood(key, read.hash, Date.now()) ? key : undefined;
  }

  private rootDigest(): Buffer {
    const { SERVER_SECRET: secret } = this.config;
    if (this.root.secret !== secret) this.root = { secret, digest: digest(secret) };
    return this.root.digest;
  }

  private read(sent: string, digested: string): ReadKey | undefined {
    const known = this.texts.get(digested);
    if (known) return known;
    const read = this.text.read(sent);
    if (read) this.texts.set(digested, read);
    return read;
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
