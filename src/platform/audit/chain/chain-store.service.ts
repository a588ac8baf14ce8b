import { Injectable } from '@nestjs/common';
import { mongo } from 'mongoose';
import { Database } from '../../database/database.service.js';
import { Indexes } from '../../database/indexes.service.js';
import { DEFAULT_PROJECT } from '../../tenancy/project-context.service.js';
import { PROJECTS } from '../../tenancy/stored-project.js';
import type { NewEntry, StoredEntry } from '../audit-entry.js';
import type { SignedPoint, ChainPoint } from './chain-seal.js';

/** Collection of each project that holds its trail. */
export const TRAIL = '_AUDIT';

/** Collection of the installation that holds, apart from the trails, where each of them begins and ends. */
export const HEADS = '_AUDIT_HEADS';

/** Where the trail of one project begins and ends. */
export interface StoredHeads {
  /** Id of the project. */
  _id: string;
  head: SignedPoint;
  /** Set when older entries were removed. */
  start?: SignedPoint;
}

const DUPLICATE_KEY = 11000;

/**
 * Longest wait for the database, in milliseconds, also when it is silent instead of gone: whoever is recorded waits for it,
 * and the disk is there in its place.
 */
const PATIENCE_MS = 5000;

/** What another instance wrote must not vanish again after it was built upon. */
const MAJORITY = { readConcern: { level: 'majority' } } as const;

/** The trails in the database: entries are added and removed, but never changed, except to forget a person. */
@Injectable()
export class ChainStore {
  private readonly time = { timeoutMS: PATIENCE_MS };

  constructor(
    private readonly database: Database,
    private readonly indexes: Indexes,
  ) {}

  trail(project: string): Promise<mongo.Collection<StoredEntry>> {
    return this.indexes.ensure(this.database.project(project).collection<StoredEntry>(TRAIL), [
      // What stands there without a place in the chain must not be in the way of it.
      { key: { seq: 1 }, unique: true, partialFilterExpression: { seq: { $gt: 0 } } },
      { key: { user: 1, at: -1 } },
      { key: { what: 1, at: -1 } },
      { key: { at: -1 } },
    ]);
  }

  /** The last entry that is there. */
  async tail(project: string): Promise<ChainPoint | undefined> {
    const trail = await this.trail(project);
    const options = { ...this.time, ...MAJORITY, projection: { seq: 1, hash: 1 } };
    const last = await trail
      .find({ seq: { $gt: 0 } }, options)
      .sort({ seq: -1 })
      .limit(1)
      .next();
    return last ? { seq: last.seq, hash: last.hash } : undefined;
  }

  async heads(project: string): Promise<StoredHeads | undefined> {
    return (await this.allHeads().findOne({ _id: project }, { ...this.time, ...MAJORITY })) ?? undefined;
  }

  /**
   * Adds entries in their order, until one is in the way.
   *
   * @returns how many were added: fewer than all when another instance was faster, or an entry is there already
   */
  async insert(project: string, entries: StoredEntry[]): Promise<number> {
    const trail = await this.trail(project);
    try {
      await trail.insertMany(entries, { ordered: true, ...this.time });
      return entries.length;
    } catch (error) {
      if (error instanceof mongo.MongoBulkWriteError && error.code === DUPLICATE_KEY)
        return error.insertedCount;
      throw error;
    }
  }

  /** Those of the entries that are not there. */
  async missing(project: string, entries: NewEntry[]): Promise<NewEntry[]> {
    const ids = entries.map(({ _id }) => _id);
    const trail = await this.trail(project);
    const options = { ...this.time, ...MAJORITY, projection: { _id: 1 } };
    const found = await trail.find({ _id: { $in: ids } }, options).toArray();
    const there = new Set(found.map(({ _id }) => _id));
    return entries.filter(({ _id }) => !there.has(_id));
  }

  /** Moves the head of a chain on; one that is further already stays. */
  async moveHead(project: string, head: SignedPoint): Promise<void> {
    await this.upsert({ _id: project, 'head.seq': { $lt: head.seq } }, { $set: { head } });
  }

  /** Sets where a chain begins that was pruned. */
  async moveStart(project: string, start: SignedPoint): Promise<void> {
    await this.allHeads().updateOne(
      { _id: project, $or: [{ start: { $exists: false } }, { 'start.seq': { $lt: start.seq } }] },
      { $set: { start } },
      this.time,
    );
  }

  /** Opens a chain. @returns whether it was this call that did */
  async open(project: string, head: SignedPoint): Promise<boolean> {
    return this.upsert({ _id: project, 'head.seq': { $exists: false } }, { $set: { head } });
  }

  /** Whether a project is there; also one that is frozen, or can still be restored. */
  async hasProject(project: string): Promise<boolean> {
    if (project === DEFAULT_PROJECT) return true;
    const found = await this.database
      .system(PROJECTS)
      .findOne({ _id: project, purging: { $ne: true } }, this.time);
    return found !== null;
  }

  /** Forgets where a chain ends: it is gone, with its project. */
  async close(project: string): Promise<void> {
    await this.allHeads().deleteOne({ _id: project }, this.time);
  }

  private async upsert(
    filter: mongo.Filter<StoredHeads>,
    update: mongo.UpdateFilter<StoredHeads>,
  ): Promise<boolean> {
    try {
      await this.allHeads().updateOne(filter, update, { ...this.time, upsert: true });
      return true;
    } catch (error) {
      // There is one that the filter leaves out: the upsert ran into it.
      if (error instanceof mongo.MongoServerError && error.code === DUPLICATE_KEY) return false;
      throw error;
    }
  }

  private allHeads(): mongo.Collection<StoredHeads> {
    return this.database.system<StoredHeads>(HEADS);
  }
}
