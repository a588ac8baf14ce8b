import { Injectable } from '@nestjs/common';
import { ProjectContext } from '../tenancy/project-context.service.js';
import { CacheArea } from './cache-area.js';
import { CacheMetrics } from './cache-metrics.service.js';
import { CacheStore } from './cache-store.service.js';

/**
 * Keeps values for a while, in Redis where instances share one and in memory otherwise. What is in it may be gone at any
 * moment, and is never the only copy of anything; nothing that decides on access is in it.
 */
@Injectable()
export class Cache {
  constructor(
    private readonly store: CacheStore,
    private readonly metrics: CacheMetrics,
    private readonly context: ProjectContext,
  ) {}

  /**
   * Makes a place for values of one purpose.
   *
   * @param name in words with `-`; a label of metrics
   * @param scope whether each project has values of its own (the default)
   */
  area(name: string, scope: 'project' | 'installation' = 'project'): CacheArea {
    return new CacheArea(name, scope, this.store, this.metrics, this.context);
  }
}
