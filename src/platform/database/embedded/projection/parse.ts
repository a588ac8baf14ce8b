import { compileExpression } from '../aggregation/expression.js';
import type { Expression } from '../aggregation/expression.js';
import { findOperator } from '../aggregation/operators/registry.js';
import { keysOf } from '../bson/key-order.js';
import { isNumeric, isZero } from '../bson/numbers.js';
import { isDocument } from '../bson/types.js';
import { CommandError } from '../errors.js';
import type { FilterOptions } from '../query/filter.js';
import type { Document } from '../types.js';
import { firstMatching, parseSlice } from './find-operators.js';
import type { Slice } from './find-operators.js';
import { parseProjectionPath } from './path.js';
import { ProjectionTree } from './tree.js';
import type { ProjectionNode } from './tree.js';

export type ProjectionKind = 'inclusion' | 'exclusion';

/** A parsed projection. */
export interface ParsedProjection {
  readonly kind: ProjectionKind;
  readonly tree: ProjectionTree;
  readonly slices: readonly { path: readonly string[]; slice: Slice }[];
  /** The path before `.$`. */
  readonly positional: readonly string[] | undefined;
}

const MAX_DEPTH = 200;

/**
 * Parses the specification of a projection.
 *
 * @param find whether `$slice`, `$elemMatch` and `$` have the meaning they have in a query, which a stage lacks
 */
export function parseProjection(spec: Document, options: FilterOptions, find: boolean): ParsedProjection {
  return new Parser(options, find).parse(spec);
}

class Parser {
  private readonly tree = new ProjectionTree();
  private readonly slices: { path: readonly string[]; slice: Slice }[] = [];
  private positional: readonly string[] | undefined;
  private kind: ProjectionKind | undefined;
  private hasElementMatch = false;
  /** What is said about `_id` itself, which fits into projections of both kinds. */
  private id: 'include' | 'exclude' | undefined;
  private mentionsId = false;

  constructor(
    private readonly options: FilterOptions,
    private readonly find: boolean,
  ) {}

  parse(spec: Document): ParsedProjection {
    this.parseLevel(spec, []);
    const kind = this.kind ?? this.defaultKind();
    if (kind === 'inclusion' && !this.mentionsId) this.tree.children.set('_id', 'include');
    // A slice keeps its field, which only an inclusion has to be told.
    if (kind === 'inclusion') for (const { path } of this.slices) this.add(path, 'include');
    return { kind, tree: this.tree, slices: this.slices, positional: this.positional };
  }

  /** MongoDB's rules for projections that say nothing about any field but `_id`. */
  private defaultKind(): ProjectionKind {
    if (this.slices.length > 0) return this.id === 'include' ? 'inclusion' : 'exclusion';
    return this.hasElementMatch || this.id === 'include' ? 'inclusion' : 'exclusion';
  }

  private parseLevel(spec: Document, parent: readonly string[]): void {
    if (parent.length >= MAX_DEPTH) throw new CommandError('Overflow', 'the projection nests too deeply');
    for (const name of keysOf(spec)) this.parseField(name, spec[name], parent);
  }

  private parseField(name: string, value: unknown, parent: readonly string[]): void {
    if (name === '$' || name.endsWith('.$') || name.includes('.$.')) {
      this.parsePositional(name, value, parent);
      return;
    }
    const path = [...parent, ...parseProjectionPath(name)];
    this.mentionsId ||= path[0] === '_id';
    if (typeof value === 'boolean' || isNumeric(value)) {
      const included = typeof value === 'boolean' ? value : !isZero(value);
      this.parseFlag(path, included);
    } else if (isDocument(value)) {
      this.parseDocument(path, value);
    } else {
      this.parseExpression(path, value, 31310, `Cannot use an expression ${name} in an exclusion projection`);
    }
  }

  private parseFlag(path: readonly string[], included: boolean): void {
    const flag = included ? 'include' : 'exclude';
    this.add(path, flag);
    if (path.length === 1 && path[0] === '_id') {
      this.id = flag;
      return;
    }
    const kind = included ? 'inclusion' : 'exclusion';
    if (this.kind !== undefined && this.kind !== kind) {
      throw new CommandError(
        included ? 31253 : 31254,
        `Cannot do ${kind} on field ${path.join('.')} in ${this.kind} projection`,
      );
    }
    this.kind = kind;
  }

