import type { KeyType } from '../../platform/security/keys/key-text.service.js';

/** A key, and who did something with it. */
export interface KeyEvent {
  id: string;
  name: string;
  type: KeyType;
  project: string;
  /** Id of the key that was used to do it; `root` for `SERVER_SECRET`. */
  by: string;
}

declare module '../../platform/events/event-map.js' {
  interface EventMap {
    'key.created': KeyEvent;
    'key.rotated': KeyEvent;
    'key.revoked': KeyEvent;
  }
}
