import { Sampled } from './sampled.js';

describe('Sampled', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('finds a value out once for all who ask, and again when it is no longer fresh', async () => {
    let value = 0;
    const sampled = new Sampled(() => Promise.resolve((value += 1)));
    expect(await Promise.all([sampled.get(), sampled.get()])).toEqual([1, 1]);
    expect(await sampled.get()).toBe(1);
    await jest.advanceTimersByTimeAsync(5000);
    expect(await sampled.get()).toBe(2);
  });

  it('shows the last value while a new one does not come, and none when that is too old', async () => {
    const find = jest.fn<Promise<string>, []>().mockResolvedValueOnce('old');
    const sampled = new Sampled(find);
    expect(await sampled.get()).toBe('old');
    find.mockReturnValue(new Promise(() => undefined));
    for (const [after, expected] of [
      [5000, 'old'],
      [5000, 'old'],
      [60_000, undefined],
    ] as const) {
      await jest.advanceTimersByTimeAsync(after);
      const asked = sampled.get();
      await jest.advanceTimersByTimeAsync(50);
      expect(await asked).toBe(expected);
    }
    // It hangs once, and not once for every scrape.
    expect(find).toHaveBeenCalledTimes(2);
  });

  it('does not fail with what it asks, and goes on when that is back', async () => {
    const find = jest.fn<Promise<string>, []>().mockRejectedValueOnce(new Error('away'));
    const sampled = new Sampled(find.mockResolvedValue('back'));
    expect(await sampled.get()).toBeUndefined();
    expect(await sampled.get()).toBe('back');
  });
});
