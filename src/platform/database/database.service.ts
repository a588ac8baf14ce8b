import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@nestjs/mongoose';
import type { Connection, mongo } from 'mongoose';
import { Config } from '../config/config.js';
import { CoglexError } from '../errors/coglex-error.js';
import { Reachability } from './reachability.js';
import { DEFAULT_PROJECT, ProjectContext } from '../tenancy/project-context.service.js';

/** A stored document: its `_id` is a string (24 hex digits unless the caller chose another). */
export interface StoredDocument {
  _id: string;
  [field: string]: unknown;
}

/**
 * The one seam between services and the database. Services ask for a collection of the current project and never
 * name a database, nor know whether a server or the embedded engine answers.
 */
@Injectable()
export class Database {
  /** Handles of the last client, by the name of the database; making one costs more than a look-up should. */
  private handles = new Map<string, mongo.Db>();
  private client?: mongo.MongoClient;
  private reachability?: Reachability;

  constructor(
    @InjectConnection() private readonly connection: Connection,
    private readonly config: Config,
    private readonly context: ProjectContext,
  ) {}

  /**
   * A collection of the current project, as the official driver's `Collection`.
   *
   * @throws CoglexError `database_unavailable` while there is no connection
   */
  collection<T extends mongo.Document = StoredDocument>(name: string): mongo.Collection<T> {
    return this.project().collection<T>(name);
  }

  /**
   * A collection of the installation, which all projects share: keys, projects, jobs. What stands in it must name
   * its project wherever that matters.
   *
   * @throws CoglexError `database_unavailable` while there is no connection
   */
  system<T extends mongo.Document = StoredDocument>(name: string): mongo.Collection<T> {
    return this.handle(this.config.MONGODB_DATABASE).collection<T>(name);
  }

  /**
   * The database of a project as a whole, to measure or to drop it; of the current one by default.
   *
   * @throws CoglexError `database_unavailable` while there is no connection
   */
  project(project = this.context.project): mongo.Db {
    return this.handle(this.nameOf(project));
  }

  /** Round trip to the database, in milliseconds. */
  async ping(): Promise<number> {
    const started = performance.now();
    await this.handle(this.config.MONGODB_DATABASE).command({ ping: 1 });
    return performance.now() - started;
  }

  private nameOf(project: string): string {
    const { MONGODB_DATABASE: base } = this.config;
    return project === DEFAULT_PROJECT ? base : `${base}_${project}`;
  }

  private handle(name: string): mongo.Db {
    // Unset until the first connection; one that is lost later recovers inside the driver, within its time limits.
    if (!this.connection.db) throw unavailable();
    const client = this.connection.getClient();
    if (this.client !== client) {
      this.client = client;
      this.handles = new Map();
      this.reachability = new Reachability(client.options.serverSelectionTimeoutMS);
      this.reachability.watch(client);
    }
    if (this.reachability?.isAway) throw unavailable();
    let handle = this.handles.get(name);
    if (!handle) this.handles.set(name, (handle = client.db(name)));
    return handle;
  }
}

const unavailable = () => new CoglexError('database_unavailable', { headers: { 'Retry-After': '2' } });
