import { askedWait, GIVE_UP_MS, nextTry } from './retry-schedule.js';

const since = new Date(0);

describe('nextTry', () => {
  it('comes within ten seconds at first', () => {
    for (let round = 0; round < 100; round += 1) {
      const wait = nextTry(1, since, since)?.getTime() ?? Infinity;
      expect(wait).toBeGreaterThanOrEqual(4000);
      expect(wait).toBeLessThanOrEqual(6000);
    }
  });

  it('comes ever later, by chance, for three days', () => {
    let now = since;
    const waits: number[] = [];
    for (let sent = 1; ; sent += 1) {
      const next = nextTry(sent, since, now);
      if (!next) break;
      waits.push(next.getTime() - now.getTime());
      now = next;
    }
    expect(now.getTime()).toBe(GIVE_UP_MS);
    expect(waits.length).toBeGreaterThan(10);
    expect(waits.slice(0, 8)).toEqual(waits.slice(0, 8).sort((a, b) => a - b));
    expect(
      new Set([nextTry(9, since, since), nextTry(9, since, since), nextTry(9, since, since)].map(Number))
        .size,
    ).toBe(3);
  });

  it('waits as long as it is asked to, but no longer than it may', () => {
    expect(nextTry(1, since, since, 60_000)?.getTime()).toBe(60_000);
    expect(nextTry(1, since, since, GIVE_UP_MS * 2)?.getTime()).toBe(GIVE_UP_MS);
  });

  it.each([
    ['120', 120_000],
    ['9999999', 0],
    ['-1', 0],
    ['Wed, 21 Oct 2026 07:28:00 GMT', 0],
    [undefined, 0],
  ])('reads Retry-After: %s', (header, expected) => {
    expect(askedWait(header)).toBe(expected);
  });
});
