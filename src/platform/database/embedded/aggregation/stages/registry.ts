import { addFields } from './add-fields.js';
import { bucketAuto } from './bucket-auto.js';
import { bucket } from './bucket.js';
import { densify } from './densify.js';
import { documents } from './documents.js';
import { facet } from './facet.js';
import { fill } from './fill.js';
import { graphLookup } from './graph-lookup.js';
import { group } from './group.js';
import { count, limit, sample, skip } from './limits.js';
import { lookup } from './lookup.js';
import { match } from './match.js';
import { merge } from './merge.js';
import { out } from './out.js';
import { project, unset } from './projection.js';
import { redact } from './redact.js';
import { REFUSED_STAGES } from './refused.js';
import { replaceRoot, replaceWith } from './replace-root.js';
import { setWindowFields } from './set-window-fields.js';
import { sort } from './sort.js';
import { sortByCount } from './sort-by-count.js';
import type { StageDefinition } from './stage.js';
import { collStats, indexStats } from './statistics.js';
import { unionWith } from './union-with.js';
import { unwind } from './unwind.js';

const STAGES: ReadonlyMap<string, StageDefinition> = new Map<string, StageDefinition>([
  ['$addFields', { compile: addFields }],
  ['$bucket', { compile: bucket }],
  ['$bucketAuto', { compile: bucketAuto }],
  ['$collStats', { compile: collStats, initial: true, outsideFacet: true }],
  ['$count', { compile: count }],
  ['$densify', { compile: densify }],
  ['$documents', { compile: documents, initial: true, outsideFacet: true }],
  ['$facet', { compile: facet, outsideFacet: true }],
  ['$fill', { compile: fill }],
  ['$graphLookup', { compile: graphLookup }],
  ['$group', { compile: group }],
  ['$indexStats', { compile: indexStats, initial: true, outsideFacet: true }],
  ['$limit', { compile: limit }],
  ['$lookup', { compile: lookup }],
  ['$match', { compile: match }],
  ['$merge', { compile: merge, final: true, outsideFacet: true }],
  ['$out', { compile: out, final: true, outsideFacet: true }],
  ['$project', { compile: project }],
  ['$redact', { compile: redact }],
  ['$replaceRoot', { compile: replaceRoot }],
  ['$replaceWith', { compile: replaceWith }],
  ['$sample', { compile: sample }],
  ['$set', { compile: addFields }],
  ['$setWindowFields', { compile: setWindowFields }],
  ['$skip', { compile: skip }],
  ['$sort', { compile: sort }],
  ['$sortByCount', { compile: sortByCount }],
  ['$unionWith', { compile: unionWith }],
  ['$unset', { compile: unset }],
  ['$unwind', { compile: unwind }],
  ...REFUSED_STAGES,
]);

/** Finds a stage by its name with `$`. */
export function findStage(name: string): StageDefinition | undefined {
  return STAGES.get(name);
}
