import type { Account } from '../account.js';

/** How somebody has shown who they are. */
export type SignInMethod = 'password' | 'code' | 'link' | 'passkey' | `oauth:${string}`;

/** A sign-in that goes on, in `_SESSIONS` of its project. */
export interface StoredSession {
  /** 24 hex digits. */
  _id: string;
  /** `_id` of the user. */
  user: string;
  /** `_key` of the user. */
  key: string;
  collection: string;
  /** The account's `_generation` when the session began. */
  generation: number;
  /** How often it has been refreshed; only the refresh token of this number is good. */
  rotation: number;
  method: SignInMethod;
  /** Address and device that opened or last refreshed it. */
  ip?: string;
  device?: string;
  _inserted: Date;
  seen: Date;
  expires: Date;
  /** Until when the user counts as having just shown a second factor, or the password again. */
  elevated?: Date;
}

/** A session as its user sees it. */
export interface Session {
  id: string;
  method: SignInMethod;
  ip?: string;
  device?: string;
  created: Date;
  seen: Date;
  expires: Date;
  /** Whether it is the one that asks. */
  current: boolean;
}

/** A signed-in user and the tokens to prove it. */
export interface SignedIn {
  token: string;
  refresh_token: string;
  token_type: 'Bearer';
  /** Life of `token`, in seconds. */
  expires_in: number;
  /** Goes with what browsers change by cookie, as `X-CSRF-Token`. */
  csrf_token: string;
  user: Account;
}
