import { createHash, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Config } from '../config/config.js';
import { readEncryptionKeys, type EncryptionKey } from '../config/encryption-keys.js';
import { SECRET_FILE } from '../config/generated-secret.js';
import { SigningKeys } from '../security/signing-keys.service.js';

/** Most derived keys that are kept. */
const MAX_DERIVED = 10_000;

/** Where the values of a field are. */
export interface FieldPlace {
  project: string;
  collection: string;
  path: string;
}

/** The keys of one field under one key of the settings. */
export interface FieldKeys {
  seal: KeyObject;
  blind: KeyObject;
}

interface Ring {
  /** What the setting said. */
  text: string | undefined;
  /** Keys of the setting; the derived one where there is none. */
  own: readonly EncryptionKey[];
  byId: ReadonlyMap<string, EncryptionKey>;
}

/**
 * The keys of encrypted fields: those of `ENCRYPTION_KEYS`, and one that is derived from `SERVER_SECRET`, which is
 * current while the setting is empty and afterwards still opens what it has sealed. They are in memory alone.
 */
@Injectable()
export class EncryptionKeys {
  /** Names the secret that it is derived from, so that another secret is another key. */
  private readonly derived: EncryptionKey;
  private readonly fields = new LRUCache<string, FieldKeys>({ max: MAX_DERIVED });
  private known?: Ring;

  constructor(
    private readonly config: Config,
    signingKeys: SigningKeys,
  ) {
    const secret = Buffer.from(signingKeys.derive('field-encryption'), 'base64url');
    const name = createHash('sha256').update('coglex key id').update(secret).digest('hex').slice(0, 8);
    // A colon cannot stand in an id of the setting.
    this.derived = { id: `server-secret:${name}`, secret };
  }

  /** The key that new values are encrypted with. */
  get current(): EncryptionKey {
    return this.ring.own[0];
  }

  /** Ids of the keys that the settings name, the current one first. */
  get own(): string[] {
    return this.ring.own.map(({ id }) => id);
  }

  has(id: string): boolean {
    return this.ring.byId.has(id);
  }

  /** Whether the current key can be derived from what lies in the data directory, beside what it encrypts. */
  get liesBesideData(): boolean {
    if (this.current !== this.derived) return false;
    try {
      const kept = readFileSync(join(this.config.DATA_DIR, SECRET_FILE), 'utf8').trim();
      return kept === this.config.SERVER_SECRET;
    } catch {
      return false;
    }
  }

  /**
   * The keys of a field: one to encrypt and one for its blind index, both of this field alone.
   *
   * @returns `undefined` when there is no key with the id
   */
  of(id: string, { project, collection, path }: FieldPlace): FieldKeys | undefined {
    const key = this.ring.byId.get(id);
    if (!key) return undefined;
    const name = JSON.stringify([id, project, collection, path]);
    let keys = this.fields.get(name);
    if (!keys) {
      const derive = (use: string) => {
        const info = JSON.stringify([use, project, collection, path]);
        return createSecretKey(Buffer.from(hkdfSync('sha256', key.secret, 'coglex fields', info, 32)));
      };
      this.fields.set(name, (keys = { seal: derive('seal'), blind: derive('blind') }));
    }
    return keys;
  }

  /** Read again when the setting has changed. */
  private get ring(): Ring {
    const { ENCRYPTION_KEYS: text } = this.config;
    if (this.known && this.known.text === text) return this.known;
    const own = text === undefined ? [this.derived] : readEncryptionKeys(text);
    const byId = new Map([...own, this.derived].map((key) => [key.id, key]));
    // What an id stood for may be another key now.
    this.fields.clear();
    return (this.known = { text, own, byId });
  }
}
