import { equalValues } from '../bson/compare.js';
import { keysOf } from '../bson/key-order.js';
import { isDocument } from '../bson/types.js';
import type { CollectionIndex } from '../storage/collection-index.js';
import type { Document } from '../types.js';
import { analyze, type Conjunction, type Predicate } from './predicates.js';

/** Whether every document that the filter can match is in a partial index; true of an index that is not partial. */
export function impliesPartial(index: CollectionIndex, filter: Document, conjunction: Conjunction): boolean {
  const condition = index.record.options.partialFilterExpression;
  return !condition || implies(filter, conjunction, condition);
}

function implies(filter: Document, conjunction: Conjunction, condition: Document): boolean {
  return keysOf(condition).every((path) => {
    const part = condition[path];
    if (path === '$and' && Array.isArray(part))
      return part.every((inner) => isDocument(inner) && implies(filter, conjunction, inner));
    if (Object.hasOwn(filter, path) && equalValues(filter[path], part)) return true;
    const demanded = analyze({ [path]: part }, true);
    const operators = isDocument(part) ? keysOf(part).filter((key) => key.startsWith('$')).length : 1;
    // Something among the conditions that is no interval can only be demanded literally.
    if (path.startsWith('$') || demanded.predicates.length !== Math.max(1, operators)) return false;
    return demanded.predicates.every(
      (predicate) => (predicate.isExact || predicate.isType) && isDemanded(predicate, conjunction.predicates),
    );
  });
}

function isDemanded(demanded: Predicate, given: readonly Predicate[]): boolean {
  return given.some(
    (predicate) =>
      predicate.path === demanded.path &&
      (demanded.includesMissing || !predicate.includesMissing) &&
      predicate.intervals.every((inner) =>
        demanded.intervals.some(
          (outer) =>
            Buffer.compare(outer.lower, inner.lower) <= 0 && Buffer.compare(inner.upper, outer.upper) <= 0,
        ),
      ),
  );
}
