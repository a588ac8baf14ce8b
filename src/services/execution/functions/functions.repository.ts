import { Injectable } from '@nestjs/common';
import { mongo } from 'mongoose';
import { Config } from '../../../platform/config/config.js';
import { Database } from '../../../platform/database/database.service.js';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import type { FunctionDefinition, FunctionVersion, StoredFunction } from './function-definition.js';

/** A function without its history. */
export type CurrentFunction = Omit<StoredFunction, 'versions'>;

/** Versions that are kept. */
const KEPT_VERSIONS = 20;

/** Attempts to be the one that makes the next version. */
const ATTEMPTS = 10;

const DUPLICATE_KEY = 11000;

/** Stored functions of the current project. */
@Injectable()
export class FunctionsRepository {
  constructor(
    private readonly database: Database,
    private readonly config: Config,
  ) {}

  async find(name: string): Promise<CurrentFunction | null> {
    return this.functions().findOne({ _id: name }, { projection: { versions: 0 }, ...this.time });
  }

  async list(): Promise<CurrentFunction[]> {
    const options = {
      projection: { versions: 0, 'definition.code': 0 },
      sort: { _id: 1 },
      limit: this.config.EXECUTION_MAX_FUNCTIONS,
      ...this.time,
    } as const;
    return this.functions().find({}, options).toArray();
  }

  /** Names of the functions that wait for an event. @param patterns the event's name, and patterns that it matches */
  async waitingFor(patterns: string[]): Promise<string[]> {
    const filter = { 'definition.triggers.event': { $in: patterns } };
    const found = await this.functions()
      .find(filter, { projection: { _id: 1 }, limit: 100, ...this.time })
      .toArray();
    return found.map(({ _id }) => _id);
  }

  /** The versions that are kept, the newest first; `null` when there is no such function. */
  async versions(name: string): Promise<FunctionVersion[] | null> {
    const stored = await this.functions().findOne(
      { _id: name },
      { projection: { versions: 1 }, ...this.time },
    );
    return stored?.versions.toReversed() ?? null;
  }

  /** Stores the next version. @throws CoglexError `conflict`, `unprocessable` */
  async put(name: string, definition: FunctionDefinition): Promise<CurrentFunction> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const before = await this.find(name);
      const stored = before ? await this.replace(before, definition) : await this.create(name, definition);
      if (stored) return stored;
    }
    throw new CoglexError('conflict', { detail: 'The function is being changed by others. Try again.' });
  }

  /** @returns whether there was one */
  async delete(name: string): Promise<boolean> {
    return (await this.functions().deleteOne({ _id: name }, this.time)).deletedCount === 1;
  }

  private async create(name: string, definition: FunctionDefinition): Promise<CurrentFunction | null> {
    const most = this.config.EXECUTION_MAX_FUNCTIONS;
    if ((await this.functions().countDocuments({}, { limit: most, ...this.time })) >= most)
      throw new CoglexError('unprocessable', { detail: `A project can have ${most} functions.` });
    const now = new Date();
    const { versions, ...current } = {
      _id: name,
      version: 1,
      created: now,
      updated: now,
      definition,
      versions: [{ version: 1, created: now, definition }],
    };
    try {
      await this.functions().insertOne({ ...current, versions }, this.time);
      return current;
    } catch (error) {
      // Somebody else was first: theirs is the version before this one.
      if (error instanceof mongo.MongoServerError && error.code === DUPLICATE_KEY) return null;
      throw error;
    }
  }

  private async replace(
    before: CurrentFunction,
    definition: FunctionDefinition,
  ): Promise<CurrentFunction | null> {
    const updated = new Date();
    const version = before.version + 1;
    const entry = { version, created: updated, definition };
    return this.functions().findOneAndUpdate(
      // Created as well: one that was deleted and made anew meanwhile may have the same number.
      { _id: before._id, version: before.version, created: before.created },
      {
        $set: { version, updated, definition },
        $push: { versions: { $each: [entry], $slice: -KEPT_VERSIONS } },
      },
      { returnDocument: 'after', projection: { versions: 0 }, ...this.time },
    );
  }

  private get time(): { maxTimeMS: number } {
    return { maxTimeMS: this.config.MONGODB_MAX_TIME_MS };
  }

  private functions(): mongo.Collection<StoredFunction> {
    return this.database.collection<StoredFunction>('_FUNCTIONS');
  }
}
