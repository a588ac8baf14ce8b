import { Module } from '@nestjs/common';
import { QueryModule } from '../../platform/database/query/query.module.js';
import { SchemaModule } from '../schema/index.js';
import { CheckedUpdates } from './checked-updates.service.js';
import { CollectionPipe } from './collection.pipe.js';
import { DocumentInserter } from './document-inserter.service.js';
import { DocumentWriter } from './document-writer.service.js';
import { QueryParameters } from './query-parameters.service.js';
import { RowAccess } from './row-access.service.js';
import { StorageController } from './storage.controller.js';
import { StorageService } from './storage.service.js';
import { ModuleRegistry } from '../../platform/modules/module-registry.service.js';

/** Documents over REST: `/service/storage/v1`. */
@Module({
  imports: [QueryModule, SchemaModule],
  controllers: [StorageController],
  providers: [
    StorageService,
    DocumentWriter,
    CheckedUpdates,
    RowAccess,
    QueryParameters,
    DocumentInserter,
    CollectionPipe,
  ],
  exports: [CheckedUpdates, QueryParameters, StorageService, DocumentWriter],
})
export class StorageModule {
  constructor(modules: ModuleRegistry) {
    modules.register({ key: 'storage', title: 'Documents', needs: ['database', 'schema'] });
  }
}
