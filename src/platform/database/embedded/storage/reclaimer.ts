import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Logger } from '../logger.js';
import type { ReclaimRecord } from './catalog-records.js';
import type { Catalog } from './catalog.js';
import type { Tree } from './trees.js';
import { prefixRange } from './keys.js';

/** Keys that are removed in one transaction. */
const CHUNK = 500;

/** Removes in the background what has been dropped. Interrupted, it goes on when the directory is opened again. */
export class Reclaimer {
  private running?: Promise<void>;
  private stopped = false;

  constructor(
    private readonly catalog: Catalog,
    private readonly logger: Logger,
  ) {}

  /** Starts unless it is under way. */
  wake(): void {
    if (this.running || this.stopped || this.catalog.reclaims.length === 0) return;
    this.running = this.run()
      .catch((error: unknown) => this.logger.error({ err: error }, 'Dropped data could not be removed'))
      .finally(() => (this.running = undefined));
  }

  /** Resolves when nothing is left to be removed. */
  async idle(): Promise<void> {
    this.wake();
    await this.running;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.running;
  }

  private async run(): Promise<void> {
    for (let record = this.catalog.reclaims[0]; record; record = this.catalog.reclaims[0]) {
      if (!(await this.remove(record))) return;
      this.catalog.reclaimed(record);
    }
  }

  /** @returns false when it was stopped in between */
  private async remove(record: ReclaimRecord): Promise<boolean> {
    const { trees } = this.catalog.environment;
    const ranges: [Tree, number][] = record.indexes.map((index) => [trees.entriesOf(index), index]);
    if (record.records !== undefined) ranges.push([trees.recordsOf(record.records), record.records]);
    for (const [tree, prefix] of ranges)
      while (this.removeChunk(tree, prefix)) {
        await this.catalog.environment.backlog;
        await nextTurn();
        if (this.stopped) return false;
      }
    return true;
  }

  private removeChunk(tree: Tree, prefix: number): boolean {
    const { lower, upper } = prefixRange(prefix);
    return this.catalog.environment.transaction(() => {
      const keys = [...tree.getKeys({ start: lower, end: upper, limit: CHUNK })];
      for (const key of keys) tree.removeSync(key);
      return keys.length === CHUNK;
    }, 'remove');
  }
}
