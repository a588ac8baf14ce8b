import type { mongo } from 'mongoose';
import type { ErrorCode } from '../errors/catalogue.js';
import { CoglexError } from '../errors/coglex-error.js';
import { blindIndex, keyIdOf, open, seal } from './cipher.js';
import type { EncryptionKeys, FieldKeys } from './encryption-keys.service.js';
import type { EncryptedField } from './encryption-state.js';
import { canonicalForms, DRIVER_FORM, padded, unpadded, type ValueForm } from './plain-value.js';
import { blindOf, bytesOf, sealedValue, type SealedValue } from './sealed-value.js';

/** Most elements of a list in a field with an index: each is found by a blind index of its own. */
export const MAX_INDEXED_LIST = 1000;

/** Where the documents are, and which keys their values need. */
export interface SealerScope {
  project: string;
  collection: string;
  /** Ids of keys that stored values may need. */
  keys: readonly string[];
  /** Paths of fields that an index makes unique. */
  unique: ReadonlySet<string>;
}

/** Encrypts and decrypts the values of a collection's fields. */
export class FieldSealer {
  constructor(
    readonly scope: SealerScope,
    private readonly keys: EncryptionKeys,
  ) {}

  /**
   * @param id `_id` of the document that the value is for
   * @param refusal code of the error when the value cannot be stored
   */
  seal(
    field: EncryptedField,
    id: unknown,
    value: unknown,
    { form = DRIVER_FORM, refusal = 'document_refused' }: { form?: ValueForm; refusal?: ErrorCode } = {},
  ): SealedValue {
    if (field.index && Array.isArray(value) && value.length > MAX_INDEXED_LIST)
      throw new CoglexError(refusal, {
        detail: `The field ${field.path} is encrypted and has an index: a list in it may have ${MAX_INDEXED_LIST} elements.`,
      });
    return this.sealBson(field, id, form.toBson(value));
  }

  /** The same for the bytes of BSON that {@link open} gives. */
  sealBson(field: EncryptedField, id: unknown, bson: Uint8Array): SealedValue {
    const { id: keyId } = this.keys.current;
    const sealed = seal(this.keysOf(keyId, field).seal, keyId, this.bound(field, id), padded(bson));
    return sealedValue(sealed, field.index ? this.blindIndexes(field, bson) : undefined);
  }

  /** The bytes of BSON that a stored value holds. @throws CoglexError `decryption_failed`, `encryption_key_missing` */
  open(field: EncryptedField, id: unknown, { _sealed: binary }: SealedValue): Uint8Array {
    const sealed = bytesOf(binary);
    const keyId = keyIdOf(sealed);
    if (keyId === undefined) return this.unreadable(field, id);
    const plain = open(this.keysOf(keyId, field).seal, this.bound(field, id), sealed);
    return plain ? unpadded(plain) : this.unreadable(field, id);
  }

  /** Whether a stored value is just as it would be encrypted now. */
  isCurrent(field: EncryptedField, value: SealedValue, bson: Uint8Array): boolean {
    if (keyIdOf(bytesOf(value._sealed)) !== this.keys.current.id) return false;
    const wanted = field.index ? this.blindIndexes(field, bson) : [];
    const stored = blindOf(value);
    return (
      wanted.length === stored.length && wanted.every((blind, at) => Buffer.compare(blind, stored[at]) === 0)
    );
  }

  /** Everything that a value may be found by, whichever key it was stored with. */
  searched(field: EncryptedField, value: unknown): mongo.Binary[] {
    const [whole] = canonicalForms(DRIVER_FORM.toBson(value));
    return this.searchKeys().map(
      (id) => sealedValue(new Uint8Array(), [blindIndex(this.keysOf(id, field).blind, whole)])._blind,
    ) as mongo.Binary[];
  }

  /** A value that cannot be what was stored. */
  unreadable(field: EncryptedField, id: unknown): never {
    throw new CoglexError('decryption_failed', {
      detail: `The field ${field.path} of the document ${String(id)} in ${this.scope.collection} cannot be decrypted: it was changed outside of the server, or belongs elsewhere.`,
    });
  }

  /** In a unique field a value is compared with those of all keys, so that none is there twice while keys change. */
  private blindIndexes(field: EncryptedField, bson: Uint8Array): Uint8Array[] {
    const forms = canonicalForms(bson);
    const ids = this.scope.unique.has(field.path) ? this.searchKeys() : [this.keys.current.id];
    const all = ids.flatMap((id) => {
      const { blind } = this.keysOf(id, field);
      return forms.map((form) => blindIndex(blind, form));
    });
    return [...new Map(all.map((index) => [Buffer.from(index).toString('hex'), index])).values()];
  }

  /** Ids of all keys by which values may have been stored, the current one first. */
  private searchKeys(): string[] {
    return [...new Set([...this.keys.own, ...this.scope.keys])];
  }

  private keysOf(id: string, { path }: EncryptedField): FieldKeys {
    const { project, collection } = this.scope;
    const keys = this.keys.of(id, { project, collection, path });
    if (keys) return keys;
    throw new CoglexError('encryption_key_missing', {
      detail: `The field ${path} of ${collection} is encrypted with the key ${id}, which the server does not have.`,
    });
  }

  /** What a value is bound to: in another document, another field or another collection it is not readable. */
  private bound({ path }: EncryptedField, id: unknown): Uint8Array {
    const { project, collection } = this.scope;
    // An id of another type, which came from elsewhere, is what it is equal to: 5 and 5.0 are read as the same.
    const name = typeof id === 'string' ? ['text', id] : ['value', canonicalText(id)];
    return Buffer.from(JSON.stringify([project, collection, ...name, path]));
  }
}

const canonicalText = (value: unknown): string =>
  Buffer.from(canonicalForms(DRIVER_FORM.toBson(value))[0]).toString('hex');
