import { Injectable } from '@nestjs/common';
import type { mongo } from 'mongoose';
import { Config } from '../../config/config.js';
import type { StoredDocument } from '../../database/database.service.js';
import type { Plain } from '../../database/query/walk.js';
import { isTrusted, type Caller } from '../caller.js';
import { CallerValues } from './caller-values.service.js';
import type { RuleAction } from './declaration.js';
import { Declarations } from './declarations.service.js';
import { HiddenFields } from './hidden-fields.js';
import { MATCHES_NOTHING, type RuleTemplate } from './rule-template.js';
import { matcherOf } from './stored-form.js';

export type { RuleAction } from './declaration.js';

/** Which documents a caller may reach. */
export type Reach =
  | { kind: 'all' }
  | { kind: 'none'; reason: string }
  | {
      kind: 'some';
      /** To be put in front of the caller's own query, with `$and`; empty when every document is within reach. */
      filter: mongo.Filter<StoredDocument>;
      /** Whether a document that is not stored yet would be within reach. */
      admits: (document: mongo.Document) => boolean;
      /** Why nothing is within reach, when that is known. */
      reason?: string;
    };

/** Fields that the server sets on a new document. */
export interface Stamped {
  /** Every stamped field: the caller's own value is thrown away. */
  fields: ReadonlySet<string>;
  values: Plain;
}

/** Fields of an account that decide what its owner may do, whether a rule reads them yet or not. */
const ALWAYS_CLOSED: ReadonlySet<string> = new Set(['role', 'roles']);

const EVERYTHING: Reach = { kind: 'some', filter: {}, admits: () => true };
const NONE: ReadonlySet<string> = new Set();
const NO_STAMP: Stamped = { fields: NONE, values: {} };

/**
 * The one home of the decision who may reach which documents: storage, files and accounts ask here.
 *
 * Secret keys reach everything. All others reach what the rules of the collection say, see none of its hidden fields,
 * and do not choose what is stamped.
 */
@Injectable()
export class RowRules {
  constructor(
    private readonly declarations: Declarations,
    private readonly values: CallerValues,
    private readonly config: Config,
  ) {}

  /**
   * What the caller reaches. `none` says that no rule opens the collection for this action at all; a rule that matches
   * nothing for this caller is `some`, with a filter that matches nothing.
   */
  async reach(caller: Caller, collection: string, action: RuleAction): Promise<Reach> {
    if (isTrusted(caller)) return { kind: 'all' };
    const rule = (await this.declarations.of(collection))?.rules.get(action);
    if (!rule) return { kind: 'none', reason: `No rule opens ${collection} for ${action}.` };
    return rule.isOpen ? EVERYTHING : this.reachOf(rule, caller);
  }

  /** Fields that the caller must not see, nor ask for. */
  async hidden(caller: Caller, collection: string): Promise<HiddenFields> {
    if (isTrusted(caller)) return HiddenFields.NONE;
    return (await this.declarations.of(collection))?.hidden ?? HiddenFields.NONE;
  }

  /** Hidden fields that the caller must not write either: that they must be unique would tell what others have there. */
  async guessable(caller: Caller, collection: string): Promise<ReadonlySet<string>> {
    if (isTrusted(caller)) return NONE;
    return (await this.declarations.of(collection))?.guessable ?? NONE;
  }

  /** What the server sets on a document that the caller creates. Secret keys set what they like. */
  async stamp(caller: Caller, collection: string): Promise<Stamped> {
    if (isTrusted(caller)) return NO_STAMP;
    const stamp = (await this.declarations.of(collection))?.stamp;
    if (!stamp || stamp.fields.size === 0) return NO_STAMP;
    return { fields: stamp.fields, values: stamp.values(await this.values.of(caller, stamp.userFields)) };
  }

  /**
   * Fields of an account that rules decide by. Their owner must not write them: with a publishable key they are
   * closed, by whatever operator.
   */
  async userFields(): Promise<ReadonlySet<string>> {
    const read = await this.declarations.userFields();
    const stamped = (await this.declarations.of(this.config.MONGODB_AUTH_COLLECTION))?.stamp.fields;
    return new Set([...ALWAYS_CLOSED, ...read, ...(stamped ?? [])]);
  }

  private async reachOf(rule: RuleTemplate, caller: Caller): Promise<Reach> {
    const filter = rule.fill(await this.values.of(caller, rule.userFields));
    if (!filter)
      return {
        kind: 'some',
        filter: MATCHES_NOTHING,
        admits: () => false,
        reason: 'A placeholder of the rule has no value for this caller, and so it matches nothing.',
      };
    let matches: ((document: mongo.Document) => boolean) | undefined;
    return {
      kind: 'some',
      filter: filter,
      admits: (document) => (matches ??= matcherOf(filter))(document),
    };
  }
}
