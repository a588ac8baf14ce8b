import { setTimeout as sleep } from 'node:timers/promises';

export interface LifelineOptions {
  /** How long an answer is waited for before it is asked whether anybody is there, in milliseconds. */
  patienceMs: number;
  /** Longest wait for a sign of life, in milliseconds. */
  proofMs: number;
  /** How long nobody tries again after there was none, in milliseconds. */
  restMs: number;
  /** Asks for a sign of life. It resolves when there is one, whatever it says. */
  probe: (signal: AbortSignal) => Promise<void>;
}

/** There is no sign of life. */
export class SilenceError extends Error {
  override readonly name = 'SilenceError';
}

/**
 * Tells a server that is slow from one that has fallen silent. An answer to a large request may take minutes and must
 * not be given up, but nobody shall wait for minutes on a line that is dead.
 */
export class Lifeline {
  private proof?: Promise<void>;
  private restUntil = 0;

  constructor(private readonly options: LifelineOptions) {}

  /**
   * @param work ends when its signal does
   * @throws SilenceError while the server is silent
   */
  async wait<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (performance.now() < this.restUntil) throw new SilenceError('It was silent a moment ago');
    const broken = new AbortController();
    const answered = new AbortController();
    const answer = work(broken.signal);
    try {
      return await Promise.race([answer, this.watch(answered.signal)]);
    } catch (error) {
      broken.abort(error);
      answer.catch(() => undefined);
      throw error;
    } finally {
      answered.abort();
    }
  }

  /** Rejects when there is no sign of life, and otherwise never ends before the answer is there. */
  private async watch(answered: AbortSignal): Promise<never> {
    for (;;) {
      await sleep(this.options.patienceMs, undefined, { signal: answered, ref: false }).catch(
        () => undefined,
      );
      if (answered.aborted) return new Promise<never>(() => undefined);
      await (this.proof ??= this.prove());
    }
  }

  /** One for all who wait. */
  private async prove(): Promise<void> {
    const { probe, proofMs, restMs } = this.options;
    try {
      await probe(AbortSignal.timeout(proofMs));
    } catch (cause) {
      this.restUntil = performance.now() + restMs;
      throw new SilenceError('There is no sign of life', { cause });
    } finally {
      this.proof = undefined;
    }
  }
}
