import { spawn, type ChildProcess } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { outOfMemory, timedOut, tooMuchOutput } from '../worker/failures.js';
import type { AnswerMessage, CallMessage, RunError, RunMessage } from '../worker/protocol.js';
import { exception } from '../worker/failures.js';
import { LineReader } from './line-reader.js';
import type { RunOutcome } from './limits.js';
import { readMessage } from './read-message.js';
import { residentMemory } from './resident-memory.js';

/** How often a running process is looked at from outside, in milliseconds. */
const WATCH_MS = 50;

/** Time beyond its own that a run gets to end itself, in milliseconds. */
const GRACE_MS = 250;

/** Longest message of a worker, in bytes: room for a large document that is to be stored. */
const MAX_MESSAGE = 20 * 1024 ** 2;

/** Resident memory that a worker needs beside what its code may use, in MiB. */
const OWN_MEMORY = { javascript: 220, python: 420 };

/** What a run needs from outside. */
export interface RunContext {
  /** Does what the code asks for. Must not reject. */
  call: (message: CallMessage) => Promise<AnswerMessage>;
  /** Aborted when nobody wants the run any more. */
  signal?: AbortSignal;
}

interface CurrentRun {
  message: RunMessage;
  context: RunContext;
  started: number;
  stdout: string;
  stderr: string;
  bytes: number;
  finish: (outcome: Partial<RunOutcome>) => void;
}

/** One process with one interpreter, which runs one piece of code at a time. */
export class WorkerProcess {
  /** Project whose code has run here; no other project's ever will. */
  tenant?: string;
  runs = 0;
  usedAt = performance.now();

  private readonly child: ChildProcess & { stdin: Writable; stdout: Readable };
  /** Resolves when the process is gone. */
  readonly exited: Promise<void>;
  private ended = false;
  private idle = Promise.withResolvers<void>();
  private current?: CurrentRun;

  /** @param snapshot descriptor of the snapshot that Python starts from */
  constructor(
    readonly runtime: 'javascript' | 'python',
    command: string[],
    snapshot?: number,
  ) {
    const [program, ...args] = command;
    // A group of its own, so that nothing it might start outlives it; and not one variable of the environment.
    this.child = spawn(program, args, {
      cwd: '/',
      env: {},
      detached: true,
      stdio: ['pipe', 'pipe', 'ignore', snapshot ?? 'ignore'],
    }) as typeof this.child;
    this.idle.promise.catch(() => undefined);
    const reader = new LineReader(MAX_MESSAGE, (line) => this.receive(line));
    this.child.stdout.on('data', (chunk: Buffer) => {
      try {
        reader.push(chunk);
      } catch {
        this.stop(tooMuchOutput(MAX_MESSAGE));
      }
    });
    this.child.stdin.on('error', () => undefined);
    this.exited = new Promise((resolve) => {
      const gone = () => {
        this.ended = true;
        this.idle.reject(new Error('The sandbox has ended'));
        this.stop(exception('SystemExit', 'The code has ended the interpreter.'));
        resolve();
      };
      this.child.once('error', gone).once('close', gone);
    });
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  get isAlive(): boolean {
    return !this.ended;
  }

  /** Resolves when it can take a run. @throws Error when it has ended instead */
  ready(): Promise<void> {
    return this.idle.promise;
  }

  /** Must be {@link ready}. */
  run(message: RunMessage, context: RunContext): Promise<RunOutcome> {
    this.idle = Promise.withResolvers();
    this.idle.promise.catch(() => undefined);
    this.runs += 1;
    return new Promise((resolve) => {
      const started = performance.now();
      const watch = setInterval(() => this.watch(), WATCH_MS);
      const abort = () => this.stop(exception('Canceled', 'The run was canceled.'));
      const current: CurrentRun = {
        message,
        context,
        started,
        stdout: '',
        stderr: '',
        bytes: 0,
        finish: (outcome) => {
          clearInterval(watch);
          context.signal?.removeEventListener('abort', abort);
          this.current = undefined;
          this.usedAt = performance.now();
          const durationMs = this.usedAt - started;
          const { stdout, stderr } = current;
          resolve({ stdout, stderr, durationMs, cpuMs: durationMs, memory: message.memory, ...outcome });
        },
      };
      this.current = current;
      if (context.signal?.aborted) return abort();
      context.signal?.addEventListener('abort', abort, { once: true });
      this.send(message);
    });
  }

  /** Ends the process at once, whatever it does. */
  async kill(): Promise<void> {
    if (!this.ended) {
      // The whole group; a process that has not been started has none.
      if (this.child.pid !== undefined) {
        try {
          process.kill(-this.child.pid, 'SIGKILL');
        } catch {
          this.child.kill('SIGKILL');
        }
      }
    }
    await this.exited;
  }

  /** Ends the run under way with an error, and the process with it. */
  private stop(error: RunError): void {
    const { current } = this;
    if (!this.ended) void this.kill();
    current?.finish({ error });
  }

  private send(message: RunMessage | AnswerMessage): void {
    if (!this.ended) this.child.stdin.write(`${JSON.stringify(message)}\n`);
  }

  private receive(line: string): void {
    const message = readMessage(line);
    if (message?.kind === 'ready') {
      // A run that has not been answered is not over because a worker says so.
      if (!this.current) this.idle.resolve();
      return;
    }
    const { current } = this;
    if (!current) return;
    if (message === undefined)
      return this.stop(exception('SystemExit', 'The code has broken the interpreter.'));
    switch (message.kind) {
      case 'output':
        return this.print(current, message.stream, message.text);
      case 'call':
        return void this.call(current, message);
      case 'done': {
        const { result, error, cpu: cpuMs, memory } = message;
        if (result !== undefined && Buffer.byteLength(result) > current.message.output)
          return this.stop(tooMuchOutput(current.message.output));
        current.finish({ result, error, cpuMs, memory });
      }
    }
  }

  private print(current: CurrentRun, stream: 'stdout' | 'stderr', text: string): void {
    current.bytes += Buffer.byteLength(text);
    if (current.bytes > current.message.output) return this.stop(tooMuchOutput(current.message.output));
    current[stream] += text;
  }

  private async call(current: CurrentRun, message: CallMessage): Promise<void> {
    const answer = await current.context.call(message);
    if (this.current === current) this.send(answer);
  }

  private watch(): void {
    const { current } = this;
    if (!current) return;
    const { timeout, memory } = current.message;
    if (performance.now() - current.started > timeout + GRACE_MS) return this.stop(timedOut(timeout));
    const resident = residentMemory(this.child.pid);
    if (resident > OWN_MEMORY[this.runtime] + memory) this.stop(outOfMemory(memory));
  }
}
