import { compilePipeline } from '../aggregation/pipeline.js';
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

type Pipeline = ReturnType<typeof compilePipeline>;

/** Compiles an update by pipeline. */
export function compileUpdatePipeline(
  stages: readonly Document[],
  { collation, variables }: UpdateOptions,
): (document: Document, context: ApplyContext) => Document {
  for (const stage of stages) refuseStage(stage);
  const compile = (now: Date): Pipeline =>
    compilePipeline([...stages], {
      database: '',
      collection: '',
      now,
      collation,
      variables,
      scan: () => [],
      memory: { charge: () => undefined, release: () => undefined },
    });
  // Compiled at once, so that a malformed stage fails also when no document matches.
  let current = { now: new Date(), pipeline: compile(new Date()) };
  return (document, { now }) => {
    if (current.now !== now) current = { now, pipeline: compile(now) };
    const result = keepId(document, runOnOne(current.pipeline, document));
    return unlessSame(document, result) as Document;
  };
}

function refuseStage(stage: unknown): void {
  const [name] = isDocument(stage) ? keysOf(stage) : [];
  if (name === undefined || !STAGES.has(name)) {
    throw new CommandError('InvalidOptions', `${name ?? 'This'} is not allowed to be used within an update`);
  }
}

function runOnOne(pipeline: Pipeline, document: Document): Document {
  for (const row of pipeline.run([document])) if (row !== TICK) return row;
  throw new CommandError('InternalError', 'an update pipeline lost its document');
}

/** A pipeline that drops `_id` does not remove it. */
function keepId(document: Document, result: Document): Document {
  return result._id === undefined ? withId(result, document._id) : result;
}
