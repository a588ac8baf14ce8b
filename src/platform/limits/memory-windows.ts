import { LRUCache } from 'lru-cache';
import type { Charge, Decision } from './charge.js';
import { add, emptyWindow, giveBack, standingOf, type Window } from './window.js';

/** Most windows of one limit that are kept; those go that were not used for longest. */
const MOST = 50_000;

/** The windows that this process counts in. Each limit has room of its own, so that floods of one push out no other's. */
export class MemoryWindows {
  private readonly limits = new Map<string, LRUCache<string, Window>>();

  constructor(private readonly most = MOST) {}

  /**
   * Counts a request in all of its windows, or in none when one of them has no room; then the violation is counted.
   *
   * @param now milliseconds on a clock that does not go back
   */
  decide(charges: readonly Charge[], violation?: Charge, now = performance.now()): Decision {
    const windows = charges.map((charge) => this.windowOf(charge));
    const standings = charges.map(({ rule }, at) => standingOf(windows[at], rule, now));
    const refused = longestOf(charges, standings);
    if (refused !== undefined)
      return { refused, banned: violation !== undefined && this.violate(violation, now), at: now, standings };
    charges.forEach((charge, at) => {
      if (!charge.take) return;
      this.add(charge, windows[at], now);
      standings[at].used += 1;
      standings[at].resetMs ||= charge.rule.ms;
    });
    return { banned: false, at: now, standings };
  }

  /** Counts in all windows, whether there is room or not: that it has happened was decided elsewhere. */
  take(charges: readonly Charge[], now = performance.now()): void {
    for (const charge of charges) if (charge.take) this.add(charge, this.windowOf(charge), now);
  }

  giveBack({ limit, subject, rule }: Charge, at: number, now = performance.now()): void {
    const window = this.limits.get(limit)?.get(subject);
    if (window) giveBack(window, rule, at, now);
  }

  /** @returns whether that was the last one that there was room for; counting then begins anew */
  violate(violation: Charge, now = performance.now()): boolean {
    const { limit, subject, rule } = violation;
    const window = this.windowOf(violation);
    if (standingOf(window, rule, now).used + 1 >= rule.count) {
      this.limits.get(limit)?.delete(subject);
      return true;
    }
    this.add(violation, window, now);
    return false;
  }

  private add({ limit, subject, rule }: Charge, window: Window, now: number): void {
    // A window that only was asked for is not kept.
    if (window.times.length === 0) this.cacheOf(limit).set(subject, window);
    add(window, rule, now);
  }

  private windowOf({ limit, subject }: Charge): Window {
    return this.cacheOf(limit).get(subject) ?? emptyWindow();
  }

  private cacheOf(limit: string): LRUCache<string, Window> {
    let cache = this.limits.get(limit);
    if (!cache) this.limits.set(limit, (cache = new LRUCache({ max: this.most })));
    return cache;
  }
}

/** Of the charges that there is no room for, the one that takes longest to have some. */
function longestOf(charges: readonly Charge[], standings: Decision['standings']): number | undefined {
  let longest: number | undefined;
  charges.forEach(({ rule }, at) => {
    if (standings[at].used < rule.count) return;
    if (longest === undefined || standings[at].resetMs > standings[longest].resetMs) longest = at;
  });
  return longest;
}
