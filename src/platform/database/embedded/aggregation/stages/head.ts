import { isDocument } from '../../bson/types.js';
import { isNumeric, toDouble, toExactLong } from '../../bson/numbers.js';
import type { Document } from '../../types.js';

/** The part of a pipeline that the planner can serve. */
export interface PipelineHead {
  filter?: Document;
  sort?: Document;
  skip?: number;
  limit?: number;
  /** The stages that are left. */
  rest: Document[];
}

/**
 * Takes the leading `$match`, `$sort`, `$skip` and `$limit` off a pipeline as far as a query does the same: filter, then
 * sort, then skip, then limit. A stage that is malformed stays, so that compiling it reports the error.
 */
export function splitHead(stages: readonly Document[]): PipelineHead {
  const head: PipelineHead = { rest: [] };
  const filters: Document[] = [];
  let taken = 0;
  for (const stage of stages) {
    if (!isDocument(stage) || !takeStage(stage, head, filters)) break;
    taken++;
  }
  if (filters.length > 0) head.filter = filters.length === 1 ? filters[0] : { $and: filters };
  head.rest = stages.slice(taken);
  return head;
}

function takeStage(stage: Document, head: PipelineHead, filters: Document[]): boolean {
  const [name, ...others] = Object.keys(stage);
  if (others.length > 0) return false;
  const spec = stage[name];
  const windowed = head.skip !== undefined || head.limit !== undefined;
  switch (name) {
    case '$match':
      // Filtering before or after a sort is the same, behind a limit it is not.
      if (windowed || !isDocument(spec)) return false;
      if (Object.keys(spec).length > 0) filters.push(spec);
      return true;
    case '$sort':
      if (windowed || head.sort !== undefined || !isSort(spec)) return false;
      head.sort = spec;
      return true;
    case '$skip':
      return takeSkip(spec, head);
    case '$limit':
      return takeLimit(spec, head);
    default:
      return false;
  }
}

function isSort(spec: unknown): spec is Document {
  if (!isDocument(spec)) return false;
  const directions = Object.values(spec);
  return (
    directions.length > 0 &&
    directions.every((direction) => isNumeric(direction) && Math.abs(toDouble(direction)) === 1)
  );
}

function takeSkip(spec: unknown, head: PipelineHead): boolean {
  const skip = toExactLong(spec);
  if (skip === undefined || skip < 0n || head.limit !== undefined) return false;
  const sum = (head.skip ?? 0) + Number(skip);
  if (!Number.isSafeInteger(sum)) return false;
  head.skip = sum;
  return true;
}

function takeLimit(spec: unknown, head: PipelineHead): boolean {
  const limit = toExactLong(spec);
  if (limit === undefined || limit <= 0n || limit > BigInt(Number.MAX_SAFE_INTEGER)) return false;
  head.limit = Math.min(head.limit ?? Infinity, Number(limit));
  return true;
}
