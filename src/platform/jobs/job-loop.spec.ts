import { JobLoop } from './job-loop.js';

/** A run that ends when the test says so. */
class Work {
  runs = 0;
  private end?: () => void;
  private began?: () => void;

  readonly run = (): Promise<void> => {
    this.runs += 1;
    this.began?.();
    return new Promise((resolve) => (this.end = resolve));
  };

  next(): Promise<void> {
    return new Promise((resolve) => (this.began = resolve));
  }

  finish(): void {
    this.end?.();
  }
}

describe('JobLoop', () => {
  it('runs again and again, never twice at once', async () => {
    const work = new Work();
    const loop = new JobLoop(() => 1, work.run);
    const first = work.next();
    loop.start();
    await first;
    const second = work.next();
    work.finish();
    await second;
    expect(work.runs).toBe(2);
    work.finish();
    await loop.stop();
  });

  it('runs at once when it is woken, and once more when it was woken meanwhile', async () => {
    const work = new Work();
    const loop = new JobLoop(() => 3_600_000, work.run);
    loop.start();
    const first = work.next();
    loop.wake();
    await first;
    loop.wake();
    loop.wake();
    expect(work.runs).toBe(1);
    const second = work.next();
    work.finish();
    await second;
    expect(work.runs).toBe(2);
    work.finish();
    await loop.stop();
  });

  it('does not run before it is started, nor after it has stopped', async () => {
    const work = new Work();
    const loop = new JobLoop(() => 1, work.run);
    loop.wake();
    await loop.stop();
    loop.start();
    loop.wake();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(work.runs).toBe(0);
  });

  it('waits for the run under way, and tells it', async () => {
    const seen: boolean[] = [];
    const loop = new JobLoop(
      () => 3_600_000,
      (signal) => {
        return new Promise((resolve) => {
          signal.addEventListener('abort', () => {
            seen.push(signal.aborted);
            setImmediate(resolve);
          });
        });
      },
    );
    loop.start();
    loop.wake();
    await new Promise((resolve) => setTimeout(resolve, 20));
    await loop.stop();
    expect(seen).toEqual([true]);
  });
});
