import type { KeyClaims, SessionClaims } from '../security/caller.js';

/** Whom a request, a message or an operation counts for. Key and user are those that have been verified. */
export interface LimitSubject {
  /** Address in canonical spelling. */
  address: string;
  key?: Pick<KeyClaims, 'id' | 'type'>;
  user?: Pick<SessionClaims, 'id' | 'collection' | 'project'>;
  /** Name of the service that is called, such as `storage`. */
  service?: string;
  /**
   * What there is to authenticate: nothing (absent), something that is already known to be good (`known`), or
   * something that may turn out to be wrong (`open`). What is open counts as failed until its end is known.
   */
  attempt?: 'known' | 'open';
}

/** The root key always reaches the service by which limits and bans are seen and lifted. */
export const isOperator = ({ key, service }: LimitSubject): boolean =>
  key?.type === 'root' && service === 'operations';

/** Whether a limit leaves a subject alone because of its key. */
export const isSpared = ({ key }: LimitSubject, policy: { sparing: boolean }): boolean =>
  policy.sparing && (key?.type === 'root' || key?.type === 'secret');
