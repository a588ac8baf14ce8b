import { RecentReads } from './recent-reads.js';

/** A reader that counts, and answers when the test says so. */
class Source {
  reads = 0;
  private answers: ((value: string) => void)[] = [];
  private failures: ((error: Error) => void)[] = [];

  readonly read = (): Promise<string> => {
    this.reads += 1;
    return new Promise((resolve, reject) => {
      this.answers.push(resolve);
      this.failures.push(reject);
    });
  };

  answer(value: string): void {
    this.answers.shift()?.(value);
    this.failures.shift();
  }

  fail(): void {
    this.failures.shift()?.(new Error('away'));
    this.answers.shift();
  }
}

const LONG = { forMs: 3_600_000, most: 2 };

describe('RecentReads', () => {
  it('reads once for all who ask at once, and for those who ask soon after', async () => {
    const source = new Source();
    const recent = new RecentReads(source.read, LONG);
    const both = [recent.get('a'), recent.get('a')];
    source.answer('one');
    expect(await Promise.all(both)).toEqual(['one', 'one']);
    expect(await recent.get('a')).toBe('one');
    expect(source.reads).toBe(1);
  });

  it('reads again when the moment is over', async () => {
    const source = new Source();
    const recent = new RecentReads(source.read, { forMs: 0, most: 2 });
    for (const value of ['one', 'two']) {
      const answer = recent.get('a');
      source.answer(value);
      expect(await answer).toBe(value);
    }
  });

  it('reads again what it was told to forget, also while a read is under way', async () => {
    const source = new Source();
    const recent = new RecentReads(source.read, LONG);
    const before = recent.get('a');
    recent.forget('a');
    const after = recent.get('a');
    source.answer('old');
    source.answer('new');
    expect([await before, await after, await recent.get('a')]).toEqual(['old', 'new', 'new']);
  });

  it('does not remember failures', async () => {
    const source = new Source();
    const recent = new RecentReads(source.read, LONG);
    const failed = recent.get('a');
    source.fail();
    await expect(failed).rejects.toThrow('away');
    const second = recent.get('a');
    source.answer('here');
    expect(await second).toBe('here');
  });

  it('keeps no more than it may', async () => {
    let reads = 0;
    const recent = new RecentReads(async (id) => Promise.resolve(`${id}${(reads += 1)}`), LONG);
    for (const id of ['a', 'b', 'c']) await recent.get(id);
    expect(await recent.get('c')).toBe('c3');
    expect(await recent.get('a')).toBe('a4');
  });
});
