import { Global, Module } from '@nestjs/common';
import { ModuleRegistry } from '../modules/module-registry.service.js';
import { Cache } from './cache.js';
import { CacheMetrics } from './cache-metrics.service.js';
import { CacheStore } from './cache-store.service.js';

/** Makes the {@link Cache} injectable everywhere. */
@Global()
@Module({ providers: [Cache, CacheStore, CacheMetrics], exports: [Cache] })
export class CacheModule {
  constructor(modules: ModuleRegistry) {
    modules.register({ key: 'cache', title: 'Cache', uses: ['redis'] });
  }
}
