import { checkStage } from './stages.js';
import type { Plain, Walk } from './walk.js';

/** What stands around a pipeline. */
export interface PipelineScope {
  /** Whether a collection may be read; the others answer as if they did not exist. */
  isOpen: (collection: string) => boolean;
  /** Variables that `$lookup` hands down. */
  variables: ReadonlySet<string>;
  /** Whether documents still are as stored, so that `_id`, `_inserted` and `_patched` are the server's. */
  stored: boolean;
}

/** Stages that pass documents on as they are stored. */
const KEEPS_DOCUMENTS = new Set(['$match', '$sort', '$skip', '$limit', '$sample']);

/** Checks a pipeline, with the pipelines inside it, and decodes its Extended JSON, into a new list. */
export function checkPipeline(walk: Walk, pipeline: unknown, scope: PipelineScope): Plain[] {
  let { stored } = scope;
  const stages: Plain[] = [];
  walk.mapList(pipeline, (stage) => {
    walk.countStage();
    const checked = checkStage(walk, stage, { ...scope, stored });
    stored &&= KEEPS_DOCUMENTS.has(Object.keys(checked)[0]);
    stages.push(checked);
  });
  return stages;
}
