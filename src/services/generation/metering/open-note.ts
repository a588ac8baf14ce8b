import type { OpenCall, OpenCallsRepository } from './open-calls.repository.js';

/** A call that is over by then needs no note: writing and deleting one would cost more than it could save. */
const AFTER_MS = 100;

/** The note that a call is under way, for the case that its server dies meanwhile. Nothing waits for it. */
export class OpenNote {
  private readonly timer: NodeJS.Timeout;
  private written?: Promise<void>;

  constructor(
    private readonly call: OpenCall,
    private readonly calls: OpenCallsRepository,
  ) {
    this.timer = setTimeout(() => {
      this.written = calls.insert(call).catch(() => undefined);
    }, AFTER_MS);
    this.timer.unref();
  }

  /** The call has ended. Its usage must be stored by now, for the note is what would make up for it. */
  drop(): void {
    clearTimeout(this.timer);
    void this.written?.then(() => this.calls.delete(this.call._id)).catch(() => undefined);
  }
}
