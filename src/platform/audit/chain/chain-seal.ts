import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { deriveKey } from '../../security/signing-keys.service.js';
import type { NewEntry, StoredEntry } from '../audit-entry.js';
import { canonicalJson } from './canonical-json.js';
import { fixedPart, hasStrangers, personalPart } from './entry-parts.js';

/** A place in a chain. */
export interface ChainPoint {
  seq: number;
  /** Hash of the entry there; of none at the beginning. */
  hash: string;
}

/** A place that was signed, so that nobody else can claim it. */
export interface SignedPoint extends ChainPoint {
  mac: string;
  signed_with: string;
}

/** What a signed place stands for: the last entry, or the one after which a chain that was pruned begins. */
export type PointKind = 'head' | 'start';

/** Before the first entry. */
export const BEGINNING: ChainPoint = { seq: 0, hash: '' };

const SALT_BYTES = 16;

/**
 * Makes and checks the seals of the trail: HMAC-SHA-256 with keys derived from `SERVER_SECRET`, so that whoever has the
 * database alone can neither make an entry nor change one.
 */
export class ChainSeal {
  private readonly keys = new Map<string, Buffer>();
  private readonly id: string;

  /** @param secrets that of now, and then earlier ones, which verify but no longer sign */
  constructor(secrets: string[]) {
    const ids = secrets.map((secret) => {
      const key = Buffer.from(deriveKey(secret, 'audit-chain'), 'base64url');
      const id = createHash('sha256').update(key).digest('base64url').slice(0, 8);
      this.keys.set(id, key);
      return id;
    });
    [this.id] = ids;
  }

  /** Puts entries behind a place of their project's chain. */
  chain(project: string, after: ChainPoint, entries: NewEntry[]): StoredEntry[] {
    let last = after;
    return entries.map((entry) => {
      const salt = randomBytes(SALT_BYTES).toString('base64url');
      const open = {
        ...entry,
        seq: last.seq + 1,
        previous: last.hash,
        commitment: this.mac('commitment', salt + canonicalJson(personalPart(entry))),
        salt,
        signed_with: this.id,
      };
      const stored = { ...open, hash: this.hash(project, open) };
      last = stored;
      return stored;
    });
  }

  /** Whether an entry is what it was when it was written, but for what was forgotten. */
  isGenuine(project: string, entry: StoredEntry): boolean {
    const key = this.keys.get(entry.signed_with);
    if (!key || hasStrangers(entry) || !equal(entry.hash, this.hash(project, entry, key))) return false;
    if (entry.salt !== undefined)
      return equal(
        entry.commitment,
        this.mac('commitment', entry.salt + canonicalJson(personalPart(entry)), key),
      );
    return Object.keys(personalPart(entry)).length === 0 && this.isForgotten(entry);
  }

  /** Whether there is a key for what is signed with it. */
  knows(id: string): boolean {
    return this.keys.has(id);
  }

  /** The proof that it is the server that takes out what is personal. */
  forget({ hash }: StoredEntry): string {
    return `${this.id}.${this.mac('forgotten', hash)}`;
  }

  sign(kind: PointKind, project: string, { seq, hash }: ChainPoint): SignedPoint {
    const mac = this.mac(kind, canonicalJson({ project, seq, hash }));
    return { seq, hash, mac, signed_with: this.id };
  }

  isSigned(kind: PointKind, project: string, { seq, hash, mac, signed_with }: SignedPoint): boolean {
    const key = this.keys.get(signed_with);
    return key !== undefined && equal(mac, this.mac(kind, canonicalJson({ project, seq, hash }), key));
  }

  /** A keyed digest of any thing: who has it can be shown what the thing was, and cannot find it out by guessing. */
  digest(thing: unknown): string {
    return this.mac('digest', canonicalJson(thing));
  }

  /** A seal for a line that is kept outside of the database. */
  signLine(text: string): string {
    return `${this.id}.${this.mac('line', text)}`;
  }

  isSignedLine(text: string, signature: string): boolean {
    const [id, mac] = signature.split('.', 2);
    const key = this.keys.get(id);
    return key !== undefined && equal(mac, this.mac('line', text, key));
  }

  private isForgotten({ hash, forgotten }: StoredEntry): boolean {
    const [id, mac] = String(forgotten).split('.', 2);
    const key = this.keys.get(id);
    return key !== undefined && equal(mac, this.mac('forgotten', hash, key));
  }

  private hash(project: string, entry: Omit<StoredEntry, 'hash'>, key?: Buffer): string {
    return this.mac('entry', canonicalJson({ project, ...fixedPart(entry) }), key);
  }

  private mac(purpose: string, text: string, key = this.keys.get(this.id)): string {
    return createHmac('sha256', key as Buffer)
      .update(`${purpose}:${text}`)
      .digest('base64url');
  }
}

function equal(one: unknown, other: string): boolean {
  if (typeof one !== 'string') return false;
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
