import { createHash } from 'node:crypto';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { mongo } from 'mongoose';
import { PinoLogger } from 'nestjs-pino';
import { Database } from '../../platform/database/database.service.js';
import { Jobs } from '../../platform/jobs/jobs.service.js';
import {
  DECLARATIONS,
  type Declaration,
  type DeclaredExpiry,
  type DeclaredIndex,
  type StoredDeclaration,
} from '../../platform/security/rules/declaration.js';
import { Declarations } from '../../platform/security/rules/declarations.service.js';
import { ProjectContext } from '../../platform/tenancy/project-context.service.js';
import { BLIND } from '../../platform/encryption/sealed-value.js';
import { buildProgress } from './build-progress.js';

const { EJSON } = mongo.BSON;

/** Beginning of the names of all indexes that come from a declaration; those of others are left alone. */
const PREFIX = 'declared_';

const JOB = 'declared-indexes';

/** How soon another instance takes up what one has left unfinished, in milliseconds. */
const RETRY_MS = 30_000;

/** How far an index is. */
export interface IndexState {
  name: string;
  status: 'building' | 'ready' | 'failed';
  /** From 0 to 1; `null` while the database does not tell. */
  progress: number | null;
  /** Why it failed. */
  error?: string;
}

interface Wanted {
  name: string;
  keys: Record<string, 1 | -1>;
  options: mongo.CreateIndexesOptions;
}

type Stored = StoredDeclaration & { failures?: Record<string, string> };

/** Builds the indexes that are declared, in the background, and removes those that no longer are. */
@Injectable()
export class DeclaredIndexes implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly declarations: Declarations,
    private readonly context: ProjectContext,
    private readonly jobs: Jobs,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(DeclaredIndexes.name);
  }

  onModuleInit(): void {
    this.jobs.register({ name: JOB, everyMs: RETRY_MS, exclusive: false, run: () => this.buildAll() });
  }

  /** Says that there is something to build. */
  wake(): void {
    this.jobs.wake(JOB);
  }

  /** How far the indexes of a declaration are, in their order; one for its `ttl` comes last. */
  async statesOf(collection: string, declaration: Declaration): Promise<IndexState[]> {
    const wanted = wantedOf(declaration);
    if (wanted.length === 0) return [];
    // Before anything is asked: while the database is away this throws, and what is asked already would be nobody's.
    const declared = this.stored();
    const [names, stored] = await Promise.all([
      this.existing(collection),
      declared.findOne({ _id: collection }, { projection: { failures: 1 } }),
    ]);
    const progress = await buildProgress(this.database, collection);
    return wanted.map(({ name }): IndexState => {
      const error = stored?.failures?.[name];
      if (error !== undefined) return { name, status: 'failed', progress: null, error };
      const part = progress.get(name);
      return names.has(name) && part === undefined
        ? { name, status: 'ready', progress: 1 }
        : { name, status: 'building', progress: part ?? null };
    });
  }

  /** Removes all that declarations have built on a collection. */
  async removeAll(collection: string): Promise<void> {
    await this.remove(collection, new Set());
  }

  private async buildAll(): Promise<void> {
    await Promise.all(
      this.declarations.knownProjects().map((project) =>
        this.context.run(project, async () => {
          const pending = await this.stored().find({ pending: true }).toArray();
          for (const stored of pending) await this.build(stored);
        }),
      ),
    );
  }

  private async build({ _id: collection, version, declaration }: Stored): Promise<void> {
    const wanted = wantedOf(JSON.parse(declaration) as Declaration);
    await this.remove(collection, new Set(wanted.map(({ name }) => name)));
    const failures: Record<string, string> = {};
    for (const { name, keys, options } of wanted) {
      try {
        await this.database.collection(collection).createIndex(keys, { ...options, name });
      } catch (error) {
        if (!(error instanceof mongo.MongoServerError)) throw error;
        failures[name] = reasonOf(error);
        this.logger.warn({ err: error, collection, index: name }, 'A declared index could not be built');
      }
    }
    const { matchedCount } = await this.stored().updateOne(
      { _id: collection, version },
      { $set: { pending: false, failures } },
    );
    // Another declaration has come meanwhile, and may have been looked at before these were built.
    if (matchedCount === 0) await this.stored().updateOne({ _id: collection }, { $set: { pending: true } });
  }

  private async remove(collection: string, wanted: ReadonlySet<string>): Promise<void> {
    for (const name of await this.existing(collection))
      if (name.startsWith(PREFIX) && !wanted.has(name))
        await this.database.collection(collection).dropIndex(name);
  }

  /** Names of the indexes of a collection; none when there is no such collection. */
  private async existing(collection: string): Promise<ReadonlySet<string>> {
    try {
      const indexes = await this.database.collection(collection).listIndexes().toArray();
      return new Set(indexes.map(({ name }) => String(name)));
    } catch (error) {
      if (error instanceof mongo.MongoServerError && error.codeName === 'NamespaceNotFound') return new Set();
      throw error;
    }
  }

  private stored() {
    return this.database.collection<Stored>(DECLARATIONS);
  }
}

/** When documents are deleted, in full. */
export const expiryOf = (ttl: number | DeclaredExpiry): DeclaredExpiry =>
  typeof ttl === 'number' ? { field: '_inserted', seconds: ttl } : ttl;

/** Indexes of a declaration in their order, then those of encrypted fields, and that of the `ttl`. */
function wantedOf({ indexes = [], encrypted = {}, ttl }: Declaration): Wanted[] {
  const storedPath = (path: string) => (encrypted[path]?.index ? `${path}.${BLIND}` : path);
  const declared = indexes.map(({ keys, partialFilterExpression, name: _, ...flags }: DeclaredIndex) => ({
    keys: Object.fromEntries(Object.entries(keys).map(([path, order]) => [storedPath(path), order])),
    options: {
      ...flags,
      ...(partialFilterExpression
        ? { partialFilterExpression: EJSON.parse(JSON.stringify(partialFilterExpression)) as mongo.Document }
        : {}),
    },
  }));
  const served = indexes
    .filter((index) => index.partialFilterExpression === undefined)
    .map(({ keys }) => Object.keys(keys)[0]);
  const blind = Object.entries(encrypted)
    .filter(([path, { index }]) => index && !served.includes(path))
    .map(([path]) => ({ keys: { [storedPath(path)]: 1 as const }, options: { sparse: true } }));
  const expiry = ttl === undefined ? undefined : expiryOf(ttl);
  const expiring = expiry
    ? [{ keys: { [expiry.field]: 1 as const }, options: { expireAfterSeconds: expiry.seconds } }]
    : [];
  return [...declared, ...blind, ...expiring].map((index) => ({ ...index, name: nameOf(index) }));
}

/** The same index has the same name, and another one another. */
function nameOf(index: Omit<Wanted, 'name'>): string {
  const fields = Object.keys(index.keys)
    .join('_')
    .replaceAll(/[^\w.-]/g, '')
    .slice(0, 60);
  const hash = createHash('sha256').update(JSON.stringify(index)).digest('hex').slice(0, 8);
  return `${PREFIX}${fields}_${hash}`;
}

const REASONS = new Map<number, string>([
  [11000, 'Stored documents have equal values, so that they cannot be unique.'],
  [85, 'There is an index of the same fields that no declaration has made.'],
  [86, 'There is an index of the same fields that no declaration has made.'],
  [171, 'Stored documents have lists in more than one of the fields.'],
]);

/** In words of our own: the database's text shows values. */
const reasonOf = ({ code }: mongo.MongoServerError): string =>
  REASONS.get(Number(code)) ?? 'The database refused the index.';
