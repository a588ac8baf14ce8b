import { isDocument } from '../bson/types.js';
import { CommandError } from '../errors.js';
import type { Document, Rows } from '../types.js';
import { rootScope } from './compile.js';
import type { PipelineContext } from './context.js';
import { splitHead as splitStages } from './stages/head.js';
import type { PipelineHead } from './stages/head.js';
import { findStage } from './stages/registry.js';
import type { NestedPipeline, Place, Stage, StageContext, StageDefinition } from './stages/stage.js';
import { typeName } from './values.js';

export type {
  CollectionQuery,
  CollectionReplacement,
  MergeTarget,
  PipelineContext,
  PipelineWriter,
} from './context.js';
export type { PipelineHead } from './stages/head.js';

/** MongoDB's limits for one pipeline and for pipelines inside pipelines. */
const MAX_STAGES = 1000;
const MAX_NESTING = 20;

/** A compiled pipeline. It holds the state of one command and runs for one command only. */
export interface Pipeline {
  /** Runs on the documents of the collection, which the head of the pipeline may have filtered already. */
  readonly run: (source: Rows) => Rows;
  /** False when the first stage makes its own documents. */
  readonly needsSource: boolean;
}

/**
 * Takes off the head of a pipeline what a query can do: leading `$match`, `$sort`, `$skip` and `$limit`.
 *
 * @throws CommandError for unknown and misplaced stages of the whole pipeline
 */
export function splitHead(stages: readonly Document[]): PipelineHead {
  readStages(stages, 'top');
  return splitStages(stages);
}

/** Compiles a pipeline, or the rest of one behind its head. */
export function compilePipeline(stages: readonly Document[], context: PipelineContext): Pipeline {
  const { collation, variables, now } = context;
  const scope = rootScope({ collation, variables, now, interrupt: () => context.interrupt?.() });
  const pipeline = { context, collection: context.collection, scope, place: 'top' as const, depth: 0 };
  const { run, needsSource } = compileStages(stages, pipeline);
  return { needsSource, run: (source) => guarded(run(source)) };
}

interface ReadStage {
  readonly name: string;
  readonly spec: unknown;
  readonly definition: StageDefinition;
}

/** Checks the form and the places of all stages. */
function readStages(stages: readonly Document[], place: Place): ReadStage[] {
  if (stages.length > MAX_STAGES) {
    throw new CommandError(7749501, `Pipeline length must be no longer than ${MAX_STAGES} stages`);
  }
  return stages.map((stage: unknown, index) => {
    if (!isDocument(stage)) {
      throw new CommandError(
        'TypeMismatch',
        `Each element of the 'pipeline' array must be an object, found ${typeName(stage)}`,
      );
    }
    const [name, ...others] = Object.keys(stage);
    if (name === undefined || others.length > 0) {
      throw new CommandError(40323, 'A pipeline stage specification object must contain exactly one field.');
    }
    const definition = findStage(name);
    if (definition === undefined)
      throw new CommandError(40324, `Unrecognized pipeline stage name: '${name}'`);
    requirePlace(name, definition, place, index, stages.length);
    return { name, spec: stage[name], definition };
  });
}

function requirePlace(
  name: string,
  definition: StageDefinition,
  place: Place,
  index: number,
  length: number,
): void {
  if (place === '$facet' && definition.outsideFacet === true) {
    throw new CommandError(40600, `${name} is not allowed to be used within a $facet stage`);
  }
  if (definition.final === true) {
    if (place === '$lookup')
      throw new CommandError(51047, `${name} is not allowed within a $lookup's sub-pipeline`);
    if (place === '$unionWith')
      throw new CommandError(31441, `${name} is not allowed within a $unionWith's sub-pipeline`);
    if (index !== length - 1)
      throw new CommandError(40601, `${name} can only be the final stage in the pipeline`);
  }
  if (definition.initial === true && index > 0) {
    throw new CommandError(40602, `${name} is only valid as the first stage in a pipeline.`);
  }
}

/** What all stages of one pipeline share. */
type Surroundings = Pick<StageContext, 'context' | 'collection' | 'scope' | 'place' | 'depth'>;

function compileStages(stages: readonly Document[], surroundings: Surroundings): NestedPipeline {
  const { scope, collection, place, depth } = surroundings;
  if (depth > MAX_NESTING) {
    throw new CommandError(
      'MaxSubPipelineDepthExceeded',
      `Maximum number of nested sub-pipelines exceeded. Limit is ${MAX_NESTING}`,
    );
  }
  const nested: StageContext['nested'] = (inner, options) =>
    compileStages(inner, {
      ...surroundings,
      collection: options.collection ?? collection,
      scope: {
        ...scope,
        variables: new Map<string, unknown>([...scope.variables, ...(options.variables ?? [])]),
      },
      place: options.place,
      depth: depth + 1,
    });
  const read = readStages(stages, place);
  const compiled = read.map(({ name, spec, definition }, index): Stage =>
    definition.compile(spec, { ...surroundings, following: stages.slice(index + 1), nested }, name),
  );
  return {
    needsSource: read[0]?.definition.initial !== true,
    run: (source) => compiled.reduce((rows, stage) => stage(rows), source),
  };
}

/** Many stages can nest a value deeper than any recursive walk can follow; that is the command's error, not a fault. */
function* guarded(rows: Rows): Generator<Rows extends Iterable<infer Row> ? Row : never> {
  try {
    yield* rows;
  } catch (error) {
    if (error instanceof RangeError && error.message.includes('call stack')) {
      throw new CommandError('Overflow', 'cannot nest values so deeply');
    }
    throw error;
  }
}
