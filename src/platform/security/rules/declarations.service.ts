import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { PinoLogger } from 'nestjs-pino';
import { Config } from '../../config/config.js';
import { Database } from '../../database/database.service.js';
import { queryLimits, type QueryLimits } from '../../database/query/limits.js';
import type { StoredEncryption } from '../../encryption/encryption-state.js';
import { PubSub } from '../../redis/pub-sub.service.js';
import { ProjectContext } from '../../tenancy/project-context.service.js';
import { compileDeclaration, type CompiledDeclaration } from './compiled-declaration.js';
import { DECLARATIONS, type Declaration, type StoredDeclaration } from './declaration.js';

/** Tells all instances of projects whose declarations have changed. */
const CHANNEL = 'declaration-changes';

/** How long another instance may not know of a change when nobody tells it, in milliseconds. */
const FRESH_MS = 1000;

/** Most projects whose declarations are kept. */
const MAX_PROJECTS = 500;

/** The declarations of one project, as they were at a time. */
interface Snapshot {
  byName: ReadonlyMap<string, CompiledDeclaration>;
  userFields: ReadonlySet<string>;
}

interface Entry {
  /** Grows with every change that is made here. */
  generation: number;
  /** When the database was asked; `-Infinity` when what it said is known to be old. */
  askedAt: number;
  snapshot?: Snapshot;
  loading?: Promise<Snapshot>;
}

/**
 * What is declared for the collections of the current project. Every instance looks for changes once in a second
 * while it is asked; what has not changed is not compiled again.
 */
@Injectable()
export class Declarations {
  private readonly projects = new LRUCache<string, Entry>({ max: MAX_PROJECTS });
  private readonly limits: QueryLimits;

  constructor(
    private readonly database: Database,
    private readonly context: ProjectContext,
    private readonly config: Config,
    private readonly logger: PinoLogger,
    private readonly pubSub: PubSub,
  ) {
    this.limits = queryLimits(config);
    logger.setContext(Declarations.name);
    pubSub.subscribe(CHANNEL, (project) => this.outdate(project));
  }

  /** @throws CoglexError `database_unavailable` when it cannot be known */
  async of(collection: string): Promise<CompiledDeclaration | undefined> {
    return (await this.all()).byName.get(collection);
  }

  /** All of the project. */
  async list(): Promise<CompiledDeclaration[]> {
    return [...(await this.all()).byName.values()];
  }

  /** Roots of the user's fields that any rule or stamp of the project reads. */
  async userFields(): Promise<ReadonlySet<string>> {
    return (await this.all()).userFields;
  }

  /** Projects that this instance has worked for. */
  knownProjects(): string[] {
    return [...this.projects.keys()];
  }

  /** Says that the declarations of the current project have changed, to all instances that Redis reaches. */
  forget(): void {
    void this.pubSub.publish(CHANNEL, this.context.project);
  }

  /**
   * Checks a declaration, without keeping it.
   *
   * @throws CoglexError `rule_refused`
   */
  compile(
    collection: string,
    version: string,
    declaration: Declaration,
    encryption?: StoredEncryption,
  ): CompiledDeclaration {
    return compileDeclaration(this.limits, { collection, version, declaration, encryption });
  }

  private outdate(project: string): void {
    const entry = this.projects.get(project);
    if (!entry) return;
    entry.generation += 1;
    entry.askedAt = -Infinity;
    entry.loading = undefined;
  }

  private all(): Promise<Snapshot> | Snapshot {
    const { project } = this.context;
    let entry = this.projects.get(project);
    if (!entry) this.projects.set(project, (entry = { generation: 0, askedAt: -Infinity }));
    if (entry.snapshot && performance.now() - entry.askedAt < FRESH_MS) return entry.snapshot;
    return (entry.loading ??= this.reload(entry));
  }

  private async reload(entry: Entry): Promise<Snapshot> {
    const { generation } = entry;
    const askedAt = performance.now();
    try {
      const snapshot = await this.load(entry.snapshot);
      // What was read before a change says nothing about the time after it.
      if (entry.generation === generation) Object.assign(entry, { snapshot, askedAt });
      return snapshot;
    } finally {
      if (entry.generation === generation) entry.loading = undefined;
    }
  }

  private async load(known: Snapshot | undefined): Promise<Snapshot> {
    const collection = this.database.collection<StoredDeclaration>(DECLARATIONS);
    const time = { maxTimeMS: this.config.MONGODB_MAX_TIME_MS };
    const current = await collection.find({}, { ...time, projection: { version: 1 } }).toArray();
    const changed = current.filter(({ _id, version }) => known?.byName.get(_id)?.version !== version);
    if (known && changed.length === 0 && current.length === known.byName.size) return known;
    const stored =
      changed.length === 0
        ? []
        : await collection.find({ _id: { $in: changed.map(({ _id }) => _id) } }, time).toArray();
    const fresh = new Map(stored.map((document) => [document._id, this.compileStored(document)]));
    const byName = new Map<string, CompiledDeclaration>();
    for (const { _id } of current) {
      const compiled = fresh.get(_id) ?? known?.byName.get(_id);
      if (compiled) byName.set(_id, compiled);
    }
    return { byName, userFields: new Set([...byName.values()].flatMap((one) => [...one.userFields])) };
  }

  /** What is stored was checked before, but perhaps under other limits: then nobody without a secret key gets in. */
  private compileStored({ _id, version, declaration, encryption }: StoredDeclaration): CompiledDeclaration {
    const parsed = JSON.parse(declaration) as Declaration;
    try {
      return this.compile(_id, version, parsed, encryption);
    } catch (error) {
      this.logger.error(
        { err: error, collection: _id },
        'The rules of a collection cannot be used: it is closed',
      );
      return this.compile(_id, version, { ...parsed, rules: {}, stamp: {} }, encryption);
    }
  }
}
