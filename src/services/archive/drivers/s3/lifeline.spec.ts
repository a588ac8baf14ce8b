import { setImmediate as turn } from 'node:timers/promises';
import { Lifeline, SilenceError } from './lifeline.js';

describe('Lifeline', () => {
  let signsOfLife: number;
  let isDead: boolean;
  let line: Lifeline;
  beforeEach(() => {
    [signsOfLife, isDead] = [0, false];
    line = new Lifeline({
      patienceMs: 5,
      proofMs: 5,
      restMs: 60_000,
      probe: (signal) => {
        if (!isDead) return Promise.resolve(void (signsOfLife += 1));
        return new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
        });
      },
    });
  });

  it('passes on what comes, and what fails', async () => {
    await expect(line.wait(() => Promise.resolve('there'))).resolves.toBe('there');
    await expect(line.wait(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(signsOfLife).toBe(0);
  });

  it('waits for what is slow as long as somebody is there', async () => {
    let finish = (_: string) => {};
    const slow = line.wait(() => new Promise<string>((resolve) => (finish = resolve)));
    while (signsOfLife < 3) await turn();
    finish('late');
    await expect(slow).resolves.toBe('late');
  });

  it('ends what waits when nobody is there, and refuses others at once', async () => {
    isDead = true;
    const signals: AbortSignal[] = [];
    const never = (signal: AbortSignal) => new Promise<never>(() => void signals.push(signal));
    const waiting = await Promise.allSettled([line.wait(never), line.wait(never)]);
    for (const { reason } of waiting as PromiseRejectedResult[]) expect(reason).toBeInstanceOf(SilenceError);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
    await expect(line.wait(never)).rejects.toThrow(SilenceError);
    expect(signals).toHaveLength(2);
  });
});
