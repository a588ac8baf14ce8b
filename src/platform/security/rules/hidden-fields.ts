import type { Plain } from '../../database/query/walk.js';
import { CoglexError } from '../../errors/coglex-error.js';

/** A name that no stored document has, for it may not be written: what is asked of it, is asked of a missing field. */
const NO_FIELD = 'prototype';

/** An index, and the positional operators of updates. */
const PLACE_IN_LIST = /^(\d+|\$(\[\])?)$/;

/** Operators whose members are filters themselves. */
const LOGICAL: ReadonlySet<string> = new Set(['$and', '$or', '$nor']);

const isPlainObject = (value: unknown): value is Plain =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

/**
 * Fields of a collection that only secret keys may see. For everybody else they are missing: in answers, and in
 * whatever is asked.
 */
export class HiddenFields {
  static readonly NONE = new HiddenFields([]);

  /** Dotted paths, none of them inside another. */
  readonly paths: readonly string[];
  private readonly roots: ReadonlySet<string>;

  constructor(paths: readonly string[]) {
    this.paths = [...new Set(paths)].filter(
      (path) => !paths.some((other) => path !== other && path.startsWith(`${other}.`)),
    );
    this.roots = new Set(this.paths.map((path) => path.split('.', 1)[0]));
  }

  get isEmpty(): boolean {
    return this.paths.length === 0;
  }

  /** Whether a path leads into a hidden field, or holds one. Places in lists do not count: `a.0.b` is `a.b`. */
  touches(path: string): boolean {
    if (!this.roots.has(path.split('.', 1)[0])) return false;
    const names = path.split('.').filter((name) => !PLACE_IN_LIST.test(name));
    return this.paths.some((hidden) => {
      const parts = hidden.split('.');
      return parts.every((part, at) => at >= names.length || part === names[at]);
    });
  }

  /** The path, or one of a missing field. */
  seen(path: string): string {
    return this.touches(path) ? NO_FIELD : path;
  }

  /**
   * A filter in which hidden fields are missing.
   *
   * @throws CoglexError `query_refused` for `$expr`, which could read them all
   */
  seenFilter(filter: Plain): Plain {
    if (this.isEmpty) return filter;
    const conditions = Object.entries(filter).map(([key, value]): Plain => {
      if (LOGICAL.has(key)) return { [key]: (value as Plain[]).map((member) => this.seenFilter(member)) };
      if (key === '$expr')
        throw new CoglexError('query_refused', { detail: 'The operator $expr is not allowed here.' });
      return { [this.seen(key)]: value };
    });
    if (conditions.length <= 1) return conditions[0] ?? {};
    return { $and: conditions };
  }

  /** A sort in which hidden fields are missing. */
  seenSort(sort: Record<string, 1 | -1>): Record<string, 1 | -1> {
    if (this.isEmpty) return sort;
    return Object.fromEntries(Object.entries(sort).map(([path, direction]) => [this.seen(path), direction]));
  }

  /** A projection without expressions that asks nothing of hidden fields. They are still to be stripped. */
  seenProjection(projection: Plain): Plain {
    return Object.fromEntries(
      Object.entries(projection).map(([path, choice]) => [
        JSON.stringify(choice).includes('"$elemMatch"') ? this.seen(path) : path,
        choice,
      ]),
    );
  }

  /** Whether a filter reads nothing hidden, so that it says the same before and after the fields are taken away. */
  isBlindFilter(filter: unknown): boolean {
    if (!isPlainObject(filter)) return false;
    return Object.entries(filter).every(([key, value]) => {
      if (key === '$comment') return true;
      if (LOGICAL.has(key)) return (value as unknown[]).every((member) => this.isBlindFilter(member));
      return !key.startsWith('$') && !this.touches(key);
    });
  }

  /** The stage that takes the fields away, for the front of a pipeline. */
  stages(): Plain[] {
    return this.isEmpty ? [] : [{ $unset: [...this.paths] }];
  }

  /** The stage that takes the fields out of documents that stand in a list. */
  stagesBelow(list: string): Plain[] {
    return this.isEmpty ? [] : [{ $unset: this.paths.map((path) => `${list}.${path}`) }];
  }

  /** Takes the fields out of a document, in place. */
  strip<T extends object>(document: T): T {
    for (const path of this.paths) remove(document, path.split('.'));
    return document;
  }
}

function remove(value: unknown, [name, ...rest]: string[]): void {
  if (Array.isArray(value)) {
    for (const element of value) remove(element, [name, ...rest]);
  } else if (isPlainObject(value) && Object.hasOwn(value, name)) {
    if (rest.length === 0) delete value[name];
    else remove(value[name], rest);
  }
}
