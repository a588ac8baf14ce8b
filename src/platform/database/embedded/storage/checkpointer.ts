import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { RootDatabase } from 'lmdb';
import type { Logger } from '../logger.js';
import { CheckpointFile, DATA_FILE } from './checkpoint-file.js';
import { readMetaPage } from './meta-page.js';

/** How long a write may wait for the disk unless its client asks for `j: true`, in milliseconds. */
const INTERVAL = 100;
/** So many transactions bring the next checkpoint early. */
const EARLY_AFTER = 100;
/**
 * Writers wait while the disk is so many transactions behind. Pages freed since the last checkpoint cannot be used
 * again, and lmdb's allocator forgets its list of free pages, so that the file grows, when a reader is 300 behind.
 */
const BACKLOG = 250;

/**
 * Makes LMDB's fast commits safe against a power failure.
 *
 * Transactions are committed to the memory map and not flushed: they survive the death of the process, but a power
 * failure could leave a newer meta page with older data pages. So at intervals the data is flushed, and only then
 * the meta page that goes with it is written to a file of its own. Until the next checkpoint is complete, a read
 * transaction keeps LMDB from using that snapshot's pages again.
 */
export class Checkpointer {
  private commits = 0;
  private flushed = -1;
  private pin?: { done(): void };
  private running?: Promise<void>;
  private next?: Promise<void>;
  private timer?: NodeJS.Timeout;

  private constructor(
    private readonly root: RootDatabase<Buffer, Buffer>,
    private readonly data: FileHandle,
    private readonly file: CheckpointFile,
    private readonly logger: Logger,
  ) {}

  /** Takes the first checkpoint: no write may come before. */
  static async start(
    root: RootDatabase<Buffer, Buffer>,
    directory: string,
    logger: Logger,
  ): Promise<Checkpointer> {
    const data = await open(join(directory, DATA_FILE), 'r');
    const checkpointer = new Checkpointer(root, data, await CheckpointFile.open(directory), logger);
    await checkpointer.flush();
    return checkpointer;
  }

  /** To be called after every commit. */
  committed(): void {
    this.commits++;
    if (this.commits - this.flushed >= EARLY_AFTER) this.flushSoon();
    else this.timer ??= setTimeout(() => this.flushSoon(), INTERVAL).unref();
  }

  /** What a writer has to wait for first while the disk cannot keep up. */
  get backlog(): Promise<void> | undefined {
    return this.commits - this.flushed > BACKLOG ? this.flush() : undefined;
  }

  /** Resolves once everything that is committed by now would survive a power failure. */
  flush(): Promise<void> {
    if (this.flushed >= this.commits) return Promise.resolve();
    if (!this.running) return (this.running = this.take().finally(() => (this.running = undefined)));
    // The one under way may have begun before the caller's commit.
    return (this.next ??= this.running
      .catch(() => undefined)
      .then(() => {
        this.next = undefined;
        return this.flush();
      }));
  }

  async close(): Promise<void> {
    clearTimeout(this.timer);
    try {
      await this.flush();
    } finally {
      this.pin?.done();
      await Promise.all([this.data.close(), this.file.close()]);
    }
  }

  private flushSoon(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.running) return;
    this.flush().catch((error: unknown) => {
      this.logger.error({ err: error }, 'Data could not be flushed to the disk');
      this.timer ??= setTimeout(() => this.flushSoon(), INTERVAL * 10).unref();
    });
  }

  private async take(): Promise<void> {
    const commits = this.commits;
    this.root.resetReadTxn();
    const pin = this.root.useReadTransaction();
    try {
      const meta = readMetaPage(this.data.fd);
      if (!meta) throw new Error('The data file has no valid head');
      await this.data.datasync();
      await this.file.write(meta.bytes);
    } catch (error) {
      pin.done();
      throw error;
    }
    this.pin?.done();
    this.pin = pin;
    this.flushed = commits;
    if (this.commits > commits) this.timer ??= setTimeout(() => this.flushSoon(), INTERVAL).unref();
  }
}
