import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { mongo } from 'mongoose';
import { PinoLogger } from 'nestjs-pino';
import { Config } from '../../platform/config/config.js';
import { Database } from '../../platform/database/database.service.js';
import { CoglexError } from '../../platform/errors/coglex-error.js';
import { Events } from '../../platform/events/events.service.js';
import {
  DECLARATIONS,
  type Declaration,
  type StoredDeclaration,
} from '../../platform/security/rules/declaration.js';
import { Declarations } from '../../platform/security/rules/declarations.service.js';
import { DeclarationReader } from './declaration-reader.service.js';
import { DeclaredIndexes } from './declared-indexes.service.js';
import { DocumentSchemas } from './document-schemas.service.js';
import type { DeclarationDto, DeclaredDto } from './dto/declaration.dto.js';
import { openWrites } from './open-writes.js';
import { StoredDocuments, type StoredDocumentsCheck } from './stored-documents-check.service.js';

/** Most collections of one project of which something is declared. */
const MAX_DECLARATIONS = 1000;

/** Parts that the services of files and accounts keep to. The rest is for collections of documents. */
const SYSTEM_PARTS: readonly string[] = ['rules'];

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
    private readonly events: Events,
    private readonly config: Config,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(SchemaService.name);
  }

  /** @throws CoglexError `not_found` */
  async get(collection: string): Promise<DeclaredDto> {
    const stored = await this.stored().findOne({ _id: collection }, this.time());
    return stored ? this.told(stored) : undeclared();
  }

  async list(): Promise<DeclaredDto[]> {
    const stored = await this.stored()
      .find({}, { ...this.time(), sort: { _id: 1 }, limit: MAX_DECLARATIONS })
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
    if (collection.startsWith('_') || collection === this.config.MONGODB_AUTH_COLLECTION)
      refuseOnSystem(declaration);
    const version = randomUUID();
    // Compiled as it will be read back.
    const text = JSON.stringify(declaration);
    const compiled = this.declarations.compile(collection, version, JSON.parse(text) as Declaration);
    const schema = this.schemas.compile(compiled);
    const validation = await this.documents.check(collection, schema);
    if (declaration.validate !== 'new') refuseFailing(validation);
    await this.store(collection, version, text);
    this.declarations.forget();
    this.indexes.wake();
    for (const action of openWrites(declaration))
      this.logger.warn({ collection, action }, 'A rule lets anybody with a key write');
    await this.events.publish('schema.changed', { collection });
    const told = await this.get(collection);
    return schema.isStrict ? { ...told, validation } : told;
  }

  /** @throws CoglexError `not_found` */
  async remove(collection: string): Promise<void> {
    const { deletedCount } = await this.stored().deleteOne({ _id: collection }, this.time());
    if (deletedCount === 0) return undeclared();
    this.declarations.forget();
    await this.indexes.removeAll(collection);
    await this.events.publish('schema.removed', { collection });
  }

  private async store(collection: string, version: string, declaration: string): Promise<void> {
    const now = new Date();
    const change = { $set: { version, declaration, pending: true, failures: {}, _patched: now } };
    const { matchedCount } = await this.stored().updateOne({ _id: collection }, change, this.time());
    if (matchedCount > 0) return;
    if ((await this.stored().countDocuments({}, this.time())) >= MAX_DECLARATIONS)
      throw new CoglexError('unprocessable', {
        detail: `A project can declare ${MAX_DECLARATIONS} collections.`,
      });
    const { _patched, ...first } = change.$set;
    await this.stored().updateOne(
      { _id: collection },
      { $set: first, $setOnInsert: { _inserted: now } },
      { ...this.time(), upsert: true },
    );
  }

  private async told({ _id: collection, declaration: text, _inserted, _patched }: StoredDeclaration) {
    const declaration = JSON.parse(text) as Declaration;
    const states = await this.indexes.statesOf(collection, declaration);
    const indexes = declaration.indexes?.map((index, at) => ({ ...states[at], ...index }));
    const expiry = declaration.ttl === undefined ? undefined : states.at(-1);
    return {
      collection,
      ...declaration,
      ...(indexes ? { indexes } : {}),
      ...(expiry ? { ttl_index: expiry } : {}),
      _inserted,
      ...(_patched ? { _patched } : {}),
    };
  }

  private time() {
    return { maxTimeMS: this.config.MONGODB_MAX_TIME_MS };
  }

  private stored(): mongo.Collection<StoredDeclaration & { failures?: Record<string, string> }> {
    return this.database.collection(DECLARATIONS);
  }
}

function refuseOnSystem(declaration: Declaration): void {
  const errors = Object.keys(declaration)
    .filter((part) => !SYSTEM_PARTS.includes(part))
    .map((part) => ({ field: `/${part}`, message: 'is not for files and accounts' }));
  if (errors.length > 0)
    throw new CoglexError('validation_failed', { detail: `Files and accounts have rules alone.`, errors });
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
