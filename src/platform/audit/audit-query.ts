import type { mongo } from 'mongoose';
import type { AuditedThing, AuditResult, StoredEntry } from './audit-entry.js';

/** What part of a trail is asked for. */
export interface AuditQuery {
  /** What happened: one name, or with `*` at its end all that begin so. */
  what?: string;
  /** `_id` of the user whom it concerns. */
  user?: string;
  /** Id of an API key or of a user: by whom it happened. */
  who?: string;
  on?: Partial<AuditedThing>;
  result?: AuditResult;
  /** From this moment on, and before that one. */
  from?: Date;
  before?: Date;
  /** Before this place in the chain: where the last page ended. */
  below?: number;
  limit: number;
  /** In the order of the chain (the default), or by the time at which it happened. */
  order?: 'chain' | 'time';
}

export function auditFilter(query: AuditQuery): mongo.Filter<StoredEntry> {
  const { what, user, who, on, result, from, before, below } = query;
  // What stands in the collection without a place in the chain is no entry.
  const all: mongo.Filter<StoredEntry>[] = [{ seq: { $gt: 0 } }];
  if (what !== undefined) all.push({ what: what.endsWith('*') ? beginningWith(what.slice(0, -1)) : what });
  if (user !== undefined) all.push({ user });
  if (who !== undefined) all.push({ $or: [{ api_key: who }, { actor: who }] });
  if (on?.type !== undefined) all.push({ 'on.type': on.type });
  if (on?.id !== undefined) all.push({ 'on.id': on.id });
  if (result !== undefined) all.push({ result });
  if (from) all.push({ at: { $gte: from } });
  if (before) all.push({ at: { $lt: before } });
  if (below !== undefined) all.push({ seq: { $lt: below } });
  return { $and: all };
}

/** A range instead of a pattern: it takes the index, and no text has a meaning of its own. */
const beginningWith = (start: string) => ({ $gte: start, $lt: `${start}\uffff` });
