import type { Charge } from './charge.js';
import { MemoryWindows } from './memory-windows.js';

const charge = (limit: string, subject: string, count = 2, take = true): Charge => ({
  ...{ limit, subject, take },
  rule: { count, ms: 1000 },
});

describe('MemoryWindows', () => {
  it('counts in all windows or in none', () => {
    const windows = new MemoryWindows();
    const wide = charge('ip', 'a', 10);
    windows.decide([wide, charge('key', 'k')], undefined, 1);
    windows.decide([wide, charge('key', 'k')], undefined, 2);
    const refused = windows.decide([wide, charge('key', 'k')], undefined, 3);
    expect(refused).toMatchObject({
      refused: 1,
      banned: false,
      standings: [{ used: 2 }, { used: 2, resetMs: 998 }],
    });
    expect(windows.decide([wide], undefined, 4).standings[0].used).toBe(3);
  });

  it('names the limit that takes longest to have room', () => {
    const windows = new MemoryWindows();
    windows.decide([charge('one', 'x', 1)], undefined, 1);
    windows.decide([charge('two', 'x', 1)], undefined, 500);
    expect(windows.decide([charge('one', 'x', 1), charge('two', 'x', 1)], undefined, 600).refused).toBe(1);
    expect(windows.decide([charge('two', 'x', 1), charge('one', 'x', 1)], undefined, 600).refused).toBe(0);
  });

  it('looks without counting', () => {
    const windows = new MemoryWindows();
    for (let now = 0; now < 5; now += 1)
      expect(windows.decide([charge('auth', 'a', 1, false)], undefined, now).refused).toBeUndefined();
    windows.take([charge('auth', 'a', 1)], 5);
    expect(windows.decide([charge('auth', 'a', 1, false)], undefined, 6).refused).toBe(0);
  });

  it('bans at the last violation, and then counts anew', () => {
    const windows = new MemoryWindows();
    const violation = charge('ban', 'a', 3);
    windows.decide([charge('ip', 'a', 1)], violation, 1);
    const seen = [2, 3, 4, 5, 6, 7].map(
      (now) => windows.decide([charge('ip', 'a', 1)], violation, now).banned,
    );
    expect(seen).toEqual([false, false, true, false, false, true]);
  });

  it('keeps so many of each limit and no more; a flood of one pushes out nothing of another', () => {
    const windows = new MemoryWindows(100);
    windows.decide([charge('ip', 'offender')], charge('ban', 'offender', 3), 1);
    windows.decide([charge('ip', 'offender')], charge('ban', 'offender', 3), 2);
    windows.decide([charge('ip', 'offender')], charge('ban', 'offender', 3), 3);
    for (let at = 0; at < 10_000; at += 1)
      windows.decide([charge('ip', `flood ${at}`)], charge('ban', `${at}`, 3), 4);
    expect(windows.violate(charge('ban', 'offender', 3), 5)).toBe(false);
    expect(windows.violate(charge('ban', 'offender', 3), 6)).toBe(true);
  });

  it('does not forget who goes on while others flood', () => {
    const windows = new MemoryWindows(100);
    let admitted = 0;
    for (let at = 0; at < 5000; at += 1) {
      windows.decide([charge('ip', `flood ${at}`)], undefined, 4);
      if (at % 50 === 0 && windows.decide([charge('ip', 'offender')], undefined, 4).refused === undefined)
        admitted += 1;
    }
    expect(admitted).toBe(2);
  });
});
