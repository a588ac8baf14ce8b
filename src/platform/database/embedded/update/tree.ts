import { CommandError } from '../errors.js';
import { compareNames } from './path.js';
import type { PathStep, UpdatePath } from './path.js';
import type { Change } from './modifiers.js';

/** All changes of an update, by their paths. */
export type UpdateNode = Change | FieldsNode | ElementsNode;

/** The key of the child for the element that the query matched; no field name begins with `$`. */
const MATCHED = '$';

/** Changes of named fields, or of array elements by their position. */
export class FieldsNode {
  readonly children = new Map<string, UpdateNode>();
  private ordered: (readonly [string, UpdateNode])[] | undefined;
  private readonly withMatched = new Map<number, (readonly [string, UpdateNode])[]>();

  /**
   * The children in the order in which they apply.
   *
   * @param position tells which element the query matched
   */
  entries(position: () => number): (readonly [string, UpdateNode])[] {
    const matched = this.children.get(MATCHED);
    if (matched === undefined) return (this.ordered ??= sortEntries(this.children));
    const index = position();
    let entries = this.withMatched.get(index);
    if (entries === undefined) {
      const children = new Map(this.children);
      children.delete(MATCHED);
      const name = String(index);
      const other = children.get(name);
      children.set(name, other === undefined ? matched : merge(other, matched, name));
      entries = sortEntries(children);
      this.withMatched.set(index, entries);
    }
    return entries;
  }
}

/** Changes of the elements of an array: of all (key '') and of those that an array filter accepts (its identifier). */
export class ElementsNode {
  readonly children = new Map<string, UpdateNode>();
  private readonly merged = new Map<string, UpdateNode>();

  /** What several children together do to one element. */
  combined(keys: readonly string[]): UpdateNode | undefined {
    const [first, ...others] = keys;
    if (first === undefined) return undefined;
    if (others.length === 0) return this.children.get(first);
    const key = keys.join(',');
    let node = this.merged.get(key);
    if (node === undefined) {
      node = others.reduce<UpdateNode>(
        (left, other) => merge(left, this.children.get(other) as UpdateNode, key),
        this.children.get(first) as UpdateNode,
      );
      this.merged.set(key, node);
    }
    return node;
  }
}

function sortEntries(children: ReadonlyMap<string, UpdateNode>): (readonly [string, UpdateNode])[] {
  return [...children].sort(([left], [right]) => compareNames(left, right));
}

/**
 * Adds a change to the tree.
 *
 * @throws CommandError `ConflictingUpdateOperators` (40) when it meets another on its way or at its end
 */
export function insert(root: FieldsNode, path: UpdatePath, change: Change): void {
  let node: FieldsNode | ElementsNode = root;
  for (const [at, step] of path.steps.entries()) {
    const key = keyOf(step);
    const existing: UpdateNode | undefined = node.children.get(key);
    if (at === path.steps.length - 1) {
      if (existing !== undefined) throw conflict(path.text, path.text);
      node.children.set(key, change);
      return;
    }
    const next: UpdateNode =
      existing ?? (isElements(path.steps[at + 1]) ? new ElementsNode() : new FieldsNode());
    const fits = isElements(path.steps[at + 1]) ? next instanceof ElementsNode : next instanceof FieldsNode;
    if (!fits) throw conflict(path.text, path.text.split('.', at + 1).join('.'));
    node.children.set(key, next);
    node = next as FieldsNode | ElementsNode;
  }
}

function keyOf(step: PathStep): string {
  switch (step.kind) {
    case 'field':
      return step.name;
    case 'matched':
      return MATCHED;
    case 'all':
      return '';
    case 'filtered':
      return step.identifier;
  }
}

function isElements(step: PathStep): boolean {
  return step.kind === 'all' || step.kind === 'filtered';
}

function conflict(path: string, at: string): CommandError {
  return new CommandError(
    'ConflictingUpdateOperators',
    `Updating the path '${path}' would create a conflict at '${at}'`,
  );
}

/** Both of two subtrees, for an element that both mean. */
function merge(left: UpdateNode, right: UpdateNode, at: string): UpdateNode {
  const merged = emptyLike(left, right);
  if (merged === undefined) {
    throw new CommandError('ConflictingUpdateOperators', `Update created a conflict at '${at}'`);
  }
  const { children } = left as FieldsNode | ElementsNode;
  for (const [key, child] of children) merged.children.set(key, child);
  for (const [key, child] of (right as FieldsNode | ElementsNode).children) {
    const other = children.get(key);
    merged.children.set(key, other === undefined ? child : merge(other, child, `${at}.${key}`));
  }
  return merged;
}

function emptyLike(left: UpdateNode, right: UpdateNode): FieldsNode | ElementsNode | undefined {
  if (left instanceof FieldsNode && right instanceof FieldsNode) return new FieldsNode();
  if (left instanceof ElementsNode && right instanceof ElementsNode) return new ElementsNode();
  return undefined;
}
