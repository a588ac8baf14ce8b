import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.service.js';
import type { CompiledDeclaration } from '../security/rules/compiled-declaration.js';
import type { CompiledEncryption } from '../security/rules/compiled-encryption.js';
import { DECLARATIONS, type StoredDeclaration } from '../security/rules/declaration.js';
import { Declarations } from '../security/rules/declarations.service.js';
import { ProjectContext } from '../tenancy/project-context.service.js';
import { CollectionEncryption } from './collection-encryption.js';
import { EncryptionKeys } from './encryption-keys.service.js';
import { FieldSealer } from './field-sealer.js';

/**
 * Encryption of the fields that declarations name. Whoever reads or writes documents of applications asks here for
 * their collection.
 */
@Injectable()
export class FieldEncryption {
  private readonly made = new WeakMap<CompiledDeclaration, CollectionEncryption>();

  constructor(
    private readonly declarations: Declarations,
    private readonly keys: EncryptionKeys,
    private readonly context: ProjectContext,
    private readonly database: Database,
  ) {}

  /** To read from a collection of the current project; `undefined` where nothing is encrypted. */
  async of(collection: string): Promise<CollectionEncryption | undefined> {
    const declared = await this.declarations.of(collection);
    return declared && this.compiled(declared);
  }

  /** To write to a collection: it is noted first that the current key is needed from now on. */
  async toWrite(collection: string): Promise<CollectionEncryption | undefined> {
    const declared = await this.declarations.of(collection);
    if (!declared?.encryption) return undefined;
    const { id } = this.keys.current;
    const seals = declared.encryption.paths.fields.some(({ phase }) => phase !== 'opening');
    if (!seals || declared.encryption.keys.includes(id)) return this.compiled(declared);
    await this.database
      .collection<StoredDeclaration>(DECLARATIONS)
      .updateOne(
        { _id: collection, encryption: { $exists: true } },
        { $addToSet: { 'encryption.keys': id }, $set: { version: randomUUID() } },
      );
    this.declarations.forget();
    return this.of(collection);
  }

  /** What encrypts and decrypts the values of a collection of the current project. */
  sealerOf(collection: string, { keys, unique }: CompiledEncryption): FieldSealer {
    return new FieldSealer({ project: this.context.project, collection, keys, unique }, this.keys);
  }

  private compiled(declared: CompiledDeclaration): CollectionEncryption | undefined {
    const { encryption, collection } = declared;
    if (!encryption) return undefined;
    let made = this.made.get(declared);
    if (!made) {
      made = new CollectionEncryption(encryption.paths, this.sealerOf(collection, encryption));
      this.made.set(declared, made);
    }
    return made;
  }
}
