import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { mongo } from 'mongoose';
import { PinoLogger } from 'nestjs-pino';
import { Audit } from '../../platform/audit/audit.service.js';
import { Config } from '../../platform/config/config.js';
import { Database } from '../../platform/database/database.service.js';
import { OpenCollections } from '../../platform/database/query/open-collections.service.js';
import { EncryptedProjects } from '../../platform/encryption/encrypted-projects.service.js';
import { EncryptionJob } from '../../platform/encryption/encryption-job.service.js';
import { progressOf, type StoredEncryption } from '../../platform/encryption/encryption-state.js';
import { CoglexError } from '../../platform/errors/coglex-error.js';
import { Events } from '../../platform/events/events.service.js';
import {
  DECLARATIONS,
  type Declaration,
  type StoredDeclaration,
} from '../../platform/security/rules/declaration.js';
import { Declarations } from '../../platform/security/rules/declarations.service.js';
import { DeclarationReader } from './declaration-reader.service.js';
import { DeclaredEncryption } from './declared-encryption.service.js';
import { DeclaredIndexes } from './declared-indexes.service.js';
import { DocumentSchemas } from './document-schemas.service.js';
import type { DeclarationDto, DeclaredDto } from './dto/declaration.dto.js';
import { checkEncrypted } from './encryption-checks.js';
import { openWrites } from './open-writes.js';
import { StoredDocuments, type StoredDocumentsCheck } from './stored-documents-check.service.js';

/** Most collections of one project of which something is declared. */
const MAX_DECLARATIONS = 1000;

/** Parts that the services of files and of accounts keep to. The rest is for collections of documents. */
const FILE_PARTS: readonly string[] = ['rules'];
const ACCOUNT_PARTS: readonly string[] = ['rules', 'encrypted'];

/** How often somebody else may declare the same collection at the same time. */
const MAX_ATTEMPTS = 5;

const DUPLICATE_KEY = 11000;

type Stored = StoredDeclaration & { failures?: Record<string, string> };

/** What was removed stays as long as documents have to be decrypted. */
const NOT_REMOVED = { removed: { $exists: false } };

declare module '../../platform/events/event-map.js' {
  interface EventMap {
    'schema.changed': { collection: string };
    'schema.removed': { collection: string };
  }
}

/** Declarations of collections: what their documents are like, and who may do what with them. */
@Injectable()
export class SchemaService {
  constructor(
    private readonly database: Database,
    private readonly declarations: Declarations,
    private readonly reader: DeclarationReader,
    private readonly schemas: DocumentSchemas,
    private readonly indexes: DeclaredIndexes,
    private readonly documents: StoredDocuments,
    private readonly encryption: DeclaredEncryption,
    private readonly collections: OpenCollections,
    private readonly projects: EncryptedProjects,
    private readonly encryptionJob: EncryptionJob,
    private readonly events: Events,
    private readonly audit: Audit,
    private readonly config: Config,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(SchemaService.name);
  }

  /** @throws CoglexError `not_found` */
  async get(collection: string): Promise<DeclaredDto> {
    const stored = await this.stored().findOne({ _id: collection, ...NOT_REMOVED }, this.time());
    return stored ? this.told(stored) : undeclared();
  }

  async list(): Promise<DeclaredDto[]> {
    const stored = await this.stored()
      .find(NOT_REMOVED, { ...this.time(), sort: { _id: 1 }, limit: MAX_DECLARATIONS })
      .toArray();
    return Promise.all(stored.map((one) => this.told(one)));
  }

  /**
   * Puts a declaration in the place of the last one.
   *
   * @throws CoglexError `rule_refused`, `schema_refused`, `validation_failed`; `schema_conflict` when stored documents
   * do not fulfil the schema, unless it says `validate: "new"`
   */
  async put(collection: string, body: DeclarationDto): Promise<DeclaredDto> {
    const declaration = this.reader.read(body);
    this.refuseUnfit(collection, declaration);
    const version = randomUUID();
    // Compiled as it will be read back.
    const text = JSON.stringify(declaration);
    const compiled = this.declarations.compile(collection, version, JSON.parse(text) as Declaration);
    const schema = this.schemas.compile(compiled);
    const validation = await this.documents.check(collection, schema);
    if (declaration.validate !== 'new') refuseFailing(validation);
    const before = await this.store(collection, version, declaration);
    this.declarations.forget();
    this.indexes.wake();
    this.encryptionJob.wake();
    for (const action of openWrites(declaration))
      this.logger.warn({ collection, action }, 'A rule lets anybody with a key write');
    await this.audit.record('schema.changed', { on: thingOf(collection), before, after: declaration });
    await this.events.publish('schema.changed', { collection });
    const told = await this.get(collection);
    const warnings = this.encryption.warnings(collection, declaration);
    return {
      ...told,
      ...(schema.isStrict ? { validation } : {}),
      ...(warnings.length > 0 ? { warnings } : {}),
    };
  }

  /** @throws CoglexError `not_found` */
  async remove(collection: string): Promise<void> {
    const before = await this.stored().findOne({ _id: collection, ...NOT_REMOVED }, this.time());
    if (!before) return undeclared();
    const encryption = await this.encryption.next(collection, {}, before.encryption);
    const isGone = await this.noting(encryption, () => this.takeAway(before, encryption));
    if (!isGone) return this.remove(collection);
    this.declarations.forget();
    await this.indexes.removeAll(collection);
    this.encryptionJob.wake();
    await this.audit.record('schema.removed', { on: thingOf(collection), before: declarationIn(before) });
    await this.events.publish('schema.removed', { collection });
  }

