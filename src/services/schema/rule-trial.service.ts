import { Injectable } from '@nestjs/common';
import type { mongo } from 'mongoose';
import { Config } from '../../platform/config/config.js';
import { Database, type StoredDocument } from '../../platform/database/database.service.js';
import { QueryGuard } from '../../platform/database/query/query-guard.service.js';
import { FieldEncryption } from '../../platform/encryption/field-encryption.service.js';
import { CoglexError } from '../../platform/errors/coglex-error.js';
import type { Caller, CurrentUserClaims } from '../../platform/security/caller.js';
import { Declarations } from '../../platform/security/rules/declarations.service.js';
import { RowRules, type Reach } from '../../platform/security/rules/row-rules.service.js';
import { ProjectContext } from '../../platform/tenancy/project-context.service.js';
import type { DecisionDto, TryRuleDto } from './dto/try.dto.js';

type Verdict = Omit<DecisionDto, 'rule'>;

const allowed = (reason: string): Verdict => ({ allowed: true, reason });
const refused = (reason: string): Verdict => ({ allowed: false, reason });

/** Explains what a caller with a publishable key could do, by asking those who decide it. */
@Injectable()
export class RuleTrial {
  constructor(
    private readonly database: Database,
    private readonly guard: QueryGuard,
    private readonly rules: RowRules,
    private readonly declarations: Declarations,
    private readonly encryption: FieldEncryption,
    private readonly context: ProjectContext,
    private readonly config: Config,
  ) {}

  /**
   * @param address where the imagined caller calls from
   * @throws CoglexError `not_found` when there is no such account
   */
  async decide(
    collection: string,
    { as, action, query, document }: TryRuleDto,
    address: string,
  ): Promise<DecisionDto> {
    if (query != null && document != null)
      throw new CoglexError('validation_failed', { detail: 'Send a query or a document, but not both.' });
    const user = as === null ? undefined : await this.userOf(as);
    const caller: Caller = { key: { id: 'try', type: 'publishable' }, user, address };
    const rule = (await this.declarations.of(collection))?.rules.get(action)?.source ?? null;
    const reach = await this.rules.reach(caller, collection, action);
    if (reach.kind === 'none') return { rule, ...refused(reach.reason) };
    if (document != null)
      return { rule, ...(await this.ofDocument(caller, collection, action, reach, document)) };
    return { rule, ...(await this.ofQuery(collection, action, reach, query ?? {})) };
  }

  private async ofDocument(
    caller: Caller,
    collection: string,
    action: TryRuleDto['action'],
    reach: Exclude<Reach, { kind: 'none' }>,
    sent: Record<string, unknown>,
  ): Promise<Verdict> {
    const document = this.guard.document(sent, '/document', () => false);
    if (action === 'create') {
      const { fields, values } = await this.rules.stamp(caller, collection);
      for (const field of fields) delete document[field];
      Object.assign(document, values);
    }
    if (reach.kind === 'all' || reach.admits(document))
      return allowed('The rule admits the document for this caller.');
    return refused(reach.reason ?? 'The rule does not admit the document for this caller.');
  }

  private async ofQuery(
    collection: string,
    action: TryRuleDto['action'],
    reach: Exclude<Reach, { kind: 'none' }>,
    query: Record<string, unknown>,
  ): Promise<Verdict> {
    const asked = this.guard.filter(query, '/query');
    if (reach.kind === 'all') return allowed('Secret keys reach everything.');
    if (reach.reason !== undefined) return refused(reach.reason);
    if (action === 'create') return allowed('The rule opens this action; send a document to see which ones.');
    if (Object.keys(query).length === 0)
      return allowed('The rule opens this action, for the documents that it matches.');
    if (await this.has(collection, { $and: [reach.filter, asked] }))
      return allowed('The rule lets this caller reach documents that match the query.');
    if (await this.has(collection, asked))
      return refused('Documents match the query, but the rule lets this caller reach none of them.');
    return allowed('The rule opens this action, but no document matches the query.');
  }

  private async has(collection: string, filter: mongo.Filter<StoredDocument>): Promise<boolean> {
    const options = { projection: { _id: 1 }, maxTimeMS: this.config.MONGODB_MAX_TIME_MS };
    const encryption = await this.encryption.of(collection);
    const stored = encryption?.filter(filter) ?? filter;
    return (await this.database.collection(collection).findOne(stored, options)) !== null;
  }

  private async userOf(key: string): Promise<CurrentUserClaims> {
    const { MONGODB_AUTH_COLLECTION: collection, MONGODB_MAX_TIME_MS: maxTimeMS } = this.config;
    const found = await this.database
      .collection(collection)
      .findOne({ _key: key }, { projection: { _id: 1 }, maxTimeMS });
    if (!found) throw new CoglexError('not_found', { detail: 'There is no account with this _key.' });
    return { id: found._id, key, collection, project: this.context.project };
  }
}
