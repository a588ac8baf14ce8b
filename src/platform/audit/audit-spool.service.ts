import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { Config } from '../config/config.js';
import type { NewEntry } from './audit-entry.js';
import { ChainSeal } from './chain/chain-seal.js';

/** An entry that has no place in a chain yet. */
export interface PendingEntry {
  project: string;
  entry: NewEntry;
}

/** Directory of the spool, below `DATA_DIR`. */
export const SPOOL_DIRECTORY = 'audit-spool';

/** Largest spool of one instance, in bytes. */
const MAX_BYTES = 32 * 1024 ** 2;

const WAITING = '.jsonl';
const TAKEN = '.taken';

/**
 * Keeps entries on disk while the database is away, so that also a process that is killed loses none. Each line is
 * signed: what somebody else puts there does not get into the trail.
 */
@Injectable()
export class AuditSpool {
  private readonly directory: string;
  private readonly name = randomUUID();

  constructor(
    config: Config,
    private readonly seal: ChainSeal,
  ) {
    this.directory = join(config.DATA_DIR, SPOOL_DIRECTORY);
  }

  /** @throws Error when the disk does not take them, or there are too many */
  async add(pending: PendingEntry[]): Promise<void> {
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    const file = await open(join(this.directory, this.name + WAITING), 'a', 0o600);
    try {
      if ((await file.stat()).size > MAX_BYTES) throw new Error('The spool of the audit trail is full');
      await file.appendFile(pending.map((one) => this.write(one)).join(''));
      await file.datasync();
    } finally {
      await file.close();
    }
  }

  /**
   * Hands over all that waits, also from processes that are no longer there, and removes it when it was taken over.
   * Entries may be handed over twice, when that was broken off.
   *
   * @param take rejects when it cannot take them now
   * @returns how many lines there were that nobody here has signed
   */
  async drain(take: (pending: PendingEntry[]) => Promise<void>): Promise<number> {
    let refused = 0;
    for (const name of await this.waiting()) {
      const path = await this.claim(name);
      if (path === undefined) continue;
      const lines = (await readFile(path, 'utf8')).split('\n').filter((line) => line !== '');
      const pending = lines.map((line) => this.read(line)).filter((one) => one !== undefined);
      refused += lines.length - pending.length;
      await take(pending).catch(async (error: unknown) => {
        await rename(path, path.replace(TAKEN, WAITING));
        throw error;
      });
      await rm(path, { force: true });
    }
    return refused;
  }

  private async waiting(): Promise<string[]> {
    const names = await readdir(this.directory).catch(() => []);
    return names.filter((name) => name.endsWith(WAITING) || name.endsWith(TAKEN)).sort();
  }

  /** Whoever still writes under the old name begins a new file. */
  private async claim(name: string): Promise<string | undefined> {
    const from = join(this.directory, name);
    const to = join(this.directory, randomUUID() + TAKEN);
    // One that another instance has taken is left to it, unless it was given up.
    if (name.endsWith(TAKEN) && !(await isOld(from))) return undefined;
    return rename(from, to).then(
      () => to,
      () => undefined,
    );
  }

  private write({ project, entry }: PendingEntry): string {
    const text = JSON.stringify({ project, entry });
    return `${this.seal.signLine(text)} ${text}\n`;
  }

  private read(line: string): PendingEntry | undefined {
    const space = line.indexOf(' ');
    const text = line.slice(space + 1);
    if (!this.seal.isSignedLine(text, line.slice(0, space))) return undefined;
    const { project, entry } = JSON.parse(text) as PendingEntry;
    return { project, entry: { ...entry, at: new Date(entry.at) } };
  }
}

/** Time after which nobody is believed to work on a file any more, in milliseconds. */
const GIVEN_UP_MS = 60_000;

async function isOld(path: string): Promise<boolean> {
  const { ctimeMs } = await stat(path).catch(() => ({ ctimeMs: Date.now() }));
  return Date.now() - ctimeMs > GIVEN_UP_MS;
}
