import type { StoredBan } from './bans.service.js';

interface Entry {
  ban: StoredBan;
  /** When this process learnt of it, on its own clock. */
  learnt: number;
  /** Until when it is no wonder that the database does not have it, on that clock. */
  missingUntil: number;
}

/** Time that another instance has to write what it has told already, in milliseconds. */
const GRACE_MS = 10_000;

/** The bans that one process knows, put together from what it decides, hears and reads. */
export class BanBook {
  private readonly entries = new Map<string, Entry>();
  /** When bans were lifted, for readings of the database that began before. */
  private lifted = new Map<string, number>();

  get size(): number {
    const now = Date.now();
    let size = 0;
    for (const { ban } of this.entries.values()) if (ban.until.getTime() > now) size += 1;
    return size;
  }

  /** Until when a block is banned, in milliseconds since 1970; `undefined` when it is not. */
  until(block: string): number | undefined {
    const entry = this.entries.get(block);
    if (!entry) return undefined;
    const until = entry.ban.until.getTime();
    if (until > Date.now()) return until;
    this.entries.delete(block);
    return undefined;
  }

  /** Takes in what this process has decided; it is to be written. */
  add(ban: StoredBan): void {
    this.set(ban, performance.now(), Infinity);
  }

  /** Takes in what another instance has decided, and writes. */
  hear(ban: StoredBan): void {
    // What this process tells it hears as well, and has still to write.
    if (this.entries.get(ban._id)?.missingUntil === Infinity) return;
    const now = performance.now();
    this.set(ban, now, now + GRACE_MS);
  }

  lift(block: string): void {
    this.entries.delete(block);
    this.lifted.set(block, performance.now());
  }

  written(block: string): void {
    const entry = this.entries.get(block);
    if (entry) entry.missingUntil = performance.now();
  }

  /** What the database does not have yet. */
  unwritten(): StoredBan[] {
    const now = new Date();
    return [...this.entries.values()]
      .filter(({ ban, missingUntil }) => missingUntil === Infinity && ban.until > now)
      .map(({ ban }) => ban);
  }

  /**
   * Takes over what the database has. What was learnt since the reading began is newer, and stays.
   *
   * @param begun when the reading began, on the clock of this process
   */
  replace(bans: readonly StoredBan[], begun: number): void {
    const read = new Map(bans.map((ban) => [ban._id, ban]));
    for (const [block, { missingUntil }] of this.entries)
      if (missingUntil < begun && !read.has(block)) this.entries.delete(block);
    for (const [block, ban] of read) {
      if ((this.lifted.get(block) ?? -Infinity) >= begun) continue;
      if ((this.entries.get(block)?.learnt ?? -Infinity) >= begun) continue;
      this.set(ban, begun, begun);
    }
    this.lifted = new Map([...this.lifted].filter(([, at]) => at >= begun));
  }

  private set(ban: StoredBan, learnt: number, missingUntil: number): void {
    this.entries.set(ban._id, { ban, learnt, missingUntil });
    this.lifted.delete(ban._id);
  }
}
