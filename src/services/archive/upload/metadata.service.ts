import { Injectable } from '@nestjs/common';
import { Config } from '../../../platform/config/config.js';
import { isPlain, type Plain } from '../../../platform/database/query/walk.js';
import { QueryGuard } from '../../../platform/database/query/query-guard.service.js';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import { parseJson } from '../../../platform/http/json.js';

/** Reads the caller's own data of a file. */
@Injectable()
export class FileMetadata {
  constructor(
    private readonly guard: QueryGuard,
    private readonly config: Config,
  ) {}

  /**
   * @param sent JSON, as a form or a header carries it
   * @throws CoglexError `validation_failed`, `nested_too_deep`, `forbidden_key` or `document_refused`
   */
  parse(sent: string | undefined): Plain {
    if (sent === undefined || sent === '') return {};
    let value: unknown;
    try {
      value = parseJson(sent, this.config.MAX_JSON_DEPTH);
    } catch (error) {
      if (error instanceof CoglexError && error.code === 'malformed_json')
        throw invalid('metadata must be valid JSON');
      throw error;
    }
    return this.check(value);
  }

  /** Takes the value over. */
  check(value: unknown): Plain {
    if (!isPlain(value)) throw invalid('metadata must be an object');
    return Object.keys(value).length === 0 ? {} : this.guard.document(value, '/metadata', () => false);
  }
}

const invalid = (message: string) =>
  new CoglexError('validation_failed', { detail: message, errors: [{ field: '/metadata', message }] });
