import { Module } from '@nestjs/common';
import { QueryModule } from '../../platform/database/query/query.module.js';
import { DeclarationReader } from './declaration-reader.service.js';
import { DeclaredEncryption } from './declared-encryption.service.js';
import { DeclaredIndexes } from './declared-indexes.service.js';
import { DocumentSchemas } from './document-schemas.service.js';
import { OpenWriteWarnings } from './open-write-warnings.service.js';
import { RuleTrial } from './rule-trial.service.js';
import { SchemaController } from './schema.controller.js';
import { SchemaService } from './schema.service.js';
import { StoredDocuments } from './stored-documents-check.service.js';
import { ModuleRegistry } from '../../platform/modules/module-registry.service.js';

/** Declarations of collections: `/service/schema/v1`, and {@link DocumentSchemas} for those who write documents. */
@Module({
  imports: [QueryModule],
  controllers: [SchemaController],
  providers: [
    SchemaService,
    DeclarationReader,
    DeclaredEncryption,
    DeclaredIndexes,
    DocumentSchemas,
    OpenWriteWarnings,
    RuleTrial,
    StoredDocuments,
  ],
  exports: [DocumentSchemas],
})
export class SchemaModule {
  constructor(modules: ModuleRegistry) {
    modules.register({ key: 'schema', title: 'Schemas and rules', needs: ['database'] });
  }
}
