import * as fc from 'fast-check';
import { add, emptyWindow, giveBack, SLOTS, standingOf, type WindowRule } from './window.js';

/** Admits by a window what there is room for; returns the moments that were admitted. */
function admitted(rule: WindowRule, moments: readonly number[]): number[] {
  const window = emptyWindow();
  return moments.filter((now) => {
    if (standingOf(window, rule, now).used >= rule.count) return false;
    add(window, rule, now);
    expect(window.times.length).toBeLessThanOrEqual(SLOTS + 1);
    return true;
  });
}

/** The same by the book: nobody is forgotten, nothing is joined. */
function admittedExactly({ count, ms }: WindowRule, moments: readonly number[]): number[] {
  const taken: number[] = [];
  for (const now of moments) if (taken.filter((time) => time > now - ms).length < count) taken.push(now);
  return taken;
}

const ascending = (ms: number) =>
  fc
    .array(
      fc.oneof(
        fc.constant(0),
        fc.integer({ min: 0, max: Math.floor(ms / 8) }),
        fc.integer({ min: 0, max: Math.floor(2 * ms) }),
      ),
      {
        maxLength: 300,
      },
    )
    .map((steps) => steps.map((_, at) => steps.slice(0, at + 1).reduce((sum, step) => sum + step, 1000)));

describe('a sliding window', () => {
  it('up to 64 admits exactly what a list of all moments would', () => {
    const rules = fc.record({
      count: fc.integer({ min: 1, max: SLOTS }),
      ms: fc.integer({ min: 8, max: 10_000 }),
    });
    fc.assert(
      fc.property(
        rules.chain((rule) => fc.tuple(fc.constant(rule), ascending(rule.ms))),
        ([rule, moments]) => expect(admitted(rule, moments)).toEqual(admittedExactly(rule, moments)),
      ),
    );
  });

  it('of any size never admits too many in any span, and frees a place at most 1/64 of it late', () => {
    const rules = fc.record({
      count: fc.integer({ min: SLOTS + 1, max: 250 }),
      ms: fc.integer({ min: 640, max: 10_000 }),
    });
    fc.assert(
      fc.property(
        rules.chain((rule) => fc.tuple(fc.constant(rule), ascending(rule.ms / 20))),
        ([rule, moments]) => {
          const { count, ms } = rule;
          const taken = admitted(rule, moments);
          for (const end of taken)
            expect(taken.filter((time) => time > end - ms && time <= end).length).toBeLessThanOrEqual(count);
          // Whoever was refused would have been too many in a span longer by one piece.
          const refused = moments.filter((now) => !taken.includes(now));
          for (const now of refused)
            expect(
              taken.filter((time) => time > now - ms - ms / SLOTS && time <= now).length,
            ).toBeGreaterThanOrEqual(count);
        },
      ),
    );
  });

  it('says when there is room again', () => {
    const rule = { count: 2, ms: 100 };
    const window = emptyWindow();
    expect(standingOf(window, rule, 1000)).toEqual({ used: 0, resetMs: 0 });
    add(window, rule, 1000);
    add(window, rule, 1030);
    expect(standingOf(window, rule, 1040)).toEqual({ used: 2, resetMs: 60 });
    expect(standingOf(window, rule, 1099)).toEqual({ used: 2, resetMs: 1 });
    expect(standingOf(window, rule, 1100)).toEqual({ used: 1, resetMs: 30 });
    expect(standingOf(window, rule, 1130)).toEqual({ used: 0, resetMs: 0 });
  });

  it('is free for all again at the moment at which a burst has left it', () => {
    const rule = { count: 1000, ms: 60_000 };
    const burst = Array.from({ length: 1000 }, () => 5000);
    const again = Array.from({ length: 1000 }, () => 65_000);
    expect(admitted(rule, [...burst, 5000, 64_999, ...again])).toHaveLength(2000);
  });

  it('takes back what was counted, also where it was joined with others', () => {
    for (const count of [10, 1000]) {
      const rule = { count, ms: 6400 };
      const window = emptyWindow();
      for (const now of [1000, 1001, 1002]) add(window, rule, now);
      giveBack(window, rule, 1001, 1005);
      expect(standingOf(window, rule, 1010).used).toBe(2);
      giveBack(window, rule, 1000, 1005);
      giveBack(window, rule, 1000, 1005);
      expect(standingOf(window, rule, 1010).used).toBe(0);
      giveBack(window, rule, 1000, 1005);
      expect(window).toEqual({ times: [], counts: [] });
    }
  });

  it('takes nothing back that has left by itself', () => {
    const rule = { count: 10, ms: 1000 };
    const window = emptyWindow();
    add(window, rule, 1000);
    expect(standingOf(window, rule, 2500).used).toBe(0);
    add(window, rule, 2500);
    giveBack(window, rule, 1000, 2600);
    expect(standingOf(window, rule, 2600).used).toBe(1);
  });

  it('stays short however much is added beyond its room', () => {
    const rule = { count: 3, ms: 1000 };
    const window = emptyWindow();
    for (let now = 0; now < 500; now += 1) add(window, rule, now);
    expect(window.times.length).toBeLessThanOrEqual(3);
    expect(standingOf(window, rule, 500).used).toBe(500);
  });
});
