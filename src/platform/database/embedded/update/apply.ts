import { copyDocument, omitKeys } from '../bson/key-order.js';
import { indexOfComponent } from '../bson/paths.js';
import { bsonType, getOwn, isDocument, setOwn } from '../bson/types.js';
import { CommandError } from '../errors.js';
import type { Document } from '../types.js';
import type { ArrayFilters } from './array-filters.js';
import { REMOVE } from './modifiers.js';
import type { ChangeContext } from './modifiers.js';
import { ElementsNode, FieldsNode } from './tree.js';
import type { UpdateNode } from './tree.js';

/** MongoDB's bound on the nulls that setting a far position puts before it. */
const MAX_PADDING = 1_500_000;

/** One application of an update to one document. */
export class Application {
  private readonly path: string[] = [];
  private matched: number | undefined;

  constructor(
    private readonly context: ChangeContext,
    private readonly filters: ArrayFilters,
    private readonly positionOf: (document: Document) => number | undefined,
  ) {}

  /** The changed document, or the very same when nothing changed; the given one is never mutated. */
  apply(root: FieldsNode): Document {
    return this.changeFields(root, this.context.root) as Document;
  }

  private change(node: UpdateNode, value: unknown): unknown {
    if (node instanceof FieldsNode) return this.changeFields(node, value);
    if (node instanceof ElementsNode) return this.changeElements(node, value);
    return node.apply(value, this.context);
  }

  private changeFields(node: FieldsNode, value: unknown): unknown {
    if (isDocument(value)) return this.changeDocument(node, value);
    if (Array.isArray(value)) return this.changePositions(node, value);
    if (value === undefined) {
      const created = this.changeDocument(node, {});
      return Object.keys(created).length === 0 ? undefined : created;
    }
    for (const [name, child] of node.entries(this.position)) this.refuseCreation(name, child, value);
    return value;
  }

  private changeDocument(node: FieldsNode, document: Document): Document {
    let copy: Document | undefined;
    let removed: Set<string> | undefined;
    for (const [name, child] of node.entries(this.position)) {
      const current = getOwn(document, name);
      const changed = this.descend(name, child, current);
      if (Object.is(changed, current)) continue;
      if (changed === REMOVE) {
        (removed ??= new Set()).add(name);
      } else {
        copy ??= copyDocument(document);
        setOwn(copy, name, changed);
      }
    }
    return removed === undefined ? (copy ?? document) : omitKeys(copy ?? document, removed);
  }

  private changePositions(node: FieldsNode, array: readonly unknown[]): readonly unknown[] {
    let copy: unknown[] | undefined;
    for (const [name, child] of node.entries(this.position)) {
      const index = indexOfComponent(name);
      if (index === -1) {
        this.refuseCreation(name, child, array);
        continue;
      }
      const current: unknown = index < array.length ? array[index] : undefined;
      const changed = this.descend(name, child, current);
      if (Object.is(changed, current)) continue;
      if (index - array.length > MAX_PADDING) {
        throw new CommandError(
          'CannotBackfillArray',
          `can't backfill more than ${MAX_PADDING} elements into the array '${this.path.join('.')}'`,
        );
      }
      copy ??= [...array];
      while (copy.length < index) copy.push(null);
      copy[index] = changed === REMOVE ? null : changed;
    }
    return copy ?? array;
  }

  private changeElements(node: ElementsNode, value: unknown): unknown {
    const path = this.path.join('.');
    if (value === undefined) {
      throw new CommandError(
        'BadValue',
        `The path '${path}' must exist in the document in order to apply array updates.`,
      );
    }
    if (!Array.isArray(value)) {
      throw new CommandError('BadValue', `Cannot apply array updates to non-array element ${path}`);
    }
    const keys = [...node.children.keys()];
    let copy: unknown[] | undefined;
    for (const [index, element] of (value as unknown[]).entries()) {
      const child = node.combined(
        keys.filter((key) => key === '' || this.filters.get(key)?.(element) === true),
      );
      if (child === undefined) continue;
      const changed = this.descend(String(index), child, element);
      if (Object.is(changed, element)) continue;
      copy ??= [...(value as unknown[])];
      copy[index] = changed === REMOVE ? null : changed;
    }
    return copy ?? value;
  }

  private descend(name: string, child: UpdateNode, value: unknown): unknown {
    this.path.push(name);
    const changed = this.change(child, value);
    this.path.pop();
    return changed;
  }

  /** Below a value that has no fields a change that would make one is refused, and others do nothing. */
  private refuseCreation(name: string, child: UpdateNode, value: unknown): void {
    if (!this.creates(child)) return;
    throw new CommandError(
      'PathNotViable',
      `Cannot create field '${name}' in element {${this.path.at(-1) ?? ''}: ${bsonType(value).alias}}`,
    );
  }

  private creates(node: UpdateNode): boolean {
    if (node instanceof FieldsNode || node instanceof ElementsNode) {
      return [...node.children.values()].some((child) => this.creates(child));
    }
    return node.creates(this.context);
  }

  /** The position that `$` stands for, found once for each document. */
  private readonly position = (): number => {
    this.matched ??= this.positionOf(this.context.root);
    if (this.matched === undefined) {
      throw new CommandError(
        'BadValue',
        'The positional operator did not find the match needed from the query.',
      );
    }
    return this.matched;
  };
}
