import { Injectable } from '@nestjs/common';
import type { mongo } from 'mongoose';
import { PinoLogger } from 'nestjs-pino';
import { Database } from '../../platform/database/database.service.js';
import { ProjectContext } from '../../platform/tenancy/project-context.service.js';

/** Makes indexes that spare work. Nothing is wrong while one is missing, so nothing waits for it. */
@Injectable()
export class Indexes {
  private readonly known = new Set<string>();

  constructor(
    private readonly database: Database,
    private readonly context: ProjectContext,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(Indexes.name);
  }

  /** Once for each collection of each project, and again after a failure. */
  ensure(
    collection: string,
    keys: Record<string, mongo.IndexDirection>,
    options: mongo.CreateIndexesOptions = {},
  ): void {
    const place = `${this.context.project}/${collection}/${Object.keys(keys).join()}`;
    if (this.known.has(place)) return;
    this.known.add(place);
    this.database
      .collection(collection)
      .createIndex(keys, options)
      .catch((error: unknown) => {
        this.known.delete(place);
        this.logger.warn({ err: error, collection }, 'An index could not be made; it is tried again');
      });
  }
}
