import type { mongo } from 'mongoose';
import type { StoredDocument } from '../database/database.service.js';
import type { Plain } from '../database/query/walk.js';
import type { ErrorCode } from '../errors/catalogue.js';
import { CoglexError } from '../errors/coglex-error.js';
import { EncryptedPaths } from './encrypted-paths.js';
import type { FieldSealer } from './field-sealer.js';
import { sealedFilter } from './filters.js';
import type { EncryptedField } from './encryption-state.js';
import { DRIVER_FORM, ENGINE_FORM, type ValueForm } from './plain-value.js';
import { checkSortPaths, sealedProjection, type SealedProjection } from './projections.js';
import { isSealed, type SealedValue } from './sealed-value.js';
import { sealedUpdate, setsEncrypted } from './updates.js';
import { valueAt, withValuesAt } from './values-at.js';

/** A document with its `_id`. */
export type Identified = mongo.Document & { _id?: unknown };

/**
 * The encryption of one collection, as it is declared at the moment. Everything inside the server is plain text:
 * documents are sealed on their way to the database and opened on their way from it.
 */
export class CollectionEncryption {
  /** Fields that new values are encrypted in. */
  readonly sealing: EncryptedPaths;

  constructor(
    /** All fields that may hold encrypted values, also those that are being decrypted. */
    readonly paths: EncryptedPaths,
    readonly sealer: FieldSealer,
  ) {
    this.sealing = new EncryptedPaths(paths.fields.filter(({ phase }) => phase !== 'opening'));
  }

  /**
   * A document as it is stored; what is sent in is not changed.
   *
   * @throws CoglexError `refusal` when a list stands above an encrypted field
   */
  seal<T extends Identified>(document: T, form = DRIVER_FORM, refusal: ErrorCode = 'document_refused'): T {
    return this.sealWithin(document, '', document._id, { form, refusal });
  }

  /**
   * What is to stand at a path of a document, as it is stored.
   *
   * @param path of the value; `''` for the whole document
   */
  sealWithin<T>(
    value: T,
    path: string,
    id: unknown,
    { form = DRIVER_FORM, refusal = 'document_refused' }: { form?: ValueForm; refusal?: ErrorCode } = {},
  ): T {
    const prefix = path === '' ? '' : `${path}.`;
    let sealed: unknown = value;
    for (const field of this.sealing.fields) {
      if (field.path !== path && !field.path.startsWith(prefix)) continue;
      const parts = field.path === path ? [] : field.path.slice(prefix.length).split('.');
      sealed = withValuesAt(sealed, parts, (plain) => this.sealer.seal(field, id, plain, { form, refusal }), {
        onList: () => {
          throw new CoglexError(refusal, {
            detail: `The field ${field.path} is encrypted: no list may stand above it.`,
          });
        },
      });
    }
    return sealed as T;
  }

  /**
   * A stored document in plain text.
   *
   * @throws CoglexError `decryption_failed` for a value that is not the one that was stored there, and
   * `encryption_key_missing`
   */
  open<T extends Identified>(document: T, form = DRIVER_FORM): T {
    return this.openFields(document, document._id, this.paths, form);
  }

  /** The same for some of the fields. */
  openFields<T>(document: T, id: unknown, { fields }: EncryptedPaths, form = DRIVER_FORM): T {
    let opened = document;
    for (const field of fields)
      opened = withValuesAt(opened, field.path.split('.'), (stored) => {
        if (isSealed(stored)) return form.fromBson(this.sealer.open(field, id, stored));
        // Where everything is encrypted, plain text was put there by somebody else.
        return field.phase === 'sealed' ? this.sealer.unreadable(field, id) : stored;
      });
    return opened;
  }

  /**
   * A changed document as it is stored. Values that have not changed stay as they are stored.
   *
   * @param after in plain text
   * @param stored the document before, as it is stored
   */
  reseal<T extends Plain>(after: T, before: Plain, stored: Plain, form: ValueForm): T {
    let sealed = after;
    for (const field of this.sealing.fields) {
      const parts = field.path.split('.');
      const kept = isSealed(valueAt(stored, parts)) ? form.toBson(valueAt(before, parts)) : undefined;
      sealed = withValuesAt(
        sealed,
        parts,
        (plain) =>
          kept && Buffer.compare(kept, form.toBson(plain)) === 0
            ? valueAt(stored, parts)
            : this.sealer.seal(field, after._id, plain, { form, refusal: 'update_refused' }),
        {
          onList: () => {
            throw new CoglexError('update_refused', {
              detail: `The field ${field.path} is encrypted: no list may stand above it.`,
            });
          },
        },
      );
    }
    return sealed;
  }

  /**
   * An update of one document as it is asked of the database.
   *
   * @throws CoglexError `update_refused` for what only plain values could be changed by
   */
  update<T extends mongo.UpdateFilter<mongo.Document>>(update: T, id: string): T {
    if (!this.setsFields(update)) return update;
    return sealedUpdate(update, (value, path) =>
      this.sealWithin(value, path, id, { refusal: 'update_refused' }),
    );
  }

  /**
   * Whether an update sets encrypted fields, so that every document needs values of its own.
   *
   * @throws CoglexError `update_refused`
   */
  setsFields(update: mongo.UpdateFilter<mongo.Document>): boolean {
    return setsEncrypted(update, this.paths);
  }

  /**
   * A stored value as it is to be stored now: in plain text where the field is no longer declared, else encrypted with
   * the current key. The same when it is so already.
   */
  settled(field: EncryptedField, id: unknown, value: SealedValue): unknown {
    if (field.phase === 'opening') return ENGINE_FORM.fromBson(this.sealer.open(field, id, value));
    const bson = this.sealer.open(field, id, value);
    return this.sealer.isCurrent(field, value, bson) ? value : this.sealer.sealBson(field, id, bson);
  }

  /** A projection of documents that are opened then. @throws CoglexError `query_refused` */
  projection(projection: Plain | undefined): SealedProjection {
    return sealedProjection(projection, this.paths);
  }

  /** @throws CoglexError `query_refused` for a sort by what is encrypted */
  checkSort(sort: Plain | undefined): void {
    checkSortPaths(sort, this.paths);
  }

  /** A filter on plain documents as it is asked of the database. @throws CoglexError `query_refused` */
  filter<T extends mongo.Document = StoredDocument>(filter: mongo.Filter<T>): mongo.Filter<T> {
    return sealedFilter(filter, this.paths, this.sealer) as mongo.Filter<T>;
  }
}
