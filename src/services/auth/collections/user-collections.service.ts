import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { mongo } from 'mongoose';
import { Config } from '../../../platform/config/config.js';
import { Database } from '../../../platform/database/database.service.js';
import { OpenCollections } from '../../../platform/database/query/open-collections.service.js';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import { PubSub } from '../../../platform/redis/pub-sub.service.js';
import { Jobs } from '../../../platform/jobs/jobs.service.js';
import { ProjectContext } from '../../../platform/tenancy/project-context.service.js';
import { ProjectBelongings } from '../../../platform/tenancy/project-belongings.service.js';

const REGISTRY = '_USER_COLLECTIONS';

interface StoredUserCollection {
  /** `<project>/<collection>` */
  _id: string;
  project: string;
  collection: string;
  _inserted: Date;
}

/** Tells all instances of a new collection of accounts, as JSON. */
const CHANNEL = 'user-collections';

/** Time after which another instance's new collection is known here when nobody tells of it, in milliseconds. */
const READ_MS = 1000;

const DUPLICATE_KEY = 11000;

/**
 * Knows which collections hold accounts: the default one, and those that became so by a first sign-up. They are
 * closed to the storage service.
 */
@Injectable()
export class UserCollections implements OnApplicationBootstrap {
  private readonly known = new Set<string>();

  constructor(
    private readonly database: Database,
    private readonly openCollections: OpenCollections,
    private readonly context: ProjectContext,
    private readonly config: Config,
    private readonly pubSub: PubSub,
    jobs: Jobs,
    belongings: ProjectBelongings,
  ) {
    belongings.add(REGISTRY);
    pubSub.subscribe(CHANNEL, (message) => this.hear(message));
    const run = () => this.read().catch(() => undefined);
    jobs.register({ name: 'user-collections', everyMs: READ_MS, exclusive: false, run });
  }

  async onApplicationBootstrap(): Promise<void> {
    // The server starts also while the database is away; then the job goes on trying.
    await this.read().catch(() => undefined);
  }

  /** Whether accounts live in a collection of the current project. */
  async has(collection: string): Promise<boolean> {
    if (this.isKnown(collection)) return true;
    const found = await this.registry().findOne({ _id: this.idOf(collection) });
    if (found) this.learn(found);
    return found !== null;
  }

  /**
   * Makes a collection one of accounts, for good.
   *
   * @throws CoglexError `conflict` when it holds other documents
   */
  async open(collection: string): Promise<void> {
    if (await this.has(collection)) return;
    const { project } = this.context;
    // A name that begins with `_` never was open; of the others, none may lose its documents to another purpose.
    const inUse = !collection.startsWith('_') && (await this.database.collection(collection).findOne({}));
    if (inUse)
      throw new CoglexError('conflict', { detail: `The collection ${collection} holds documents already.` });
    const stored = { _id: this.idOf(collection), project, collection, _inserted: new Date() };
    await this.registry()
      .insertOne(stored)
      .catch((error: { code?: unknown }) => {
        if (error.code !== DUPLICATE_KEY) throw error;
      });
    this.learn(stored);
    void this.pubSub.publish(CHANNEL, JSON.stringify(stored));
  }

  private isKnown(collection: string): boolean {
    return collection === this.config.MONGODB_AUTH_COLLECTION || this.known.has(this.idOf(collection));
  }

  private async read(): Promise<void> {
    for await (const stored of this.registry().find()) this.learn(stored);
  }

  private hear(message: string): void {
    try {
      this.learn(JSON.parse(message) as StoredUserCollection);
    } catch {
      // No message of ours; what is stored will be read.
    }
  }

  private learn({ _id, project, collection }: StoredUserCollection): void {
    this.known.add(_id);
    this.openCollections.close(project, collection);
  }

  private idOf(collection: string): string {
    return `${this.context.project}/${collection}`;
  }

  private registry(): mongo.Collection<StoredUserCollection> {
    return this.database.system<StoredUserCollection>(REGISTRY);
  }
}