  private parseDocument(path: readonly string[], value: Document): void {
    const keys = keysOf(value);
    const [first] = keys;
    if (first === undefined) {
      throw new CommandError(
        51270,
        `An empty sub-projection is not a valid value. Found empty object at path ${path.join('.')}`,
      );
    }
    if (!first.startsWith('$') || keys.length > 1) {
      this.parseLevel(value, path);
      return;
    }
    if (this.find && this.parseFindOperator(path, first, value[first])) return;
    if (first === '$elemMatch' && !this.find) {
      throw new CommandError('InvalidPipelineOperator', 'Cannot use $elemMatch in this context');
    }
    if (findOperator(first) === undefined) throw new CommandError(31325, `Unknown expression ${first}`);
    const message = 'Cannot use expression other than $meta in exclusion projection';
    this.parseExpression(path, value, 31252, message);
  }

  private parseFindOperator(path: readonly string[], name: string, operand: unknown): boolean {
    if (name === '$slice') {
      const slice = parseSlice(operand);
      if (slice === undefined) return false;
      if (this.slices.some((other) => collide(other.path, path))) throw collision(path);
      this.slices.push({ path, slice });
      return true;
    }
    if (name !== '$elemMatch') return false;
    if (this.positional !== undefined) {
      throw new CommandError(31255, 'Cannot specify positional operator and $elemMatch.');
    }
    if (path.length > 1) throw new CommandError(31275, 'Cannot use $elemMatch projection on a nested field.');
    this.add(path, firstMatching(path[0] ?? '', operand, this.options));
    this.hasElementMatch = true;
    return true;
  }

  private parseExpression(path: readonly string[], value: unknown, code: number, message: string): void {
    if (this.kind === 'exclusion') throw new CommandError(code, message);
    this.kind = 'inclusion';
    this.add(path, compileExpression(value, this.options));
  }

  private parsePositional(name: string, value: unknown, parent: readonly string[]): void {
    if (!this.find) {
      throw new CommandError(31324, 'Cannot use positional projection in aggregation projection');
    }
    if (isDocument(value)) {
      throw new CommandError(31271, 'positional projection cannot be used with an expression or sub object');
    }
    if (typeof value !== 'boolean' && !isNumeric(value)) {
      throw new CommandError(31308, 'positional projection cannot be used with a literal');
    }
    if (typeof value === 'boolean' ? !value : isZero(value)) {
      throw new CommandError(31395, 'positional projection cannot be used with exclusion');
    }
    if (name.includes('.$.')) {
      throw new CommandError(
        31394,
        "As of 4.4, it's illegal to specify positional operator in the middle of a path. Positional projection may only be used at the end",
      );
    }
    if (this.positional !== undefined) {
      throw new CommandError(31276, 'Cannot specify more than one positional projection per query.');
    }
    if (this.hasElementMatch) {
      throw new CommandError(31256, 'Cannot specify positional operator and $elemMatch.');
    }
    const path = [...parent, ...parseProjectionPath(name.slice(0, -2))];
    this.parseFlag(path, true);
    this.mentionsId ||= path[0] === '_id';
    this.positional = path;
  }

  /** Puts a node into the tree; two that meet on one path collide. */
  private add(path: readonly string[], node: Exclude<ProjectionNode, ProjectionTree> | Expression): void {
    let tree = this.tree;
    for (let at = 0; at < path.length - 1; at++) {
      const name = path[at] ?? '';
      const child = tree.children.get(name) ?? new ProjectionTree();
      if (!(child instanceof ProjectionTree)) {
        throw new CommandError(
          31249,
          `Path collision at ${path.join('.')} remaining portion ${path.slice(at + 1).join('.')}`,
        );
      }
      tree.children.set(name, child);
      tree = child;
    }
    const last = path[path.length - 1] ?? '';
    if (tree.children.has(last)) throw collision(path);
    tree.children.set(last, node);
  }
}

function collide(left: readonly string[], right: readonly string[]): boolean {
  const length = Math.min(left.length, right.length);
  return left.slice(0, length).every((component, at) => component === right[at]);
}

function collision(path: readonly string[]): CommandError {
  return new CommandError(31250, `Path collision at ${path.join('.')}`);
}
