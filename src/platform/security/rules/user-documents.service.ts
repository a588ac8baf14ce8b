import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Config } from '../../config/config.js';
import { Database } from '../../database/database.service.js';
import { decode, type Document } from '../../database/embedded/index.js';
import { FieldEncryption } from '../../encryption/field-encryption.service.js';
import { ENGINE_FORM } from '../../encryption/plain-value.js';
import { ProjectContext } from '../../tenancy/project-context.service.js';
import type { CurrentUserClaims } from '../caller.js';

/** How long a change of a user may not be seen by rules, in milliseconds. */
const FRESH_MS = 1500;

const MAX_USERS = 20_000;
const MAX_BYTES = 32 * 1024 ** 2;

interface CachedUser {
  document: Document;
  bytes: number;
}

/** Documents of users, as far as rules read them; kept for a moment. */
@Injectable()
export class UserDocuments {
  private readonly cache: LRUCache<string, CachedUser, CurrentUserClaims>;

  constructor(
    private readonly database: Database,
    private readonly encryption: FieldEncryption,
    private readonly context: ProjectContext,
    private readonly config: Config,
  ) {
    this.cache = new LRUCache({
      max: MAX_USERS,
      maxSize: MAX_BYTES,
      maxEntrySize: MAX_BYTES / 8,
      sizeCalculation: ({ bytes }) => bytes + 100,
      ttl: FRESH_MS,
      fetchMethod: (_key, _stale, { context: user }) => this.read(user),
    });
  }

  /** The user's document; empty when there is none any more. */
  async of(user: CurrentUserClaims): Promise<Document> {
    const key = JSON.stringify([this.context.project, user.collection, user.id]);
    return (await this.cache.fetch(key, { context: user }))?.document ?? {};
  }

  private async read({ collection, id }: CurrentUserClaims): Promise<CachedUser> {
    const found = await this.database
      .collection(collection)
      .findOne(
        { _id: id },
        { projection: { _password: 0 }, raw: true, maxTimeMS: this.config.MONGODB_MAX_TIME_MS },
      );
    const bytes = found as unknown as Buffer | null;
    if (!bytes) return { document: {}, bytes: 0 };
    const encryption = await this.encryption.of(collection);
    const document = decode(bytes);
    return { document: encryption?.open(document, ENGINE_FORM) ?? document, bytes: bytes.length };
  }
}
