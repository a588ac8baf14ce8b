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
import { FileStore } from './file-store.service.js';
import { FileRules } from './files/file-rules.service.js';
import { FileUpdates } from './files/file-updates.service.js';
import { Files } from './files/files.service.js';
import { ProjectUsage } from './quotas/usage.service.js';
import { Finisher } from './resumable/finisher.service.js';
import { ResumableController } from './resumable/resumable.controller.js';
import { ResumableUploads } from './resumable/resumable-uploads.service.js';
import { TusService } from './resumable/tus.service.js';
import { UploadStore } from './resumable/upload-store.service.js';
import { ArchiveSweep } from './sweeping/archive-sweep.service.js';
import { Backlog } from './scanning/backlog.service.js';
import { Deliveries } from './images/deliveries.service.js';
import { ImageCache } from './images/image-cache.service.js';
import { Images } from './images/images.service.js';
import { Links } from './links/links.service.js';
import { LinksController } from './links/links.controller.js';
import { Mover } from './upkeep/mover.service.js';
import { Verifier } from './upkeep/verifier.service.js';
import { Scanner } from './scanning/scanner.service.js';
import { Ingest } from './upload/ingest.service.js';
import { FileMetadata } from './upload/metadata.service.js';
import { Publisher } from './upload/publisher.service.js';
import { Uploads } from './upload/uploads.service.js';
import { ModuleRegistry } from '../../platform/modules/module-registry.service.js';

/** Files over REST: `/service/archive/v1`. */
@Module({
  imports: [QueryModule, StorageModule],
  // The paths of words come first, so that none of them is taken for a reference.
  controllers: [ResumableController, LinksController, ArchiveV1Controller, ArchiveController],
  providers: [
    Mover,
    Verifier,
    ArchiveSweep,
    Backlog,
    Deliveries,
    ImageCache,
    Images,
    Links,
    ArchiveIndexes,
    BlobReader,
    Blobs,
    Downloads,
    Drivers,
    FileMetadata,
    FileRules,
    FileStore,
    FileUpdates,
    Files,
    Finisher,
    Ingest,
    ProjectUsage,
    Publisher,
    ResumableUploads,
    Scanner,
    TusService,
    UploadStore,
    Uploads,
  ],
  exports: [FileStore],
})
export class ArchiveModule {
  constructor(modules: ModuleRegistry) {
    modules.register({
      key: 'archive',
      title: 'Files',
      needs: ['database', 'files'],
      uses: ['scanner', 'jobs'],
    });
  }
}
