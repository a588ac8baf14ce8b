import { Module } from '@nestjs/common';
import { QueryModule } from '../../platform/database/query/query.module.js';
import { CollectionPipe } from './collection.pipe.js';
import { DocumentInserter } from './document-inserter.service.js';
import { QueryParameters } from './query-parameters.service.js';
import { StorageController } from './storage.controller.js';
import { StorageService } from './storage.service.js';

/** Documents over REST: `/service/storage/v1`. */
@Module({
  imports: [QueryModule],
  controllers: [StorageController],
  providers: [StorageService, QueryParameters, DocumentInserter, CollectionPipe],
  exports: [QueryParameters],
})
export class StorageModule {}
