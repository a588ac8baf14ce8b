import { checkFieldPath } from './field-names.js';
import type { Walk } from './walk.js';

/** MongoDB sorts by 32 fields at most. */
const MAX_SORT_FIELDS = 32;

/** Checks a sort: paths with 1 (ascending) or -1 (descending). */
export function checkSort(walk: Walk, value: unknown): Record<string, 1 | -1> {
  const sort: Record<string, 1 | -1> = {};
  walk.mapObject(value, (path, direction) => {
    checkFieldPath(walk, path);
    if (direction !== 1 && direction !== -1) walk.refuse('Sort by 1 (ascending) or -1 (descending)');
    sort[path] = direction;
  });
  if (Object.keys(sort).length > MAX_SORT_FIELDS) walk.refuse(`Sort by ${MAX_SORT_FIELDS} fields at most`);
  return sort;
}
