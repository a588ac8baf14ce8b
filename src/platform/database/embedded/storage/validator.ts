import { CommandError } from '../errors.js';
import { explainFailure } from '../query/failure.js';
import { compileFilter, type Filter } from '../query/filter.js';
import type { Document } from '../types.js';

/** A collection's rule for its documents: `validator`, `validationLevel`, `validationAction`. */
export class Validator {
  private readonly filter?: Filter;
  private readonly level: unknown;
  private readonly action: unknown;

  constructor(private readonly options: Document) {
    this.level = options.validationLevel ?? 'strict';
    this.action = options.validationAction ?? 'error';
    const rule = options.validator as Document | undefined;
    if (rule && Object.keys(rule).length > 0 && this.level !== 'off') this.filter = compileFilter(rule);
  }

  /**
   * @param before the document that is being changed; one that broke the rule already may stay so at the level
   *   `moderate`
   * @throws CommandError DocumentValidationFailure
   */
  check(document: Document, before?: Document): void {
    if (!this.filter || this.action === 'warn' || this.filter.matches(document)) return;
    if (before && this.level === 'moderate' && !this.filter.matches(before)) return;
    throw new CommandError('DocumentValidationFailure', 'Document failed validation', {
      errInfo: {
        failingDocumentId: document._id,
        details: explainFailure(this.options.validator as Document, document),
      },
    });
  }
}
