import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { SigningKeys } from '../signing-keys.service.js';

/** Whether a key is a server's, or one that everybody may know. */
export type KeyType = 'secret' | 'publishable';

/** What the text of a key says, and what of it is stored. */
export interface ReadKey {
  /** Id of the key's document. */
  id: string;
  type: KeyType;
  /** Keyed hash of the whole text. */
  hash: string;
}

const PREFIXES = { secret: 'cgx_sk_', publishable: 'cgx_pk_' } as const;
const SECRET_BYTES = 24;
/** Digits of the seal. */
const SEAL = 12;
const TEXT = /^(cgx_[sp]k_)([0-9a-f]{24})[0-9a-f]{48}([0-9a-f]{12})$/;

/**
 * Writes and reads the text of keys: `cgx_sk_` or `cgx_pk_`, the id of the document, 192 random bits, and a seal.
 *
 * The id makes the look-up one by `_id`. The seal can be made with `SERVER_SECRET` alone: text that somebody invents
 * is refused here, without a question to the database and without a place in any cache.
 */
@Injectable()
export class KeyText {
  constructor(private readonly keys: SigningKeys) {}

  /** @param id 24 hex digits */
  write(type: KeyType, id: string): { text: string; hash: string } {
    const unsealed = `${PREFIXES[type]}${id}${randomBytes(SECRET_BYTES).toString('hex')}`;
    const { seal, hash } = this.digest(unsealed);
    return { text: `${unsealed}${seal}`, hash };
  }

  /** @returns `undefined` for what this installation has never written */
  read(text: string): ReadKey | undefined {
    const match = TEXT.exec(text);
    if (!match) return undefined;
    const [, prefix, id, sent] = match;
    const { seal, hash } = this.digest(text.slice(0, -SEAL));
    if (!equal(sent, seal)) return undefined;
    return { id, type: prefix === PREFIXES.secret ? 'secret' : 'publishable', hash };
  }

  /** One half of the digest is stored, a piece of the other is the seal: neither tells anything of the other. */
  private digest(unsealed: string): { seal: string; hash: string } {
    const digest = createHmac('sha512', this.keys.derive('api-key')).update(unsealed).digest('hex');
    return { hash: digest.slice(0, 64), seal: digest.slice(64, 64 + SEAL) };
  }
}

/** Compares two texts of the same length in a time that does not depend on where they differ. */
export function equal(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
}
