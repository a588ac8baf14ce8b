import { Injectable } from '@nestjs/common';
import { Audit } from '../../platform/audit/audit.service.js';
import { Events } from '../../platform/events/events.service.js';
import type { Caller } from '../../platform/security/caller.js';

/** Whom an event of accounts concerns. */
export interface UserEvent {
  /** `_id` of the user. */
  id: string;
  /** `_key` of the user. */
  key: string;
  collection: string;
}

declare module '../../platform/events/event-map.js' {
  interface EventMap {
    'user.created': UserEvent;
    'user.signed_in': UserEvent;
    'user.signed_out': UserEvent;
    'user.password_changed': UserEvent;
    'user.email_verified': UserEvent;
    'user.frozen': UserEvent;
    'user.unfrozen': UserEvent;
    'user.deleted': UserEvent;
  }
}

/** Events of accounts that others hear of. */
export type UserEventType =
  | 'user.created'
  | 'user.signed_in'
  | 'user.signed_out'
  | 'user.password_changed'
  | 'user.email_verified'
  | 'user.frozen'
  | 'user.unfrozen'
  | 'user.deleted';

/** What stands in the audit trail alone. */
export type SecurityEventType =
  | 'user.sign_in_failed'
  | 'user.refresh_reused'
  | 'user.signed_out_everywhere'
  | 'user.email_changed'
  | 'user.recovery_requested'
  | 'user.identity_linked'
  | 'user.identity_unlinked'
  | 'user.mfa_enabled'
  | 'user.mfa_disabled'
  | 'user.mfa_failed'
  | 'user.recovery_codes_made'
  | 'user.passkey_added'
  | 'user.passkey_removed'
  | 'user.roles_changed'
  | 'user.imported'
  | 'user.exported';

/** Where an event comes from, and its particulars. */
export interface EventSource {
  caller?: Caller;
  /** Never a secret. */
  detail?: Record<string, unknown>;
  /** The account as it was, and as it is now: only digests of them are kept. */
  before?: unknown;
  after?: unknown;
}

/** What somebody wanted and did not get, with the code of the error. */
const REFUSALS: Partial<Record<SecurityEventType, string>> = {
  'user.sign_in_failed': 'credentials_invalid',
  'user.mfa_failed': 'code_invalid',
  'user.refresh_reused': 'refresh_token_invalid',
};

/** Tells what happens to accounts: to the audit trail, and to those who listen. */
@Injectable()
export class AccountEvents {
  constructor(
    private readonly audit: Audit,
    private readonly events: Events,
  ) {}

  async tell(what: UserEventType, user: UserEvent, source: EventSource = {}): Promise<void> {
    await this.audit.record(what, { user, on: thingOf(user), ...source });
    const { id, key, collection } = user;
    await this.events.publish(what, { id, key, collection });
  }

  /** Writes into the trail alone. */
  note(what: SecurityEventType, user: Partial<UserEvent>, source: EventSource = {}): Promise<void> {
    const code = REFUSALS[what];
    const refused = code === undefined ? {} : ({ result: 'refused', code } as const);
    return this.audit.record(what, { user, on: thingOf(user), ...refused, ...source });
  }
}

const thingOf = ({ id }: Partial<UserEvent>) => (id === undefined ? undefined : { type: 'user', id });
