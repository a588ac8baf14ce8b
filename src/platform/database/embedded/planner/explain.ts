import { keysOf } from '../bson/key-order.js';
import type { Document } from '../types.js';
import type { Access, IndexScan, Plan, Query } from './plan.js';

/** Describes a plan as `explain` does: stages, each with the one that feeds it. */
export function explainPlan({ access, query, isSorted }: Plan, projection?: Document): Document {
  let stage = explainAccess(access, query);
  if (query.sort && !isSorted)
    stage = {
      stage: 'SORT',
      sortPattern: query.sort,
      ...(query.limit > 0 && { limitAmount: query.skip + query.limit }),
      type: 'simple',
      inputStage: stage,
    };
  if (query.skip > 0) stage = { stage: 'SKIP', skipAmount: query.skip, inputStage: stage };
  if (query.limit > 0) stage = { stage: 'LIMIT', limitAmount: query.limit, inputStage: stage };
  if (projection && keysOf(projection).length > 0)
    stage = { stage: 'PROJECTION_DEFAULT', transformBy: projection, inputStage: stage };
  return stage;
}

export function explainAccess(access: Access, { filter }: Query): Document {
  const rest = keysOf(filter).length > 0 ? { filter } : {};
  switch (access.stage) {
    case 'COLLSCAN':
      return { stage: 'COLLSCAN', ...rest, direction: directionName(access.direction) };
    case 'IDHACK':
      return { stage: 'IDHACK' };
    case 'IXSCAN':
      return { stage: 'FETCH', ...rest, inputStage: explainScan(access) };
    case 'OR':
      return {
        stage: 'FETCH',
        ...rest,
        inputStage: { stage: 'OR', inputStages: access.scans.map(explainScan) },
      };
  }
}

function explainScan({ index, bounds, direction }: IndexScan): Document {
  const { options, arrays, key } = index.record;
  return {
    stage: 'IXSCAN',
    keyPattern: key,
    indexName: index.name,
    isMultiKey: arrays !== undefined,
    multiKeyPaths: Object.fromEntries(
      index.fields.map((field, i) => [
        field,
        (arrays?.[i] ?? []).map((depth) => index.paths[i].slice(0, depth).join('.')),
      ]),
    ),
    isUnique: index.isUnique,
    isSparse: options.sparse === true,
    isPartial: options.partialFilterExpression !== undefined,
    indexVersion: 2,
    direction: directionName(direction),
    indexBounds: Object.fromEntries(
      index.fields.map((field, i) => [
        field,
        bounds.fields[i].map(({ from, to }) =>
          index.directions[i] === direction ? `${from}, ${to}` : reverse(from, to),
        ),
      ]),
    ),
  };
}

/** An interval as a scan against the field's direction meets it. */
function reverse(from: string, to: string): string {
  const opening = to.endsWith(']') ? '[' : '(';
  const closing = from.startsWith('[') ? ']' : ')';
  return `${opening}${to.slice(0, -1)}, ${from.slice(1)}${closing}`;
}

function directionName(direction: 1 | -1): string {
  return direction === 1 ? 'forward' : 'backward';
}
