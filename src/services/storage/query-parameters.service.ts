import { Injectable } from '@nestjs/common';
import type { mongo } from 'mongoose';
import { Config } from '../../platform/config/config.js';
import type { StoredDocument } from '../../platform/database/database.service.js';
import { QueryGuard } from '../../platform/database/query/query-guard.service.js';
import { CoglexError } from '../../platform/errors/coglex-error.js';
import { parseJson } from '../../platform/http/json.js';
import { HiddenFields } from '../../platform/security/rules/hidden-fields.js';

/** Reads the query parameters that hold JSON, and the page size. Throws `validation_failed` or `query_refused`. */
@Injectable()
export class QueryParameters {
  constructor(
    private readonly guard: QueryGuard,
    private readonly config: Config,
  ) {}

  filter(query: string, hidden = HiddenFields.NONE): mongo.Filter<StoredDocument> {
    return this.parsedFilter(this.parse('query', query), hidden);
  }

  /** @param query from a body, which is parsed already */
  parsedFilter(query: unknown, hidden = HiddenFields.NONE): mongo.Filter<StoredDocument> {
    const filter = this.guard.filter(query, '/query', { expressions: hidden.isEmpty });
    return hidden.seenFilter(filter);
  }

  projection(keys: string | undefined, hidden = HiddenFields.NONE): mongo.Document | undefined {
    if (keys === undefined)
      return hidden.isEmpty ? undefined : Object.fromEntries(hidden.paths.map((path) => [path, 0]));
    const projection = this.guard.projection(this.parse('keys', keys), '/keys', {
      expressions: hidden.isEmpty,
    });
    return hidden.isEmpty ? projection : hidden.seenProjection(projection);
  }

  sort(sort: string | undefined, hidden = HiddenFields.NONE): Record<string, 1 | -1> | undefined {
    if (sort === undefined) return undefined;
    return hidden.seenSort(this.guard.sort(this.parse('sort', sort), '/sort'));
  }

  limit(limit: number | undefined): number {
    const { STORAGE_DEFAULT_LIMIT: standard, STORAGE_MAX_LIMIT: most } = this.config;
    if (limit !== undefined && limit > most) throw invalid('limit', `limit must not be greater than ${most}`);
    return limit ?? standard;
  }

  private parse(name: string, text: string): unknown {
    try {
      return parseJson(text, this.config.MAX_JSON_DEPTH);
    } catch (error) {
      if (!(error instanceof CoglexError) || error.code !== 'malformed_json') throw error;
      throw invalid(name, `${name} must be valid JSON`);
    }
  }
}

function invalid(name: string, message: string): CoglexError {
  return new CoglexError('validation_failed', { detail: message, errors: [{ field: `/${name}`, message }] });
}
