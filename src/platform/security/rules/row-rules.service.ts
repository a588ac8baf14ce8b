import { Injectable } from '@nestjs/common';
import type { mongo } from 'mongoose';
import type { StoredDocument } from '../../database/database.service.js';
import { isTrusted, type Caller } from '../caller.js';

/** What somebody wants to do with the documents of a collection. */
export type RuleAction = 'list' | 'view' | 'create' | 'update' | 'delete' | 'aggregate';

/** Which documents a caller may reach. */
export type Reach =
  | { kind: 'all' }
  | { kind: 'none'; reason: string }
  | {
      kind: 'some';
      /** To be put in front of the caller's own query, with `$and`. */
      filter: mongo.Filter<StoredDocument>;
      /** Whether a document that is not stored yet would be within reach. */
      admits: (document: StoredDocument) => boolean;
    };

/** Fields of an account that decide what its owner may do, whether a rule reads them yet or not. */
const ALWAYS_CLOSED: ReadonlySet<string> = new Set(['role', 'roles']);

/**
 * The one home of the decision who may reach which documents: storage, files and accounts ask here.
 *
 * Secret keys reach everything. All others reach what the rules of the collection say.
 */
@Injectable()
export class RowRules {
  async reach(caller: Caller, collection: string, _action: RuleAction): Promise<Reach> {
    if (isTrusted(caller)) return Promise.resolve({ kind: 'all' });
    return Promise.resolve({ kind: 'none', reason: `No rule opens ${collection}.` });
  }

  /**
   * Fields of an account that rules decide by. Their owner must not write them: with a publishable key they are
   * closed, by whatever operator.
   */
  async userFields(): Promise<ReadonlySet<string>> {
    return Promise.resolve(ALWAYS_CLOSED);
  }
}
