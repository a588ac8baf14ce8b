import type { Environment } from './environment.js';
import { numberKey } from './keys.js';

interface IndexStatistics {
  entries: number;
  bytes: number;
}

export interface Figures {
  count: number;
  size: number;
  next: number;
  indexes: Map<number, IndexStatistics>;
}

/**
 * A collection's counters. They are stored in the transaction that changes them, so that neither `count` nor
 * opening a directory has to look at documents.
 */
export class Statistics {
  private figures: Figures;
  private touched = false;

  constructor(
    private readonly environment: Environment,
    private readonly collection: number,
  ) {
    const stored = environment.trees.statistics.get(numberKey(collection));
    this.figures = stored ? parseFigures(stored) : { count: 0, size: 0, next: 1, indexes: new Map() };
  }

  get count(): number {
    return this.figures.count;
  }

  /** Bytes of all documents. */
  get size(): number {
    return this.figures.size;
  }

  index(id: number): Readonly<IndexStatistics> {
    return this.figures.indexes.get(id) ?? { entries: 0, bytes: 0 };
  }

  takeRecordId(): number {
    this.touch();
    return this.figures.next++;
  }

  /** The greatest record id that has been given out. */
  get lastRecordId(): number {
    return this.figures.next - 1;
  }

  addDocuments(count: number, size: number): void {
    if (count === 0 && size === 0) return;
    this.touch();
    this.figures.count += count;
    this.figures.size += size;
  }

  addEntries(index: number, entries: number, bytes: number): void {
    if (entries === 0 && bytes === 0) return;
    this.touch();
    const figures = this.index(index);
    this.figures.indexes.set(index, { entries: figures.entries + entries, bytes: figures.bytes + bytes });
  }

  dropIndex(index: number): void {
    this.touch();
    this.figures.indexes.delete(index);
  }

  /** To be called within a transaction: stores the figures at its end, or takes them back. */
  private touch(): void {
    if (this.touched) return;
    this.touched = true;
    const before = { ...this.figures, indexes: new Map(this.figures.indexes) };
    this.environment.beforeCommit(() => {
      this.environment.trees.statistics.putSync(numberKey(this.collection), serialize(this.figures));
      this.touched = false;
    });
    this.environment.onRollback(() => {
      this.figures = before;
      this.touched = false;
    });
  }
}

/** `[f64 count][f64 size][f64 next]`, then `[f64 index][f64 entries][f64 bytes]` for every index. */
function serialize(figures: Figures): Buffer {
  const numbers = [figures.count, figures.size, figures.next];
  for (const [id, { entries, bytes }] of figures.indexes) numbers.push(id, entries, bytes);
  const value = Buffer.allocUnsafe(numbers.length * 8);
  numbers.forEach((number, i) => value.writeDoubleLE(number, i * 8));
  return value;
}

export function parseFigures(value: Buffer): Figures {
  const number = (i: number): number => value.readDoubleLE(i * 8);
  const indexes = new Map<number, IndexStatistics>();
  for (let i = 3; (i + 2) * 8 < value.length; i += 3)
    indexes.set(number(i), { entries: number(i + 1), bytes: number(i + 2) });
  return { count: number(0), size: number(1), next: number(2), indexes };
}
