import { Global, Module } from '@nestjs/common';
import { EncryptedProjects } from './encrypted-projects.service.js';
import { EncryptionJob } from './encryption-job.service.js';
import { EncryptionKeys } from './encryption-keys.service.js';
import { EncryptionOverview } from './encryption-overview.service.js';
import { FieldEncryption } from './field-encryption.service.js';
import { KeyWatch } from './key-watch.service.js';

/** Encrypted fields, for every module that reads or writes documents: see {@link FieldEncryption}. */
@Global()
@Module({
  providers: [
    EncryptedProjects,
    EncryptionJob,
    EncryptionKeys,
    EncryptionOverview,
    FieldEncryption,
    KeyWatch,
  ],
  exports: [EncryptedProjects, EncryptionJob, EncryptionKeys, EncryptionOverview, FieldEncryption],
})
export class EncryptionModule {}
