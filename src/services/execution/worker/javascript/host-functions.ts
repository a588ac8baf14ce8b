import { readFileSync } from 'node:fs';
import type { QuickJSContext, QuickJSHandle } from 'quickjs-emscripten';
import type { Channel } from '../channel.js';
import type { Output } from '../output.js';
import type { AnswerMessage } from '../protocol.js';

/** Most timers at once. */
const MAX_TIMERS = 1000;

const PRELUDE = readFileSync(new URL('./prelude.js', import.meta.url), 'utf8');

/** All that code in the interpreter has of the world: text to print, timers, and calls of the `coglex` module. */
export class HostFunctions {
  private readonly timers = new Map<number, NodeJS.Timeout>();
  private readonly calls = new Set<number>();
  private callsLeft: number;
  private prelude!: QuickJSHandle;
  private handleOfParameters!: QuickJSHandle;

  /** @param wake is called when a timer has fired */
  constructor(
    private readonly context: QuickJSContext,
    private readonly channel: Channel,
    private readonly output: Output,
    calls: number,
    private readonly wake: () => void,
  ) {
    this.callsLeft = calls;
  }

  /** Prepares the globals. @throws what QuickJS throws when there is no memory for them */
  install(parameters: string): void {
    const { context } = this;
    const host = context.newObject();
    const add = (name: string, body: (...args: QuickJSHandle[]) => void) =>
      context.setProp(host, name, context.newFunction(name, body));
    add('print', (stream, text) => this.print(context.getString(stream), context.getString(text)));
    add('timer', (id, delay) => this.startTimer(context.getNumber(id), context.getNumber(delay)));
    add('clearTimer', (id) => this.clearTimer(context.getNumber(id)));
    add('call', (id, name, args) =>
      this.call(context.getNumber(id), context.getString(name), context.getString(args)),
    );
    const start = context.unwrapResult(context.evalCode(PRELUDE, 'coglex.js'));
    this.prelude = context.unwrapResult(context.callFunction(start, context.undefined, host));
    const json = context.newString(parameters);
    const parse = context.getProp(context.getProp(context.global, 'JSON'), 'parse');
    this.handleOfParameters = context.unwrapResult(context.callFunction(parse, context.undefined, json));
    context.setProp(context.global, 'parameters', this.handleOfParameters);
  }

  get parameters(): QuickJSHandle {
    return this.handleOfParameters;
  }

  /** Whether a timer or an answer may still come. */
  get isExpecting(): boolean {
    return this.timers.size > 0 || this.calls.size > 0;
  }

  /** A promise of the JSON of a value, or of what a promise resolves to. */
  settle(value: QuickJSHandle): QuickJSHandle {
    return this.tell('settle', value);
  }

  answer({ call, value, error }: AnswerMessage): void {
    const { context } = this;
    this.calls.delete(call);
    const text = (part?: string) => (part === undefined ? context.undefined : context.newString(part));
    this.tell('answer', context.newNumber(call), text(value), text(error?.code), text(error?.message));
  }

  /** Nothing that was asked for comes any more. */
  close(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
    this.calls.clear();
  }

  private tell(method: string, ...args: QuickJSHandle[]): QuickJSHandle {
    const { context } = this;
    const body = context.getProp(this.prelude, method);
    return context.unwrapResult(context.callFunction(body, context.undefined, ...args));
  }

  private print(stream: string, text: string): void {
    this.output.write(stream === 'stderr' ? 'stderr' : 'stdout', text);
  }

  private startTimer(id: number, delay: number): void {
    if (this.timers.size >= MAX_TIMERS) throw new Error(`There can be ${MAX_TIMERS} timers at once`);
    const fire = () => {
      this.timers.delete(id);
      this.tell('fire', this.context.newNumber(id));
      this.wake();
    };
    this.timers.set(id, setTimeout(fire, Math.min(Math.max(delay, 0), 2 ** 31 - 1)));
  }

  private clearTimer(id: number): void {
    clearTimeout(this.timers.get(id));
    this.timers.delete(id);
  }

  private call(call: number, name: string, args: string): void {
    if (this.callsLeft <= 0) throw new Error('The code calls the coglex module too often');
    this.callsLeft -= 1;
    this.calls.add(call);
    this.channel.send({ kind: 'call', call, name, args });
  }
}
