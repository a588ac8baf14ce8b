import { AsyncLocalStorage } from 'node:async_hooks';
import { Injectable } from '@nestjs/common';

/** Knows how many runs have led to the present one by events, so that functions that trigger each other come to an end. */
@Injectable()
export class EventDepth {
  private readonly depths = new AsyncLocalStorage<number>();

  /** 0 outside of every run. */
  get current(): number {
    return this.depths.getStore() ?? 0;
  }

  run<T>(depth: number, work: () => T): T {
    return this.depths.run(depth, work);
  }
}
