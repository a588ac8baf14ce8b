import { Global, Module } from '@nestjs/common';
import { SecretsReload } from './secrets-reload.service.js';

/** Keeps settings up with the files and the Vault that they come from: see {@link SecretsReload}. */
@Global()
@Module({ providers: [SecretsReload], exports: [SecretsReload] })
export class SecretsModule {}
