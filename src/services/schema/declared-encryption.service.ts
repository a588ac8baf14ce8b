import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { Config } from '../../platform/config/config.js';
import { Database } from '../../platform/database/database.service.js';
import { EncryptionKeys } from '../../platform/encryption/encryption-keys.service.js';
import {
  isUnsettled,
  nextFields,
  type EncryptedField,
  type StoredEncryption,
} from '../../platform/encryption/encryption-state.js';
import { MAX_INDEXED_LIST } from '../../platform/encryption/field-sealer.js';
import { BLIND } from '../../platform/encryption/sealed-value.js';
import { CoglexError } from '../../platform/errors/coglex-error.js';
import type { Declaration } from '../../platform/security/rules/declaration.js';

const BESIDE_DATA =
  'The key of encrypted fields is derived from a SERVER_SECRET that lies in DATA_DIR: whoever takes the directory can decrypt them. Set ENCRYPTION_KEYS, or SERVER_SECRET.';

/** Works out what a new declaration means for documents that are stored already. */
@Injectable()
export class DeclaredEncryption {
  constructor(
    private readonly database: Database,
    private readonly keys: EncryptionKeys,
    private readonly config: Config,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(DeclaredEncryption.name);
  }

  /**
   * The state of encryption under a new declaration; `undefined` where nothing is, nor was, encrypted.
   *
   * @throws CoglexError `schema_conflict` for stored documents whose fields cannot be encrypted, `conflict` for what
   * has to wait until documents are encrypted or decrypted
   */
  async next(
    collection: string,
    declaration: Declaration,
    before: StoredEncryption | undefined,
  ): Promise<StoredEncryption | undefined> {
    const fields = nextFields(before?.fields ?? [], declaration.encrypted ?? {});
    if (fields.length === 0) return undefined;
    refuseOverlap(fields);
    const known = new Set(before?.fields.map(({ path }) => path));
    for (const field of fields) if (!known.has(field.path)) await this.checkStored(collection, field);
    await this.checkUnique(collection, declaration, fields, before);
    if (before && JSON.stringify(before.fields) === JSON.stringify(fields)) return before;
    const { pass: _, failed: _failed, ...kept } = before ?? { keys: [this.keys.current.id] };
    return { ...kept, fields, wanted: randomUUID(), since: new Date(), pending: isUnsettled(fields) };
  }

  /** What an operator should know who encrypts fields, which is logged too. */
  warnings(collection: string, { encrypted = {} }: Declaration): string[] {
    if (Object.keys(encrypted).length === 0 || !this.keys.liesBesideData) return [];
    this.logger.warn({ collection }, BESIDE_DATA);
    return [BESIDE_DATA];
  }

  private async checkStored(collection: string, { path, index }: EncryptedField): Promise<void> {
    const parts = path.split('.');
    const above = parts.slice(1).map((_, at) => parts.slice(0, at + 1).join('.'));
    for (const list of above)
      if (await this.has(collection, { [list]: { $type: 'array' } }))
        throw new CoglexError('schema_conflict', {
          detail: `Stored documents have a list in ${list}: what is in its elements cannot be encrypted. Encrypt ${list} as a whole.`,
        });
    if (index && (await this.has(collection, { [`${path}.${MAX_INDEXED_LIST}`]: { $exists: true } })))
      throw new CoglexError('schema_conflict', {
        detail: `Stored documents have lists of more than ${MAX_INDEXED_LIST} elements in ${path}: it can be encrypted without an index.`,
      });
  }

  /** Values are unique by their blind indexes: all must have one, and of one key. */
  private async checkUnique(
    collection: string,
    { indexes = [] }: Declaration,
    fields: readonly EncryptedField[],
    before: StoredEncryption | undefined,
  ): Promise<void> {
    const unique = new Set(indexes.filter((index) => index.unique).flatMap(({ keys }) => Object.keys(keys)));
    for (const { path, phase } of fields.filter((field) => unique.has(field.path))) {
      if (phase === 'sealed' && (before?.keys.length ?? 0) <= 1) continue;
      const isPlain = { [path]: { $exists: true }, [`${path}.${BLIND}`]: { $exists: false } };
      const isMixed =
        phase === 'opening' || (before?.keys.length ?? 0) > 1 || (await this.has(collection, isPlain));
      if (isMixed && (phase === 'opening' || !(await this.isUniqueAlready(collection, path))))
        throw new CoglexError('conflict', {
          detail: `Documents with ${path} are not all encrypted by one key yet. Declare it without the unique index, rotate the keys where there are several, and make it unique when that is done.`,
        });
    }
  }

  /** Whether an index of an earlier declaration keeps the values unique, whatever key they were stored with. */
  private async isUniqueAlready(collection: string, path: string): Promise<boolean> {
    const indexes = await this.database
      .collection(collection)
      .listIndexes()
      .toArray()
      .catch(() => []);
    return indexes.some(
      ({ key, unique }) => unique === true && Object.hasOwn(key as object, `${path}.${BLIND}`),
    );
  }

  private async has(collection: string, filter: Record<string, unknown>): Promise<boolean> {
    const options = { projection: { _id: 1 }, maxTimeMS: this.config.MONGODB_MAX_TIME_MS };
    return (await this.database.collection(collection).findOne(filter, options)) !== null;
  }
}

function refuseOverlap(fields: readonly EncryptedField[]): void {
  for (const { path } of fields)
    for (const other of fields)
      if (other.path.startsWith(`${path}.`))
        throw new CoglexError('conflict', {
          detail: `The field ${other.phase === 'opening' ? other.path : path} is still being decrypted. Declare the other one when that is done.`,
        });
}
