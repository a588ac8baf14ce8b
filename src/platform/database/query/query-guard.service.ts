import { Injectable } from '@nestjs/common';
import type { mongo } from 'mongoose';
import { Config } from '../../config/config.js';
import type { StoredDocument } from '../database.service.js';
import { checkDocument, checkSize, type ProtectsField } from './documents.js';
import { checkFilter } from './filters.js';
import { queryLimits, type QueryLimits } from './limits.js';
import { OpenCollections } from './open-collections.service.js';
import { checkPipeline } from './pipelines.js';
import { checkProjection } from './projections.js';
import { checkSort } from './sorts.js';
import { checkUpdate, type UpdateOptions } from './updates.js';
import { Walk, type Plain } from './walk.js';

/** What a query must not ask for. */
export interface QueryRules {
  /** Fields of the root that are hidden, also from filters. With any hidden, `$expr` is refused. */
  hides?: (field: string) => boolean;
  /** Whether expressions may stand in filters and projections; they may while nothing is hidden. */
  expressions?: boolean;
}

/**
 * Stands between callers and the database. Everything is denied that is not on a list: operators, stages,
 * expressions, and what goes over the limits of the settings. What passes comes back ready for the driver, with
 * Extended JSON decoded.
 *
 * Every method takes parsed JSON and its place in the request for messages, as a JSON Pointer such as `/query`, and
 * throws CoglexError `query_refused`, `update_refused` or `document_refused` naming what was refused and where.
 */
@Injectable()
export class QueryGuard {
  private readonly limits: QueryLimits;

  constructor(
    config: Config,
    private readonly collections: OpenCollections,
  ) {
    this.limits = queryLimits(config);
  }

  filter(
    value: unknown,
    place: string,
    { hides, expressions = hides === undefined }: QueryRules = {},
  ): mongo.Filter<StoredDocument> {
    const walk = new Walk(this.limits, place, 'query_refused');
    return checkFilter(walk, value, {
      serverFields: true,
      hides,
      expressions,
    });
  }

  projection(value: unknown, place: string, { expressions }: Pick<QueryRules, 'expressions'> = {}): Plain {
    return checkProjection(new Walk(this.limits, place, 'query_refused'), value, expressions);
  }

  sort(value: unknown, place: string): Record<string, 1 | -1> {
    return checkSort(new Walk(this.limits, place, 'query_refused'), value);
  }

  /** @param closed collections that answer as if they did not exist, beside those that always do */
  pipeline(value: unknown, place: string, closed?: ReadonlySet<string>): Plain[] {
    const walk = new Walk(this.limits, place, 'query_refused');
    return checkPipeline(walk, value, {
      isOpen: (name) => this.collections.has(name) && closed?.has(name) !== true,
      variables: new Set(),
      stored: true,
    });
  }

  update(value: unknown, place: string, options: UpdateOptions): mongo.UpdateFilter<StoredDocument> {
    const walk = new Walk(this.limits, place, 'update_refused');
    const update = checkUpdate(walk, value, options);
    checkSize(walk, update);
    return update;
  }

  /** Takes the document over: values are replaced in place, not in a copy. */
  document(value: unknown, place: string, protects: ProtectsField): Plain {
    const walk = new Walk(this.limits, place, 'document_refused');
    const document = checkDocument(walk, value, protects);
    checkSize(walk, document);
    return document;
  }
}
