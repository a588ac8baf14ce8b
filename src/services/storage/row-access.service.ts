import { Injectable } from '@nestjs/common';
import type { mongo } from 'mongoose';
import type { StoredDocument } from '../../platform/database/database.service.js';
import { CoglexError } from '../../platform/errors/coglex-error.js';
import type { Caller } from '../../platform/security/caller.js';
import type { HiddenFields } from '../../platform/security/rules/hidden-fields.js';
import { RowRules, type RuleAction } from '../../platform/security/rules/row-rules.service.js';

/** What a caller may do with the documents of a collection, for one action. */
export interface Access {
  hidden: HiddenFields;
  /** What the caller asked for, as far as it is within reach. */
  within: (asked: mongo.Filter<StoredDocument>) => mongo.Filter<StoredDocument>;
  /** Whether a document would be within reach; absent when every document is. */
  admits?: (document: mongo.Document) => boolean;
}

/** Asks {@link RowRules} what a caller may do here. */
@Injectable()
export class RowAccess {
  constructor(private readonly rules: RowRules) {}

  /** @throws CoglexError `not_found` when no rule opens the collection for this */
  async of(caller: Caller, collection: string, action: RuleAction): Promise<Access> {
    const [reach, hidden] = await Promise.all([
      this.rules.reach(caller, collection, action),
      this.rules.hidden(caller, collection),
    ]);
    if (reach.kind === 'none') return closed();
    if (reach.kind === 'all' || Object.keys(reach.filter).length === 0)
      return { hidden, within: (asked) => asked };
    const { filter, admits } = reach;
    return { hidden, admits, within: (asked) => ({ $and: [filter, asked] }) };
  }
}

/** The answer to everything that is not there, or not for this caller. */
export function closed(): never {
  throw new CoglexError('not_found', { detail: 'There is no such document, or no rule lets you reach it.' });
}

/** What would be written lies outside of what the caller reaches. */
export function outOfReach(): never {
  throw new CoglexError('forbidden', { detail: 'The rules of the collection do not allow such a document.' });
}
