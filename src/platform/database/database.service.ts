import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@nestjs/mongoose';
import type { Connection, mongo } from 'mongoose';
import { Config } from '../config/config.js';
import { CoglexError } from '../errors/coglex-error.js';

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
  /** The handle of the last client; making one costs more than a look-up in a collection should. */
  private handle?: { client: mongo.MongoClient; db: mongo.Db };

  constructor(
    @InjectConnection() private readonly connection: Connection,
    private readonly config: Config,
  ) {}

  /**
   * A collection of the current project, as the official driver's `Collection`.
   *
   * @throws CoglexError `database_unavailable` while there has never been a connection
   */
  collection<T extends mongo.Document = StoredDocument>(name: string): mongo.Collection<T> {
    return this.project().collection<T>(name);
  }

  /** Round trip to the database, in milliseconds. */
  async ping(): Promise<number> {
    const started = performance.now();
    await this.project().command({ ping: 1 });
    return performance.now() - started;
  }

  private project(): mongo.Db {
    // Unset until the first connection; one that is lost later recovers inside the driver, within its time limits.
    if (!this.connection.db)
      throw new CoglexError('database_unavailable', { headers: { 'Retry-After': '2' } });
    const client = this.connection.getClient();
    if (this.handle?.client !== client) this.handle = { client, db: client.db(this.config.MONGODB_DATABASE) };
    return this.handle.db;
  }
}