  private refuseUnfit(collection: string, declaration: Declaration): void {
    const holdsAccounts = this.collections.holdsAccounts(collection);
    if (holdsAccounts)
      refuseOthers(declaration, ACCOUNT_PARTS, 'Accounts have rules and encrypted fields alone.');
    else if (collection.startsWith('_')) refuseOthers(declaration, FILE_PARTS, 'Files have rules alone.');
    checkEncrypted(declaration, holdsAccounts);
  }

  /**
   * What becomes of encrypted fields depends on the last declaration: if that has changed, it is looked at again.
   *
   * @returns the last declaration
   */
  private async store(
    collection: string,
    version: string,
    declaration: Declaration,
  ): Promise<Declaration | undefined> {
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
      const before = await this.stored().findOne({ _id: collection }, this.time());
      const encryption = await this.encryption.next(collection, declaration, before?.encryption);
      const text = JSON.stringify(declaration);
      const parts = { version, declaration: text, pending: true, failures: {} };
      const isStored = await this.noting(encryption, () =>
        before ? this.replace(before, parts, encryption) : this.add(collection, parts, encryption),
      );
      if (isStored) return before ? declarationIn(before) : undefined;
    }
    throw new CoglexError('conflict', { detail: 'Others declare the collection all the time. Try again.' });
  }

  /** Does a write that may leave documents to be encrypted or decrypted. */
  private noting<T>(encryption: StoredEncryption | undefined, write: () => Promise<T>): Promise<T> {
    return encryption?.pending ? this.projects.around(write) : write();
  }

  /** What is encrypted is decrypted first; until then the declaration stays as a removed one. */
  private async takeAway(
    { _id, version }: Stored,
    encryption: StoredEncryption | undefined,
  ): Promise<boolean> {
    const filter = { _id, version };
    if (!encryption) return (await this.stored().deleteOne(filter, this.time())).deletedCount === 1;
    const $set = {
      version: randomUUID(),
      declaration: '{}',
      removed: true as const,
      pending: false,
      encryption,
    };
    return (await this.stored().updateOne(filter, { $set }, this.time())).modifiedCount === 1;
  }

  private async replace(
    { _id, version }: Stored,
    parts: Partial<Stored>,
    encryption: StoredEncryption | undefined,
  ): Promise<boolean> {
    const gone: Record<string, ''> = encryption ? { removed: '' } : { removed: '', encryption: '' };
    const $set = { ...parts, ...(encryption ? { encryption } : {}), _patched: new Date() };
    const { matchedCount } = await this.stored().updateOne(
      { _id, version },
      { $set, $unset: gone },
      this.time(),
    );
    return matchedCount > 0;
  }

  private async add(
    _id: string,
    parts: Pick<Stored, 'version' | 'declaration' | 'pending' | 'failures'>,
    encryption: StoredEncryption | undefined,
  ): Promise<boolean> {
    if ((await this.stored().countDocuments({}, this.time())) >= MAX_DECLARATIONS)
      throw new CoglexError('unprocessable', {
        detail: `A project can declare ${MAX_DECLARATIONS} collections.`,
      });
    try {
      const stored = { _id, ...parts, ...(encryption ? { encryption } : {}), _inserted: new Date() };
      await this.stored().insertOne(stored, this.time());
      return true;
    } catch (error) {
      if (error instanceof mongo.MongoServerError && error.code === DUPLICATE_KEY) return false;
      throw error;
    }
  }

  private async told({
    _id: collection,
    declaration: text,
    encryption,
    _inserted,
    _patched,
  }: StoredDeclaration) {
    const declaration = JSON.parse(text) as Declaration;
    const states = await this.indexes.statesOf(collection, declaration);
    const indexes = declaration.indexes?.map((index, at) => ({ ...states[at], ...index }));
    const expiry = declaration.ttl === undefined ? undefined : states.at(-1);
    return {
      collection,
      ...declaration,
      ...(indexes ? { indexes } : {}),
      ...(expiry ? { ttl_index: expiry } : {}),
      ...(encryption ? { encryption: progressOf(encryption) } : {}),
      _inserted,
      ...(_patched ? { _patched } : {}),
    };
  }

  private time() {
    return { maxTimeMS: this.config.MONGODB_MAX_TIME_MS };
  }

  private stored(): mongo.Collection<Stored> {
    return this.database.collection(DECLARATIONS);
  }
}

const thingOf = (collection: string) => ({ type: 'schema', id: collection });

const declarationIn = ({ declaration }: Stored) => JSON.parse(declaration) as Declaration;

function refuseOthers(declaration: Declaration, parts: readonly string[], detail: string): void {
  const errors = Object.keys(declaration)
    .filter((part) => !parts.includes(part))
    .map((part) => ({ field: `/${part}`, message: 'is not for files and accounts' }));
  if (errors.length > 0) throw new CoglexError('validation_failed', { detail, errors });
}

function refuseFailing({ checked, failing, complete }: StoredDocumentsCheck): void {
  if (failing === 0 && complete) return;
  throw new CoglexError('schema_conflict', {
    detail: complete
      ? `${failing} of ${checked} stored documents do not fulfil the schema. Send "validate": "new" to keep them as they are.`
      : 'There are too many documents to look at all of them now. Send "validate": "new" to declare the schema for new ones.',
    extensions: { checked, failing },
  });
}

function undeclared(): never {
  throw new CoglexError('not_found', { detail: 'Nothing is declared for such a collection.' });
}
