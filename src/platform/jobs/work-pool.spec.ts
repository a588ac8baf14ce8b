import { WorkPool } from './work-pool.js';

/** Work that ends when the test says so. */
function source(items: string[], size: number) {
  const ends = new Map<string, () => void>();
  const done: string[] = [];
  const pool = new WorkPool<string>({
    size,
    take: async () => items.shift(),
    work: async (item, signal) => {
      await new Promise<void>((resolve) => {
        ends.set(item, resolve);
        signal.addEventListener('abort', () => resolve());
      });
      done.push(item);
    },
  });
  return { pool, ends, done, items };
}

const settle = () => new Promise(setImmediate);

describe('WorkPool', () => {
  it('does no more at once than it may, and goes on when there is room', async () => {
    const { pool, ends, items } = source(['a', 'b', 'c'], 2);
    await pool.fill();
    expect([...ends.keys()]).toEqual(['a', 'b']);
    ends.get('b')?.();
    await settle();
    expect([...ends.keys()]).toEqual(['a', 'b', 'c']);
    expect(items).toEqual([]);
    await pool.stop();
  });

  it('takes what comes while something slow is under way', async () => {
    const { pool, ends, items } = source(['slow'], 2);
    await pool.fill();
    items.push('late');
    await pool.fill();
    expect([...ends.keys()]).toEqual(['slow', 'late']);
    await pool.stop();
  });

  it('goes on after it was asked for more while it was full', async () => {
    const { pool, ends, items } = source(['a', 'b'], 1);
    await pool.fill();
    await pool.fill();
    ends.get('a')?.();
    await settle();
    items.push('c');
    ends.get('b')?.();
    await settle();
    expect([...ends.keys()]).toEqual(['a', 'b', 'c']);
    await pool.stop();
  });

  it('waits for the work under way when it stops, and takes no more', async () => {
    const { pool, done, items } = source(['a'], 1);
    await pool.fill();
    items.push('b');
    await pool.stop();
    await pool.fill();
    expect(done).toEqual(['a']);
    expect(items).toEqual(['b']);
  });
});
