import { Module } from '@nestjs/common';
import { QueryModule } from '../../platform/database/query/query.module.js';
import { StorageModule } from '../storage/index.js';
import { ArchiveController } from './archive.controller.js';
import { ArchiveIndexes } from './archive-indexes.service.js';
import { ArchiveV1Controller } from './archive-v1.controller.js';
import { BlobReader } from './blobs/blob-reader.service.js';
import { Blobs } from './blobs/blobs.service.js';
import { Downloads } from './download/downloads.service.js';
import { Drivers } from './drivers/drivers.service.js';
import { FileRules } from './files/file-rules.service.js';
import { FileUpdates } from './files/file-updates.service.js';
import { Files } from './files/files.service.js';
import { ProjectUsage } from './quotas/usage.service.js';
import { Scanner } from './scanning/scanner.service.js';
import { Ingest } from './upload/ingest.service.js';
import { FileMetadata } from './upload/metadata.service.js';
import { Publisher } from './upload/publisher.service.js';
import { Uploads } from './upload/uploads.service.js';

/** Files over REST: `/service/archive/v1`. */
@Module({
  imports: [QueryModule, StorageModule],
  // The paths of words come first, so that none of them is taken for a reference.
  controllers: [ArchiveV1Controller, ArchiveController],
  providers: [
    ArchiveIndexes,
    BlobReader,
    Blobs,
    Downloads,
    Drivers,
    FileMetadata,
    FileRules,
    FileUpdates,
    Files,
    Ingest,
    ProjectUsage,
    Publisher,
    Scanner,
    Uploads,
  ],
})
export class ArchiveModule {}
