import type { Sort } from '../sort/sort.js';
import type { Row } from '../storage/row.js';
import { TICK } from '../types.js';
import type { MemoryBudget } from './memory-budget.js';
import type { RowFlow } from './read.js';

/** Rows are sorted in runs of this size, so that sorting never keeps others waiting for long. */
const RUN = 1024;
/** Where fewer rows are wanted than this, the others are dropped as soon as they are known not to be among them. */
const MOST_KEPT = 8 * RUN;
const SMALLEST_RUN = 64;
/** A run of large rows ends earlier. */
const RUN_BYTES = 2 ** 20;
/** What a held row costs beside its bytes. */
const OVERHEAD = 200;

interface Held {
  row: Row;
  values: unknown[];
}

/**
 * Sorts rows in memory: in runs that are merged while they are read.
 *
 * @param keep how many of the first rows are wanted; the others are dropped on the way
 * @throws CommandError QueryExceededMemoryLimitNoDiskUseAllowed
 */
export function* sortRows(
  rows: RowFlow,
  sort: Sort,
  keep: number,
  memory: MemoryBudget,
): Generator<Row | typeof TICK> {
  const runs: Held[][] = [];
  const fields = new Set(sort.keys.map(({ path }) => path.split('.', 1)[0]));
  const keepsFew = keep <= MOST_KEPT;
  const runSize = keepsFew ? Math.max(keep * 2, SMALLEST_RUN) : RUN;
  let run: Held[] = [];
  let bytes = 0;
  for (const row of rows) {
    if (row === TICK) {
      yield TICK;
      continue;
    }
    const size = row.bytes.length + OVERHEAD;
    memory.charge(size);
    bytes += size;
    run.push({ row, values: sort.valuesOf(row.select(fields)) });
    if (run.length < runSize && (bytes < RUN_BYTES || run.length <= keep)) continue;
    sortRun(run, sort);
    if (keepsFew) drop(run, keep, memory);
    else {
      runs.push(run);
      run = [];
    }
    bytes = 0;
    yield TICK;
  }
  sortRun(run, sort);
  runs.push(run);
  yield* merge(runs, sort, keep);
}

function sortRun(run: Held[], sort: Sort): void {
  run.sort((a, b) => sort.compareValues(a.values, b.values));
}

function drop(run: Held[], keep: number, memory: MemoryBudget): void {
  for (const { row } of run.splice(keep)) memory.release(row.bytes.length + OVERHEAD);
}

/** Always takes the least of the runs' heads; of equal ones that of the earlier run, which keeps the sort stable. */
function* merge(runs: readonly Held[][], sort: Sort, keep: number): Generator<Row> {
  const positions = runs.map(() => 0);
  const heap = runs.flatMap((run, i) => (run.length > 0 ? [i] : []));
  const before = (a: number, b: number): boolean => {
    const order = sort.compareValues(runs[a][positions[a]].values, runs[b][positions[b]].values);
    return order < 0 || (order === 0 && a < b);
  };
  for (let i = (heap.length >> 1) - 1; i >= 0; i--) sink(heap, i, before);
  for (let taken = 0; heap.length > 0 && taken < keep; taken++) {
    const first = heap[0];
    yield runs[first][positions[first]++].row;
    if (positions[first] === runs[first].length) {
      const last = heap.pop();
      if (heap.length === 0 || last === undefined) return;
      heap[0] = last;
    }
    sink(heap, 0, before);
  }
}

function sink(heap: number[], start: number, before: (a: number, b: number) => boolean): void {
  for (let at = start; ;) {
    let least = at;
    for (const child of [2 * at + 1, 2 * at + 2])
      if (child < heap.length && before(heap[child], heap[least])) least = child;
    if (least === at) return;
    [heap[at], heap[least]] = [heap[least], heap[at]];
    at = least;
  }
}
