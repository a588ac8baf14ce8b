import type { KeyType } from './key-text.service.js';

/** Collection of the installation that holds the keys of all projects. */
export const KEYS = '_KEYS';

/** A key as it is stored, by its id. Its text is nowhere. */
export interface StoredKey {
  /** 24 hex digits; part of the text. */
  _id: string;
  /** Keyed hash of the text that is good. */
  hash: string;
  /** Hashes of texts that were rotated away and have some time left. */
  retired: { hash: string; until: Date }[];
  type: KeyType;
  name: string;
  /** Id of the project whose data it opens. */
  project: string;
  scopes: string[];
  /** Origins of pages that may send it; anybody may when there are none. */
  origins: string[];
  expires_at: Date | null;
  /** Id of the key that made it; `root` for `SERVER_SECRET`. */
  created_by: string;
  _inserted: Date;
  rotated_at?: Date;
  /** About when it was last used. */
  last_used_at?: Date;
}
