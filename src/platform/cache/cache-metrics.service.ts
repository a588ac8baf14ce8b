import { Injectable } from '@nestjs/common';
import type { Counter } from 'prom-client';
import { Metrics } from '../metrics/metrics.service.js';
import type { MemoryDriver } from './memory-driver.js';

/** What came of a question: it was there, was not, or somebody was already finding it out. */
export type CacheResult = 'hit' | 'miss' | 'joined';

/** Shows what the cache is good for. */
@Injectable()
export class CacheMetrics {
  private readonly requests: Counter<'area' | 'result'>;
  private readonly evictions: Counter;

  constructor(private readonly metrics: Metrics) {
    this.requests = metrics.counter({
      name: 'coglex_cache_requests_total',
      help: 'Questions to the cache, by area: hit, miss, or joined to a question that was being answered',
      labelNames: ['area', 'result'],
    });
    this.evictions = metrics.counter({
      name: 'coglex_cache_evictions_total',
      help: 'Entries of this process that gave way to others before their time',
    });
  }

  asked(area: string, result: CacheResult): void {
    this.requests.inc({ area, result });
  }

  evicted(): void {
    this.evictions.inc();
  }

  watch(memory: MemoryDriver): void {
    this.metrics.gauge({
      name: 'coglex_cache_memory_bytes',
      help: 'Memory that entries take in this process',
      collect() {
        this.set(memory.size);
      },
    });
    this.metrics.gauge({
      name: 'coglex_cache_memory_entries',
      help: 'Entries in the memory of this process',
      collect() {
        this.set(memory.count);
      },
    });
  }
}
