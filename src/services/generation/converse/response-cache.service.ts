import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Cache } from '../../../platform/cache/cache.js';
import { ProjectContext } from '../../../platform/tenancy/project-context.service.js';
import type { Exchange } from './exchanges.service.js';
import type { Task } from './task.js';

/** Answers of equal requests, of the same project and the same key at the provider. */
@Injectable()
export class ResponseCache {
  constructor(
    private readonly cache: Cache,
    private readonly context: ProjectContext,
  ) {}

  async find(task: Task): Promise<Exchange | undefined> {
    if (task.cacheSeconds === 0) return undefined;
    const json = await this.cache.get(this.keyOf(task));
    return json === undefined ? undefined : (JSON.parse(json) as Exchange);
  }

  /** Keeps an answer that came to its own end. */
  async keep(task: Task, exchange: Exchange): Promise<void> {
    const { candidates = [] } = exchange.answer;
    const isWhole = candidates.length > 0 && candidates.every(({ finishReason }) => finishReason === 'STOP');
    if (task.cacheSeconds === 0 || !isWhole) return;
    await this.cache.set(this.keyOf(task), JSON.stringify(exchange), task.cacheSeconds);
  }

  private keyOf({ request, ask: { model, key } }: Task): string {
    const parts = JSON.stringify([this.context.project, key ?? null, model, request]);
    return `generation:${createHash('sha256').update(parts).digest('base64url')}`;
  }
}
