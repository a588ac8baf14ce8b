import { compileFilter } from '../../query/filter.js';
import { compileSort } from '../../sort/sort.js';
import { TICK } from '../../types.js';
import type { Document, Rows } from '../../types.js';
import { compilePipeline } from '../pipeline.js';
import type { PipelineContext } from '../pipeline.js';
import { describeValue, outcomeOf } from './cases.js';
import type { Expectation } from './cases.js';

/** Collections by name. */
export type Collections = Readonly<Record<string, readonly Document[]>>;

/** A context over collections in memory, which counts what is charged. */
export class MemoryContext implements PipelineContext {
  readonly database = 'test';
  readonly now = new Date('2024-05-06T07:08:09.123Z');
  collation: PipelineContext['collation'];
  variables: PipelineContext['variables'];
  /** Queries that stages sent to other collections. */
  readonly scans: {
    collection: string;
    filter?: Document;
    sort?: Document;
    skip?: number;
    limit?: number;
  }[] = [];
  charged = 0;
  peak = 0;
  budget = Infinity;

  constructor(
    private readonly data: Collections = {},
    readonly collection = 'items',
  ) {}

  readonly memory = {
    charge: (bytes: number): void => {
      this.charged += bytes;
      this.peak = Math.max(this.peak, this.charged);
      if (this.charged > this.budget) throw new Error('over budget');
    },
    release: (bytes: number): void => {
      this.charged -= bytes;
    },
  };

  *scan(
    collection: string,
    query: Parameters<PipelineContext['scan']>[1],
  ): Generator<Document | typeof TICK> {
    this.scans.push({ collection, ...query });
    const filter = compileFilter(query.filter ?? {}, { collation: query.collation, now: this.now });
    let rows = (this.data[collection] ?? []).filter((document) => filter.matches(document));
    const { sort } = query;
    if (sort !== undefined) {
      const order = compileSort(sort, query.collation);
      rows = rows.toSorted((left, right) => order.compare(left, right));
    }
    const { skip = 0, limit } = query;
    yield TICK;
    yield* rows.slice(skip, limit === undefined ? undefined : skip + limit);
  }
}

export interface RunOptions {
  readonly collections?: Collections;
  readonly context?: MemoryContext;
}

/** The documents of a flow, without its ticks. */
export function documentsOf(rows: Rows): Document[] {
  return [...rows].filter((row) => row !== TICK);
}

/** Runs a pipeline on documents. */
export function runPipeline(
  stages: readonly Document[],
  documents: readonly Document[] = [],
  { collections = {}, context = new MemoryContext(collections) }: RunOptions = {},
): Document[] {
  return documentsOf(compilePipeline(stages, context).run(documents));
}

/** A pipeline, its input, and what comes out. */
export type PipelineRow = readonly [
  title: string,
  stages: readonly Document[],
  documents: readonly Document[],
  expectation: Expectation,
];

export interface TitledPipeline {
  readonly title: string;
  readonly outcome: () => string;
  readonly expected: string;
}

/** Rows for `test.each('$title')`. */
export function pipelines(rows: readonly PipelineRow[], options: RunOptions = {}): TitledPipeline[] {
  return rows.map(([title, stages, documents, expectation]) => ({
    title,
    outcome: () => outcomeOf(() => runPipeline(stages, documents, options)),
    expected: 'code' in expectation ? `error ${expectation.code}` : describeValue(expectation.value),
  }));
}
