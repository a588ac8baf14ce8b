import { keysOf } from '../bson/key-order.js';
import type { CollectionIndex } from '../storage/collection-index.js';
import type { Direction } from '../storage/scan.js';
import type { Document } from '../types.js';
import { hasArrays, type IndexBounds } from './index-bounds.js';

/**
 * The direction in which a scan of the index gives documents in the order of the sort.
 *
 * @returns `undefined` when neither does
 */
export function sortDirection(
  index: CollectionIndex,
  bounds: IndexBounds,
  sort: Document,
): Direction | undefined {
  // Keys that were cut are in no order, and a sparse index does not have every document.
  if (index.record.cut || (index.record.options.sparse && bounds.depth === 0)) return undefined;
  let direction: Direction | undefined;
  let field = 0;
  for (const path of keysOf(sort)) {
    const known = index.fields.indexOf(path);
    if (known >= 0 && known < field && bounds.constant[known]) continue;
    while (field < index.fields.length && index.fields[field] !== path && bounds.constant[field]) field++;
    // Of an array, the order depends on its least or greatest element, which need not be within the bounds.
    if (index.fields[field] !== path || hasArrays(index, field)) return undefined;
    if (!bounds.constant[field]) {
      const wanted = Number(sort[path]) < 0 ? -1 : 1;
      const needed = wanted === index.directions[field] ? 1 : -1;
      if (direction !== undefined && direction !== needed) return undefined;
      direction = needed;
    }
    field++;
  }
  return direction ?? 1;
}

/** Whether the sort is by insertion order, and in which direction. */
export function naturalOrder(sort: Document | undefined): Direction | undefined {
  if (!sort || !('$natural' in sort)) return undefined;
  return Number(sort.$natural) < 0 ? -1 : 1;
}
