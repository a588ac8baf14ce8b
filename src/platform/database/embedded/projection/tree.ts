import type { Expression } from '../aggregation/expression.js';
import { keepOrder, keysOf } from '../bson/key-order.js';
import { getOwn, isDocument, setOwn } from '../bson/types.js';
import type { Document } from '../types.js';

/** What a projection does with one field. */
export type ProjectionNode = ProjectionTree | 'include' | 'exclude' | Expression;

/** The fields that a projection names at one level, in its order. */
export class ProjectionTree {
  readonly children = new Map<string, ProjectionNode>();

  /** The children that compute something, at their level or deeper. */
  private computed: [string, ProjectionTree | Expression][] | undefined;

  /** Keeps the named fields and adds the computed ones. */
  include(document: Document): Document {
    return this.addComputed(this.pick(document), document);
  }

  /** Keeps everything but the named fields; only `$elemMatch` computes something here. */
  exclude(document: Document): Document {
    return this.addComputed(this.drop(document), document);
  }

  private drop(document: Document): Document {
    const result: Document = {};
    for (const key of keysOf(document)) {
      const child = this.children.get(key);
      if (child === undefined || child === 'include') setOwn(result, key, document[key]);
      else if (child instanceof ProjectionTree) setOwn(result, key, child.excludeFrom(document[key]));
    }
    keepOrder(document, result);
    return result;
  }

  private pick(document: Document): Document {
    const result: Document = {};
    for (const key of keysOf(document)) {
      const child = this.children.get(key);
      if (child === 'include') setOwn(result, key, document[key]);
      else if (child instanceof ProjectionTree) {
        const value = child.pickFrom(document[key]);
        if (value !== undefined) setOwn(result, key, value);
      }
    }
    keepOrder(document, result);
    return result;
  }

  /** Of a value that is no document nothing can be picked; in arrays such values disappear. */
  private pickFrom(value: unknown): unknown {
    if (isDocument(value)) return this.pick(value);
    if (!Array.isArray(value)) return undefined;
    return value.map((element) => this.pickFrom(element)).filter((element) => element !== undefined);
  }

  private excludeFrom(value: unknown): unknown {
    if (isDocument(value)) return this.drop(value);
    return Array.isArray(value) ? value.map((element) => this.excludeFrom(element)) : value;
  }

  /** Evaluates on the whole document as it was, and sets the results in what the projection kept. */
  private addComputed(target: Document, root: Document): Document {
    this.computed ??= this.findComputed();
    for (const [name, child] of this.computed) {
      const value =
        child instanceof ProjectionTree ? child.computeIn(getOwn(target, name), root) : child(root);
      if (value !== undefined) setOwn(target, name, value);
    }
    return target;
  }

  private computeIn(value: unknown, root: Document): unknown {
    if (Array.isArray(value)) return value.map((element) => this.computeIn(element, root));
    return this.addComputed(isDocument(value) ? value : {}, root);
  }

  private findComputed(): [string, ProjectionTree | Expression][] {
    const computed: [string, ProjectionTree | Expression][] = [];
    for (const [name, child] of this.children) {
      if (typeof child === 'function') computed.push([name, child]);
      else if (child instanceof ProjectionTree && child.computes()) computed.push([name, child]);
    }
    return computed;
  }

  private computes(): boolean {
    this.computed ??= this.findComputed();
    return this.computed.length > 0;
  }
}
