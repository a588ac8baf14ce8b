import { CommandError } from '../errors.js';
import type { Filter, FilterOptions } from '../query/filter.js';
import type { Document } from '../types.js';
import { applyPositional, applySlice } from './find-operators.js';
import { parseProjection } from './parse.js';
import type { ProjectionKind } from './parse.js';

export type { ProjectionKind } from './parse.js';

export interface ProjectionOptions extends FilterOptions {
  /** The query that found the documents, for the positional `$`. */
  filter?: Filter;
}

/** Makes a new document of what a projection keeps and computes; the given one stays as it is. */
export type Projection = (document: Document) => Document;

/**
 * Compiles the projection of a query.
 *
 * @throws CommandError with MongoDB's `Location` codes: 31253 and 31254 for mixed inclusion and exclusion, 31249 and 31250
 * for paths that collide, 31252 and 31310 for expressions in an exclusion, 31394 and 31395 for misplaced positional
 * operators; while it runs, 51246 when the query matched no array element
 */
export function compileProjection(spec: Document, options: ProjectionOptions = {}): Projection {
  const { kind, tree, slices, positional } = parseProjection(spec, options, true);
  if (tree.children.size === 0 && slices.length === 0) return (document) => document;
  const base: Projection =
    kind === 'inclusion' ? (document) => tree.include(document) : (document) => tree.exclude(document);
  if (slices.length === 0 && positional === undefined) return base;
  const { filter } = options;
  if (positional !== undefined && filter === undefined) {
    throw new CommandError(51050, 'Projections with a positional operator require a matcher');
  }
  return (document) => {
    let result = base(document);
    for (const { path, slice } of slices) result = applySlice(result, path, slice);
    if (positional !== undefined && filter !== undefined) {
      result = applyPositional(result, document, positional, filter);
    }
    return result;
  };
}

/** A compiled `$project` stage. */
export interface StageProjection {
  readonly kind: ProjectionKind;
  readonly apply: Projection;
}

/**
 * Compiles the specification of `$project`, where `$slice` is an expression and neither `$elemMatch` nor `$` exists.
 *
 * @throws CommandError 51272 for an empty specification, else as {@link compileProjection}
 */
export function compileStageProjection(spec: Document, options: FilterOptions = {}): StageProjection {
  if (Object.keys(spec).length === 0) {
    throw new CommandError(
      51272,
      'Invalid $project :: caused by :: projection specification must have at least one field',
    );
  }
  const { kind, tree } = parseProjection(spec, options, false);
  return {
    kind,
    apply: kind === 'inclusion' ? (document) => tree.include(document) : (document) => tree.exclude(document),
  };
}
