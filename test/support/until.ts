import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';

/** Longest wait, in milliseconds: shorter than that of a test, whose own end would not say what did not happen. */
const PATIENCE_MS = 25_000;

const PAUSE_MS = 20;

/** Waits until a condition holds. @throws Error when it does not come to that */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  await eventually(async () => condition(), Boolean);
}

/** Asks until an answer is as it should be. @throws Error with the last answer when none is */
export async function eventually<T>(ask: () => Promise<T>, isSo: (value: T) => boolean): Promise<T> {
  for (const deadline = Date.now() + PATIENCE_MS; ; await sleep(PAUSE_MS)) {
    const value = await ask();
    if (isSo(value)) return value;
    if (Date.now() > deadline) throw new Error(`It did not come to that; the last answer: ${inspect(value)}`);
  }
}
