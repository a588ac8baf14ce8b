import { createHmac, randomBytes, randomInt } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { mongo } from 'mongoose';
import { Config } from '../../../platform/config/config.js';
import { Database } from '../../../platform/database/database.service.js';
import { expiresAt, Indexes } from '../../../platform/database/indexes.service.js';
import { equalSecrets } from '../../../platform/security/equal-secrets.js';
import { SigningKeys } from '../../../platform/security/signing-keys.service.js';

/** What a secret is for; it is worthless for anything else. */
export type SecretPurpose =
  | 'code'
  | 'magic-link'
  | 'reset'
  | 'verify-email'
  | 'change-email'
  | 'mfa-ticket'
  | 'oauth-state'
  | 'oauth-session'
  | 'passkey';

/** What is remembered beside a secret until it is spent. */
export type SecretData = Record<string, unknown>;

interface StoredSecret {
  _id: string;
  purpose: SecretPurpose;
  /** Keyed hash of the secret. */
  hash: string;
  tries: number;
  data: SecretData;
  expires: Date;
}

/** Most tries to guess one secret. */
const MAX_TRIES = 5;

const DUPLICATE_KEY = 11000;

/** A secret as it is handed out: neither part is of use alone. */
export interface IssuedSecret {
  /** Names it; not secret. */
  id: string;
  secret: string;
}

/**
 * Secrets that are good once, for a while, and for a few tries: mailed codes, links, tickets, states. Spending is one
 * atomic update, so that of many who try at once one succeeds. `_CODES` of the project keeps keyed hashes alone.
 */
@Injectable()
export class OneTimeSecrets {
  constructor(
    private readonly database: Database,
    private readonly indexes: Indexes,
    private readonly keys: SigningKeys,
    private readonly config: Config,
  ) {}

  /**
   * Makes a secret.
   *
   * @param form `digits` for one that people type, `text` for one that only travels
   * @param lifetime seconds; `AUTH_CODE_LIFETIME` by default
   */
  async issue(
    purpose: SecretPurpose,
    data: SecretData,
    {
      form = 'text',
      lifetime = this.config.AUTH_CODE_LIFETIME,
    }: { form?: 'digits' | 'text'; lifetime?: number } = {},
  ): Promise<IssuedSecret> {
    const id = randomBytes(16).toString('base64url');
    const secret =
      form === 'digits'
        ? String(randomInt(1_000_000)).padStart(6, '0')
        : randomBytes(24).toString('base64url');
    const expires = new Date(Date.now() + lifetime * 1000);
    const codes = await this.codes();
    await codes.insertOne({ _id: id, purpose, hash: this.hash(id, secret), tries: 0, data, expires });
    return { id, secret };
  }

  /** Spends a secret. @returns what it was issued with, or `undefined` when it is not good */
  async spend(purpose: SecretPurpose, { id, secret }: IssuedSecret): Promise<SecretData | undefined> {
    const data = await this.look(purpose, { id, secret });
    return data && (await this.finish(id)) ? data : undefined;
  }

  /** Checks a secret without spending it; {@link finish} does that when something else has been shown as well. */
  async look(purpose: SecretPurpose, { id, secret }: IssuedSecret): Promise<SecretData | undefined> {
    const stored = await this.attempt(purpose, id);
    return stored && equalSecrets(this.hash(id, secret), stored.hash) ? stored.data : undefined;
  }

  /** Counts a try and tells what the secret was issued with; for those that something else must be shown for. */
  private async attempt(purpose: SecretPurpose, id: string): Promise<StoredSecret | undefined> {
    const codes = await this.codes();
    const stored = await codes.findOneAndUpdate(
      { _id: id, purpose, tries: { $lt: MAX_TRIES }, expires: { $gt: new Date() } },
      { $inc: { tries: 1 } },
      { maxTimeMS: this.config.MONGODB_MAX_TIME_MS },
    );
    return stored ?? undefined;
  }

  /** Ends a secret. @returns whether it was this call that did */
  async finish(id: string): Promise<boolean> {
    const { deletedCount } = await (await this.codes()).deleteOne({ _id: id });
    return deletedCount === 1;
  }

  /**
   * Marks something as used that carries its own signature, such as a state.
   *
   * @param expires when it would be refused anyway
   * @returns whether it was this call that did
   */
  async claim(purpose: SecretPurpose, id: string, expires: Date): Promise<boolean> {
    try {
      const codes = await this.codes();
      await codes.insertOne({
        _id: `${purpose}:${id}`,
        purpose,
        hash: '',
        tries: MAX_TRIES,
        data: {},
        expires,
      });
      return true;
    } catch (error) {
      if (error instanceof mongo.MongoServerError && error.code === DUPLICATE_KEY) return false;
      throw error;
    }
  }

  private hash(id: string, secret: string): string {
    return createHmac('sha256', this.keys.derive('one-time-secret'))
      .update(`${id}/${secret}`)
      .digest('base64url');
  }

  private codes(): Promise<mongo.Collection<StoredSecret>> {
    return this.indexes.ensure(this.database.collection<StoredSecret>('_CODES'), [expiresAt('expires')]);
  }
}

/** Both parts as one text, for links. */
export const tokenOf = ({ id, secret }: IssuedSecret): string => `${id}.${secret}`;

/** The parts of such a text; what is none becomes a secret that was never issued. */
export function fromToken(token: string): IssuedSecret {
  const [id, secret = ''] = token.split('.');
  return { id, secret };
}
