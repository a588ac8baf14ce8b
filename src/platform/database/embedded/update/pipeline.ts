import { compilePipeline } from '../aggregation/pipeline.js';
import type { Pipeline } from '../aggregation/pipeline.js';
import { keysOf } from '../bson/key-order.js';
import { isDocument } from '../bson/types.js';
import { CommandError } from '../errors.js';
import { TICK } from '../types.js';
import type { Document } from '../types.js';
import { unlessSame } from './same-value.js';
import { withId } from './update.js';
import type { ApplyContext, UpdateOptions } from './update.js';

/** Stages that make one document of one. */
const STAGES = new Set(['$addFields', '$set', '$project', '$unset', '$replaceRoot', '$replaceWith']);

/** Codes of a stage that is malformed or unknown. */
const PARSE_ERRORS = new Set([40323, 40324]);

/** Compiles an update by pipeline. */
export function compileUpdatePipeline(
  stages: readonly Document[],
  { collation, variables, constants }: UpdateOptions,
): (document: Document, context: ApplyContext) => Document {
  const options = { collation, variables: { ...variables, ...constants } };
  const misplaced = stages.map(stageName).find((name) => !STAGES.has(name));
  if (misplaced !== undefined) {
    requireKnown(stages, options);
    throw new CommandError('InvalidOptions', `${misplaced} is not allowed to be used within an update`);
  }
  // Compiled at once, so that a malformed stage fails also when no document matches.
  const now = new Date();
  let current = { now, pipeline: compile(stages, now, options) };
  return (document, context) => {
    if (current.now !== context.now)
      current = { now: context.now, pipeline: compile(stages, context.now, options) };
    const result = keepId(document, runOnOne(current.pipeline, document));
    return unlessSame(document, result) as Document;
  };
}

function stageName(stage: unknown): string {
  return (isDocument(stage) ? keysOf(stage)[0] : undefined) ?? '';
}

/** A stage that is none is another error than one that is only not allowed here. */
function requireKnown(stages: readonly Document[], options: UpdateOptions): void {
  try {
    compile(stages, new Date(), options);
  } catch (error) {
    if (error instanceof CommandError && PARSE_ERRORS.has(error.code)) throw error;
  }
}

function compile(stages: readonly Document[], now: Date, { collation, variables }: UpdateOptions): Pipeline {
  return compilePipeline(stages, {
    database: '',
    collection: '',
    now,
    collation,
    variables,
    scan: () => [],
    memory: { charge: () => undefined, release: () => undefined },
  });
}

function runOnOne(pipeline: Pipeline, document: Document): Document {
  for (const row of pipeline.run([document])) if (row !== TICK) return row;
  throw new CommandError('InternalError', 'an update pipeline lost its document');
}

/** A pipeline that drops `_id` does not remove it. */
function keepId(document: Document, result: Document): Document {
  return result._id === undefined ? withId(result, document._id) : result;
}
