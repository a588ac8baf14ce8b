import { isDocument } from '../bson/types.js';
import { CommandError } from '../errors.js';

/** How deep a computed value may nest; deeper ones could not be written as BSON either. */
const MAX_VALUE_DEPTH = 200;

/**
 * Refuses a value that nests too deeply.
 *
 * One expression adds a bounded number of levels, but `$reduce` can add some in every step, up to depths where every
 * recursive walk over the value would exhaust the stack.
 */
export function requireDepth(value: unknown): void {
  if (exceeds(value, MAX_VALUE_DEPTH)) {
    throw new CommandError('Overflow', `cannot nest values deeper than ${MAX_VALUE_DEPTH} levels`);
  }
}

function exceeds(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return levels === 0 || value.some((element) => exceeds(element, levels - 1));
  if (!isDocument(value)) return false;
  return levels === 0 || Object.values(value).some((field) => exceeds(field, levels - 1));
}
