import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { Config } from '../config/config.js';
import type { SignedPoint } from './chain/chain-seal.js';

/** File in `DATA_DIR`. */
export const WITNESS_FILE = 'audit-heads.json';

/** How often the file is written at most, in milliseconds. */
const EVERY_MS = 1000;

/** The furthest place of each chain that this machine has seen. */
export type Witness = Record<string, SignedPoint>;

/**
 * Remembers on this machine's disk how far the trails had come: whoever puts an older state of the database, or none, in
 * the place of this one is found out by it.
 */
@Injectable()
export class AuditWitness implements OnApplicationShutdown {
  private readonly seen = new Map<string, SignedPoint>();
  private timer?: NodeJS.Timeout;
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly config: Config,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(AuditWitness.name);
  }

  note(project: string, head: SignedPoint): void {
    this.seen.set(project, head);
    this.timer ??= setTimeout(() => this.write(), EVERY_MS).unref();
  }

  /** A trail is gone, with its project. */
  forget(project: string): void {
    this.seen.delete(project);
    this.writing = this.writing.then(() => this.store({ without: project }));
  }

  async onApplicationShutdown(): Promise<void> {
    if (this.timer) this.write();
    await this.writing;
  }

  private write(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.writing = this.writing.then(() => this.store());
  }

  private async store({ without }: { without?: string } = {}): Promise<void> {
    try {
      await mkdir(this.config.DATA_DIR, { recursive: true });
      // Other processes on this machine write into it as well.
      const known = await readWitness(this.config.DATA_DIR);
      for (const [project, head] of this.seen) if (!(known[project]?.seq >= head.seq)) known[project] = head;
      if (without !== undefined) Reflect.deleteProperty(known, without);
      const path = join(this.config.DATA_DIR, WITNESS_FILE);
      await writeFile(`${path}.${process.pid}`, `${JSON.stringify(known)}\n`, { mode: 0o600 });
      await rename(`${path}.${process.pid}`, path);
    } catch (error) {
      this.logger.warn({ err: error }, 'How far the audit trail has come could not be noted on disk');
    }
  }
}

/** What a machine has seen; nothing where there is no file. @throws SyntaxError when somebody has written into it */
export async function readWitness(directory: string): Promise<Witness> {
  const text = await readFile(join(directory, WITNESS_FILE), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '{}';
    throw error;
  });
  return JSON.parse(text) as Witness;
}
