import { jsonForm } from '../../platform/database/query/json-form.js';

/** A user's document as the application sees it. */
export interface Account {
  /** 24 hex digits. */
  _id: string;
  /** Name of the account, unique in its collection. */
  _key: string;
  _inserted: Date;
  _patched?: Date;
  /** The application's own fields. */
  [field: string]: unknown;
}

/** A user's document as it is stored. */
export interface StoredAccount extends Account {
  /** bcrypt hash; absent when the account cannot sign in by password. */
  _password?: string;
  /** How often all sessions have been ended; a session of another generation is over. */
  _generation?: number;
  /** Since when nobody may sign in. */
  _frozen?: Date;
  /** Address for mail; the `_key` where it is one and this is absent. */
  _email?: string;
  /** Whether the owner of the account has been found to be the owner of the address. */
  _verified?: boolean;
  /** Authenticator: its sealed secret, whether it counts yet, and the period of the last code that was spent. */
  _totp?: { secret: string; confirmed: boolean; last: number };
  /** Keyed hashes of recovery codes. */
  _recovery?: string[];
}

/** Fields of the server's own that callers may see. Whatever else begins with `_` stays inside. */
const VISIBLE = new Set(['_id', '_key', '_inserted', '_patched', '_email', '_verified', '_frozen']);

/** The part of a path that names a field of the document itself: `_password` of `_password.0`. */
export const rootOf = (path: string): string => path.split('.', 1)[0];

/** Whether a path leads into a field that belongs to the server. */
export const isReserved = (path: string): boolean => path.startsWith('_');

/** Whether a path leads to something that callers may not even compare with. */
export const isHidden = (path: string): boolean => isReserved(path) && !VISIBLE.has(rootOf(path));

/**
 * Takes out of a document what never leaves the server, and gives the rest the form that JSON can hold. Every
 * account that is answered comes from here.
 */
export function toAccount(document: StoredAccount): Account {
  const visible = Object.entries(document).filter(([field]) => !isHidden(field));
  return jsonForm(Object.fromEntries(visible)) as Account;
}
