import type { Caller } from '../security/caller.js';

/** What became of what somebody wanted: done, not allowed, or broken. */
export const AUDIT_RESULTS = ['ok', 'refused', 'failed'] as const;
export type AuditResult = (typeof AUDIT_RESULTS)[number];

/** The user whom an entry concerns. */
export interface AuditedUser {
  id?: string;
  key?: string;
  collection?: string;
}

/** On what something was done. */
export interface AuditedThing {
  /** In one word: `key`, `schema`, `project`, `user`. */
  type: string;
  id: string;
}

/** What is said of something that happened. */
export interface AuditRecord {
  user?: AuditedUser;
  /** By whom, and from where; that of the current request by default. */
  caller?: Caller;
  on?: AuditedThing;
  /** `ok` by default. */
  result?: AuditResult;
  /** Code of the error, where there was one. */
  code?: string;
  /** The thing as it was, and as it is now. Neither is stored: of each a keyed digest is, which proves what it was. */
  before?: unknown;
  after?: unknown;
  /** Particulars; never a secret. What is long or deep is cut. */
  detail?: Record<string, unknown>;
}

/** One line of the trail, in `_AUDIT` of its project. */
export interface AuditEntry {
  /** 24 hex digits. */
  _id: string;
  /** Place in the chain, from 1 on. */
  seq: number;
  /** What happened, such as `user.signed_in`. */
  what: string;
  at: Date;
  result: AuditResult;
  code?: string;
  /** `_id`, `_key` and collection of the user whom it concerns. */
  user?: string;
  key?: string;
  collection?: string;
  /** Id of the API key by which it happened. */
  api_key?: string;
  /** `_id` of the user whose token came with the request. */
  actor?: string;
  ip?: string;
  device?: string;
  /** Id of the request by which it happened. */
  request?: string;
  on?: AuditedThing;
  /** Digests of the thing before and after. */
  before?: string;
  after?: string;
  detail?: Record<string, unknown>;
  /** Hash of this entry, which binds everything before it. */
  hash: string;
}

/** An entry before it has its place in the chain; everything in it is plain JSON, but for the time. */
export type NewEntry = Omit<AuditEntry, 'seq' | 'hash'> & {
  /** Whether what it is on is an account, so that it is personal too. */
  of_user?: boolean;
};

/** An entry as it is stored. */
export interface StoredEntry extends NewEntry {
  seq: number;
  /** Hash of the entry before. */
  previous: string;
  hash: string;
  /** Binds what is personal to the entry; with the salt gone, it says nothing of it. */
  commitment: string;
  salt?: string;
  /** Proves that it was the server that took out what is personal. */
  forgotten?: string;
  /** Which key made hash and commitment. */
  signed_with: string;
}
