import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { mongo } from 'mongoose';
import { Audit } from '../../../platform/audit/audit.service.js';
import { Config } from '../../../platform/config/config.js';
import { Database } from '../../../platform/database/database.service.js';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import { SigningKeys } from '../../../platform/security/signing-keys.service.js';
import { ProjectContext } from '../../../platform/tenancy/project-context.service.js';
import { SECRET_NAME } from '../dto/names.js';

const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const MAX_SECRETS = 1000;

/** A secret in `_SECRETS`, under its name. */
interface StoredSecret {
  _id: string;
  /** Base64 of the initialization vector, the tag and the encrypted value. */
  sealed: string;
  updated: Date;
}

/** Secrets of a project's functions: encrypted where they are stored, and never given to anybody but code. */
@Injectable()
export class Secrets {
  constructor(
    private readonly database: Database,
    private readonly keys: SigningKeys,
    private readonly context: ProjectContext,
    private readonly audit: Audit,
    private readonly config: Config,
  ) {}

  /** @throws CoglexError `validation_failed`, `unprocessable` */
  async put(name: string, value: string): Promise<void> {
    if (!SECRET_NAME.test(name)) {
      const message = 'A name begins with a letter and has at most 100 letters, digits, "_", "-" and ".".';
      throw new CoglexError('validation_failed', { detail: message, errors: [{ field: '/name', message }] });
    }
    const count = await this.secrets().countDocuments(
      { _id: { $ne: name } },
      { limit: MAX_SECRETS, ...this.time },
    );
    if (count >= MAX_SECRETS)
      throw new CoglexError('unprocessable', { detail: `A project can have ${MAX_SECRETS} secrets.` });
    const $set = { sealed: this.seal(name, value), updated: new Date() };
    await this.secrets().updateOne({ _id: name }, { $set }, { upsert: true, ...this.time });
    // Not even a digest of the value: nobody but functions has to do with it.
    await this.audit.record('function_secret.stored', { on: { type: 'function_secret', id: name } });
  }

  /** @throws CoglexError `not_found` */
  async delete(name: string): Promise<void> {
    const { deletedCount } = await this.secrets().deleteOne({ _id: name }, this.time);
    if (deletedCount === 0) throw new CoglexError('not_found', { detail: 'There is no such secret.' });
    await this.audit.record('function_secret.deleted', { on: { type: 'function_secret', id: name } });
  }

  /** For code that is granted it. @throws CoglexError `not_found` */
  async reveal(name: string): Promise<string> {
    const stored = await this.secrets().findOne({ _id: name }, this.time);
    if (!stored) throw new CoglexError('not_found', { detail: 'There is no such secret.' });
    return this.open(name, stored.sealed);
  }

  private seal(name: string, value: string): string {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(CIPHER, this.key(), iv).setAAD(this.place(name));
    const encrypted = Buffer.concat([cipher.update(value, 'utf8'), cipher.final()]);
    return Buffer.concat([iv, cipher.getAuthTag(), encrypted]).toString('base64');
  }

  private open(name: string, sealed: string): string {
    const bytes = Buffer.from(sealed, 'base64');
    const tagEnd = IV_BYTES + 16;
    try {
      const decipher = createDecipheriv(CIPHER, this.key(), bytes.subarray(0, IV_BYTES))
        .setAAD(this.place(name))
        .setAuthTag(bytes.subarray(IV_BYTES, tagEnd));
      return Buffer.concat([decipher.update(bytes.subarray(tagEnd)), decipher.final()]).toString();
    } catch (cause) {
      throw new CoglexError('unprocessable', {
        detail: 'The secret was stored under another SERVER_SECRET. Store it again.',
        cause,
      });
    }
  }

  private key(): Buffer {
    return Buffer.from(this.keys.derive('function-secrets'), 'base64url');
  }

  /** Bound to the value, so that it cannot be moved to another name or project. */
  private place(name: string): Buffer {
    return Buffer.from(`${this.context.project}/${name}`);
  }

  private get time(): { maxTimeMS: number } {
    return { maxTimeMS: this.config.MONGODB_MAX_TIME_MS };
  }

  private secrets(): mongo.Collection<StoredSecret> {
    return this.database.collection<StoredSecret>('_SECRETS');
  }
}
