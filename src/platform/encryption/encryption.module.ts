import { Global, Module } from '@nestjs/common';
import { EncryptionKeys } from './encryption-keys.service.js';
import { FieldEncryption } from './field-encryption.service.js';

/** Encrypted fields, for every module that reads or writes documents: see {@link FieldEncryption}. */
@Global()
@Module({
  providers: [EncryptionKeys, FieldEncryption],
  exports: [EncryptionKeys, FieldEncryption],
})
export class EncryptionModule {}
