import type { QuickJSHandle } from 'quickjs-emscripten';
import type { Channel } from '../channel.js';
import { exception, neverEnds, outOfMemory, timedOut, tooMuchOutput } from '../failures.js';
import { Output } from '../output.js';
import type { AnswerMessage, DoneMessage, RunError, RunMessage } from '../protocol.js';
import { HostFunctions } from './host-functions.js';
import { Interpreter } from './interpreter.js';
import { describeThrown } from './thrown.js';

/** Jobs (reactions of promises) that run before the clock is looked at. */
const JOBS = 500;

/** Part of its memory that the interpreter has filled when it may be at its end. */
const NEARLY = 0.75;

/** A run of code in an interpreter of its own; nothing of it is used again. */
export class Session {
  private readonly output: Output;
  private readonly deadline: number;
  private host!: HostFunctions;
  private wake: () => void = () => undefined;

  private constructor(
    private readonly run: RunMessage,
    channel: Channel,
    private readonly interpreter: Interpreter,
    private readonly source: string,
  ) {
    this.output = new Output(channel, run.output);
    this.deadline = performance.now() + run.timeout;
    interpreter.runtime.setInterruptHandler(() => this.isOver());
    this.host = new HostFunctions(interpreter.context, channel, this.output, run.calls, () => this.wake());
  }

  /** @param source the code as JavaScript */
  static async start(
    run: RunMessage,
    channel: Channel,
    wasm: WebAssembly.Module,
    source: string,
  ): Promise<Session> {
    return new Session(run, channel, await Interpreter.start(wasm, run.memory), source);
  }

  answer(message: AnswerMessage): void {
    this.host.answer(message);
    this.wake();
  }

  async finish(): Promise<Pick<DoneMessage, 'result' | 'error' | 'memory'>> {
    let outcome: { result: string } | { error: RunError };
    try {
      outcome = await this.execute();
    } catch (error) {
      outcome = { error: this.crashed(error) };
    }
    this.host.close();
    if ('result' in outcome && !this.output.takes(outcome.result)) outcome = { error: this.tooMuch() };
    this.output.flush();
    return { ...outcome, memory: this.interpreter.memoryUsed };
  }

  private async execute(): Promise<{ result: string } | { error: RunError }> {
    const { context } = this.interpreter;
    this.host.install(this.run.parameters);
    const started = this.interpreter.evaluate(this.source);
    if ('thrown' in started) return { error: this.failed(started.thrown) };
    const script = await this.settled(started.promise);
    if ('error' in script) return script;
    const main = this.interpreter.main();
    const called = main && context.callFunction(main, context.undefined, this.host.parameters);
    if (called?.error) return { error: this.failed(called.error) };
    const value = called ? called.value : context.getProp(script.value, 'value');
    const text = await this.settled(this.host.settle(value));
    return 'error' in text ? text : { result: context.getString(text.value) };
  }

  /** Runs jobs until a promise has settled, and waits for answers and timers meanwhile. */
  private async settled(promise: QuickJSHandle): Promise<{ value: QuickJSHandle } | { error: RunError }> {
    const { context, runtime } = this.interpreter;
    for (;;) {
      const jobs = runtime.executePendingJobs(JOBS);
      if (jobs.error) return { error: this.failed(jobs.error) };
      if (this.isOver()) return { error: this.limit() };
      const state = context.getPromiseState(promise);
      if (state.type === 'fulfilled') return { value: state.value };
      if (state.type === 'rejected') return { error: this.failed(state.error) };
      if (runtime.hasPendingJob()) continue;
      if (!this.host.isExpecting) return { error: neverEnds() };
      await this.somethingHappens();
    }
  }

  private somethingHappens(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, this.deadline - performance.now());
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private isOver(): boolean {
    return this.output.exceeded || performance.now() > this.deadline;
  }

  private limit(): RunError {
    return this.output.exceeded ? this.tooMuch() : timedOut(this.run.timeout);
  }

  private tooMuch = (): RunError => tooMuchOutput(this.run.output);

  private failed(thrown: QuickJSHandle): RunError {
    if (this.isOver()) return this.limit();
    const { context } = this.interpreter;
    // With no memory left for an error, QuickJS throws null.
    if (context.sameValue(thrown, context.null) && this.interpreter.memoryUsed >= this.run.memory * NEARLY)
      return outOfMemory(this.run.memory);
    const error = describeThrown(context, thrown);
    if (error.type === 'InternalError' && error.message === 'out of memory')
      return outOfMemory(this.run.memory);
    return error;
  }

  /** The interpreter itself gave up, which it does when its memory or its stack ends at a bad moment. */
  private crashed(error: unknown): RunError {
    if (this.isOver()) return this.limit();
    const message = error instanceof Error ? error.message : String(error);
    if (/call stack/.test(message)) return exception('InternalError', 'stack overflow');
    return outOfMemory(this.run.memory);
  }
}
