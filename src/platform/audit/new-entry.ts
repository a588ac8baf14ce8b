import { mongo } from 'mongoose';
import type { AuditRecord, NewEntry } from './audit-entry.js';
import { boundedDetail, boundedText } from './bounded-detail.js';

/** What an entry holds beside what is said in the record. */
export interface EntryContext {
  request?: string;
  digest?: (thing: unknown) => string;
}

/** An entry that is ready to be added to a chain. */
export function newEntry(
  what: string,
  { user, caller, on, result = 'ok', code, before, after, detail }: AuditRecord,
  { request, digest }: EntryContext = {},
): NewEntry {
  return withoutGaps<NewEntry>({
    _id: new mongo.ObjectId().toHexString(),
    what,
    at: new Date(),
    result,
    code,
    user: text(user?.id),
    key: text(user?.key),
    collection: text(user?.collection),
    api_key: text(caller?.key?.id),
    actor: text(caller?.user?.id),
    ip: text(caller?.address),
    device: text(caller?.device),
    request,
    on: on && { type: boundedText(on.type), id: boundedText(on.id) },
    of_user: on?.type === 'user' ? true : undefined,
    before: before === undefined ? undefined : digest?.(before),
    after: after === undefined ? undefined : digest?.(after),
    detail: detail && boundedDetail(detail),
  });
}

const text = (value: string | undefined) => (value === undefined ? undefined : boundedText(value));

function withoutGaps<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as T;
}
