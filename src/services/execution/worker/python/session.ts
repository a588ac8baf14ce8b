import type { Channel } from '../channel.js';
import { exception, neverEnds, outOfMemory, timedOut, tooMuchOutput } from '../failures.js';
import { Output } from '../output.js';
import type { AnswerMessage, DoneMessage, RunError, RunMessage } from '../protocol.js';
import type { Interpreter } from './interpreter.js';

/** What `runtime.py` says after a turn. */
interface Turn {
  asked: { call: number; name: string; args: string }[];
  /** Seconds until there is more to do; `null` when only an answer can bring the run further. */
  delay: number | null;
  result?: string;
  error?: RunError;
}

type Outcome = { result: string } | { error: RunError };

/** Printing more than is allowed ends the run from within. */
class OutputEnded extends Error {}

/** A run of code in an interpreter that is put back afterwards. */
export class Session {
  private readonly output: Output;
  private readonly deadline: number;
  private waiting = 0;
  private wake: () => void = () => undefined;

  constructor(
    private readonly run: RunMessage,
    private readonly channel: Channel,
    private readonly interpreter: Interpreter,
  ) {
    this.output = new Output(channel, run.output);
    this.deadline = performance.now() + run.timeout;
    interpreter.prepare(run.memory, (stream, text) => {
      if (!this.output.write(stream, text)) throw new OutputEnded();
    });
  }

  answer({ call, value, error }: AnswerMessage): void {
    this.waiting -= 1;
    this.interpreter.runtime.deliver(JSON.stringify({ call, value, error }));
    this.wake();
  }

  async finish(): Promise<Pick<DoneMessage, 'result' | 'error' | 'memory'> & { broken: boolean }> {
    let outcome: Outcome;
    let broken = false;
    try {
      outcome = await this.execute();
    } catch (error) {
      broken = true;
      outcome = { error: this.crashed(error) };
    }
    if (this.output.exceeded || ('result' in outcome && !this.output.takes(outcome.result)))
      outcome = { error: tooMuchOutput(this.run.output) };
    this.output.flush();
    return { ...outcome, broken, memory: this.interpreter.memoryUsed };
  }

  private async execute(): Promise<Outcome> {
    const { runtime } = this.interpreter;
    const { code, parameters, calls } = this.run;
    let text = runtime.begin(JSON.stringify({ code, parameters: JSON.parse(parameters) as unknown, calls }));
    for (;;) {
      const turn = JSON.parse(text) as Turn;
      for (const asked of turn.asked) this.channel.send({ kind: 'call', ...asked });
      this.waiting += turn.asked.length;
      if (this.output.exceeded) return { error: tooMuchOutput(this.run.output) };
      if (turn.error) return { error: this.named(turn.error) };
      if (turn.result !== undefined) return { result: turn.result };
      if (performance.now() > this.deadline) return { error: timedOut(this.run.timeout) };
      if (turn.delay === null && this.waiting === 0) return { error: neverEnds() };
      await this.somethingHappens(turn.delay);
      text = runtime.step();
    }
  }

  /** Waits for an answer, for the time that a timer of the code takes, or for the deadline. */
  private somethingHappens(delay: number | null): Promise<void> {
    const left = Math.max(this.deadline - performance.now(), 0) + 1;
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, delay === null ? left : Math.min(delay * 1000, left));
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private named(error: RunError): RunError {
    if (error.code === 'memory_exceeded') return outOfMemory(this.run.memory);
    return exception(error.type, error.message, error.line);
  }

  /** The interpreter itself gave up: its stack is at an end, or the code has ended the program. */
  private crashed(error: unknown): RunError {
    const message = error instanceof Error ? error.message : String(error);
    if (/call stack|recursion/i.test(message)) return exception('RecursionError', 'The stack is at its end.');
    if (/memory is at its limit/.test(message)) return outOfMemory(this.run.memory);
    return exception('SystemExit', 'The code has ended the interpreter.');
  }
}
