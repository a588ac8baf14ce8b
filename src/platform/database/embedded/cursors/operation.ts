import { setImmediate as nextTurn } from 'node:timers/promises';
import { CommandError } from '../errors.js';

/** How long one operation may keep the event loop from others, in milliseconds. */
const SLICE = 8;

/** One running command: its time limit, and who wants it to stop. */
export class Operation {
  private reason?: CommandError;
  private sliceEnd = performance.now() + SLICE;
  private deadline = Infinity;
  private readonly stop = (): void => this.kill(new CommandError('ClientDisconnect', 'client disconnected'));

  constructor(
    readonly id: number,
    readonly description: { database: string; command: string; namespace: string; client: string },
    private readonly closed: AbortSignal,
  ) {
    closed.addEventListener('abort', this.stop, { once: true });
  }

  readonly started = Date.now();

  /** @param milliseconds 0 is no limit */
  limitTime(milliseconds: number): void {
    this.deadline = milliseconds > 0 ? performance.now() + milliseconds : Infinity;
  }

  /** Milliseconds until the time limit, 0 when there is none. */
  get timeLeft(): number {
    return this.deadline === Infinity ? 0 : Math.max(1, this.deadline - performance.now());
  }

  /** Stops it at its next {@link check}. */
  kill(reason: CommandError = new CommandError('Interrupted', 'operation was interrupted')): void {
    this.reason ??= reason;
  }

  /** @throws CommandError when it was killed, its client is gone or its time is over */
  check(): void {
    if (this.reason) throw this.reason;
    if (performance.now() >= this.deadline)
      throw new CommandError('MaxTimeMSExpired', 'operation exceeded time limit');
  }

  /** To be called between pieces of work: lets other clients run when it is their turn. */
  pause(): Promise<void> | undefined {
    this.check();
    return performance.now() >= this.sliceEnd ? this.yieldTurn() : undefined;
  }

  /** Forgets the connection; the operation is over. */
  finish(): void {
    this.closed.removeEventListener('abort', this.stop);
  }

  private async yieldTurn(): Promise<void> {
    await nextTurn();
    this.sliceEnd = performance.now() + SLICE;
    this.check();
  }
}

/** The operations that are running, for `currentOp` and `killOp`. */
export class Operations {
  private readonly running = new Map<number, Operation>();
  private readonly waiting: (() => void)[] = [];
  private started = 0;

  start(description: Operation['description'], closed: AbortSignal): Operation {
    const operation = new Operation(++this.started, description, closed);
    this.running.set(operation.id, operation);
    return operation;
  }

  finish(operation: Operation): void {
    operation.finish();
    this.running.delete(operation.id);
    if (this.running.size === 0) for (const resolve of this.waiting.splice(0)) resolve();
  }

  find(id: number): Operation | undefined {
    return this.running.get(id);
  }

  list(): Operation[] {
    return [...this.running.values()];
  }

  /** Resolves when none is running; new ones must not be started meanwhile. */
  idle(): Promise<void> {
    if (this.running.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.waiting.push(resolve));
  }
}
