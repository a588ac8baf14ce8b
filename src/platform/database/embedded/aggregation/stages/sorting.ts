import { TICK } from '../../types.js';
import { approximateBytes } from '../memory.js';
import type { MemoryBudget } from '../memory.js';

/** Items are sorted in runs of this size, so that sorting never keeps others waiting for long. */
const RUN = 1024;
const OVERHEAD = 48;

interface Run<Item> {
  readonly items: readonly Item[];
  position: number;
}

/**
 * Sorts in memory, in runs that are merged while they are read; equal items stay in order of arrival.
 */
export class Sorter<Item> {
  private readonly runs: Run<Item>[] = [];
  private run: Item[] = [];
  private readonly runSize: number;
  private held = 0;

  /** @param keep how many of the first items are wanted; the others are dropped on the way */
  constructor(
    private readonly compare: (left: Item, right: Item) => number,
    private readonly memory: MemoryBudget,
    private readonly keep = Infinity,
  ) {
    this.runSize = Math.max(RUN, Math.min(keep * 2, RUN * 16));
  }

  /** @param bytes what the item holds in memory */
  add(item: Item, bytes = approximateBytes(item)): void {
    this.charge(bytes + OVERHEAD);
    this.run.push(item);
    if (this.run.length >= this.runSize) this.endRun();
  }

  private endRun(): void {
    this.run.sort(this.compare);
    if (this.keep * 2 <= this.runSize) {
      const share = this.held / this.run.length;
      this.run.length = Math.min(this.run.length, this.keep);
      this.release(this.held - share * this.run.length);
      return;
    }
    this.runs.push({ items: this.run, position: 0 });
    this.run = [];
  }

  private charge(bytes: number): void {
    this.memory.charge(bytes);
    this.held += bytes;
  }

  private release(bytes: number): void {
    this.memory.release(bytes);
    this.held -= bytes;
  }

  /** Gives back what was charged; the sorter is of no use afterwards. */
  dispose(): void {
    this.release(this.held);
  }

  /** The items in order, at most as many as wanted. */
  *sorted(): Generator<Item, void> {
    this.run.sort(this.compare);
    if (this.runs.length === 0) {
      yield* this.run.slice(0, this.keep);
      return;
    }
    if (this.run.length > 0) this.runs.push({ items: this.run, position: 0 });
    yield* this.merged();
  }

  /** Always takes the least of the runs' heads; of equal ones that of the earliest run. */
  private *merged(): Generator<Item, void> {
    const heap = this.runs.map((_, index) => index);
    for (let index = (heap.length >> 1) - 1; index >= 0; index--) this.sink(heap, index);
    for (let taken = 0; heap.length > 0 && taken < this.keep; taken++) {
      const run = this.runs[heap[0]];
      yield run.items[run.position++];
      if (run.position === run.items.length) {
        const last = heap.pop();
        if (last === undefined || heap.length === 0) return;
        heap[0] = last;
      }
      this.sink(heap, 0);
    }
  }

  private sink(heap: number[], start: number): void {
    for (let at = start; ;) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2]) {
        if (child < heap.length && this.before(heap[child], heap[least])) least = child;
      }
      if (least === at) return;
      [heap[at], heap[least]] = [heap[least], heap[at]];
      at = least;
    }
  }

  private before(left: number, right: number): boolean {
    const a = this.runs[left];
    const b = this.runs[right];
    const order = this.compare(a.items[a.position], b.items[b.position]);
    return order < 0 || (order === 0 && left < right);
  }
}

/** Gives items out with a tick now and then. */
export function* withTicks<Item>(items: Iterable<Item>, every = 128): Generator<Item | typeof TICK, void> {
  let given = 0;
  for (const item of items) {
    yield item;
    if (++given % every === 0) yield TICK;
  }
}
