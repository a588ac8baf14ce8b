import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Cache } from '../../../platform/cache/cache.js';
import type { CacheArea, CacheKey } from '../../../platform/cache/cache-area.js';
import type { Exchange } from './exchanges.service.js';
import type { Task } from './task.js';

/** Answers of equal requests, of the same project and the same key at the provider. */
@Injectable()
export class ResponseCache {
  private readonly answers: CacheArea;

  constructor(cache: Cache) {
    this.answers = cache.area('generation');
  }

  async find(task: Task): Promise<Exchange | undefined> {
    return task.cacheSeconds === 0 ? undefined : this.answers.get<Exchange>(keyOf(task));
  }

  /** Keeps an answer that came to its own end. */
  async keep(task: Task, exchange: Exchange): Promise<void> {
    const { candidates = [] } = exchange.answer;
    const isWhole = candidates.length > 0 && candidates.every(({ finishReason }) => finishReason === 'STOP');
    if (task.cacheSeconds === 0 || !isWhole) return;
    await this.answers.set(keyOf(task), exchange, { seconds: task.cacheSeconds });
  }
}

function keyOf({ request, ask: { model, key } }: Task): CacheKey {
  return [
    createHash('sha256')
      .update(JSON.stringify([key ?? null, model, request]))
      .digest('base64url'),
  ];
}
