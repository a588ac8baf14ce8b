import { Global, Module } from '@nestjs/common';
import { Cache } from './cache.js';
import { MemoryCache } from './memory-cache.service.js';
import { ModuleRegistry } from '../modules/module-registry.service.js';

/** Makes the {@link Cache} injectable everywhere. */
@Global()
@Module({ providers: [{ provide: Cache, useClass: MemoryCache }], exports: [Cache] })
export class CacheModule {
  constructor(modules: ModuleRegistry) {
    modules.register({ key: 'cache', title: 'Cache' });
  }
}
