import { CommandError } from '../../errors.js';
import { TICK } from '../../types.js';
import type { Document, Rows } from '../../types.js';
import type { ExpressionOptions } from '../compile.js';
import type { PipelineContext } from '../context.js';
import type { Scope, Variable } from '../scope.js';

/** A compiled stage: documents in, documents out; ticks are passed on. */
export type Stage = (source: Rows) => Rows;

/** Where a pipeline runs; some stages are refused in some places. */
export type Place = 'top' | '$facet' | '$lookup' | '$unionWith';

/** A pipeline that a stage contains, ready to run as often as needed. */
export interface NestedPipeline {
  /** Runs it on the documents of its collection; for a pipeline that makes its own documents, on nothing. */
  readonly run: (source: Rows) => Rows;
  readonly needsSource: boolean;
}

/** What a stage needs to know to compile its specification. */
export interface StageContext {
  readonly context: PipelineContext;
  /** The collection that this pipeline reads. */
  readonly collection: string;
  /** Where expressions of this pipeline are compiled. */
  readonly scope: Scope;
  readonly place: Place;
  /** How many pipelines are around this one. */
  readonly depth: number;
  /** The stages that come after this one, as written. */
  readonly following: readonly Document[];
  /** Compiles a pipeline inside this stage. */
  readonly nested: (stages: readonly Document[], options: NestedOptions) => NestedPipeline;
}

export interface NestedOptions {
  readonly place: Place;
  /** What the nested pipeline reads; `undefined` when it makes its own documents. */
  readonly collection: string | undefined;
  /** Variables that the nested pipeline sees beside those around it. */
  readonly variables?: ReadonlyMap<string, Variable>;
}

/** Compiles the specification of one stage. */
export type StageCompiler = (spec: unknown, stage: StageContext, name: string) => Stage;

/** What is known of a stage beside how it works. */
export interface StageDefinition {
  readonly compile: StageCompiler;
  /** It makes documents of its own and so must be the first. */
  readonly initial?: boolean;
  /** It writes and so must be the last of the outermost pipeline. */
  readonly final?: boolean;
  /** It may not be used inside `$facet`. */
  readonly outsideFacet?: boolean;
}

/** The surroundings of an expression, for the modules that compile filters and projections. */
export function expressionOptions(scope: Scope): ExpressionOptions {
  return {
    collation: scope.collation,
    variables: Object.fromEntries(scope.variables),
    now: scope.now,
    interrupt: () => {
      scope.pacer.check();
    },
  };
}

/** Documents that a stage may drop or look at before it gives others a turn. */
const ROWS_BETWEEN_TICKS = 128;

/** A stage that makes at most one document of each; `undefined` drops it. */
export function mapping(apply: (document: Document) => Document | undefined): Stage {
  return function* (source) {
    let dropped = 0;
    for (const row of source) {
      if (row === TICK) {
        yield TICK;
        continue;
      }
      const result = apply(row);
      if (result !== undefined) yield result;
      else if (++dropped % ROWS_BETWEEN_TICKS === 0) yield TICK;
    }
  };
}

/** Reads all documents of a source, with ticks on the way; for stages that need everything before they answer. */
export function* consume(source: Rows, take: (document: Document) => void): Generator<typeof TICK, void> {
  let taken = 0;
  for (const row of source) {
    if (row === TICK) {
      yield TICK;
      continue;
    }
    take(row);
    if (++taken % ROWS_BETWEEN_TICKS === 0) yield TICK;
  }
}

/** Gives documents out with a tick now and then, for stages that compute each from much data. */
export function* ticking(documents: Iterable<Document>): Generator<Document | typeof TICK, void> {
  let given = 0;
  for (const document of documents) {
    yield document;
    if (++given % ROWS_BETWEEN_TICKS === 0) yield TICK;
  }
}

/** The stages of a nested pipeline as written. */
export function requireStages(
  value: unknown,
  code: ConstructorParameters<typeof CommandError>[0],
): Document[] {
  if (!Array.isArray(value)) throw new CommandError(code, 'A pipeline must be an array of stages');
  return value as Document[];
}
