import { TICK } from '../types.js';
import type { Operation } from './operation.js';

/** How many results may come without a tick before the clock is looked at. */
const RESULTS_PER_CHECK = 64;

/**
 * Draws results until `take` has enough, stopping at the operation's time limit or kill and letting other clients
 * run in between.
 *
 * @param take returns false when it wants no more after this one
 * @returns whether the flow has ended
 */
export async function pull<T>(
  flow: Iterator<T | typeof TICK, unknown>,
  operation: Operation,
  take: (result: T) => boolean,
): Promise<boolean> {
  let results = 0;
  for (;;) {
    const { value, done } = flow.next();
    if (done) return true;
    if (value !== TICK) {
      if (!take(value)) return false;
      if (++results % RESULTS_PER_CHECK > 0) continue;
    }
    const pause = operation.pause();
    if (pause) await pause;
  }
}
