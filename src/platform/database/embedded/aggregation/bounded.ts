import { isDocument } from '../bson/types.js';
import { CommandError } from '../errors.js';

/** How deep a computed value may nest; deeper ones could not be written as BSON either. */
const MAX_LEVELS = 200;

/** How many values a computed value may consist of, counted as often as they appear in it. */
const MAX_VALUES = 4_000_000;

let visited = 0;

/**
 * Refuses a value that nests too deeply or is too large.
 *
 * An expression makes values out of others without copying them, so that `[x, x]` costs nothing; sixty such steps make
 * a value that no walk, for comparison, for a hash or for BSON, would ever finish. Every computed value that a variable
 * or a field comes to hold is looked at here, which stops such growth early.
 */
export function requireBounded(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  visited = 0;
  visit(value, MAX_LEVELS);
}

function visit(value: object, levels: number): void {
  if (Array.isArray(value)) {
    enter(value.length, levels);
    for (const element of value as unknown[]) {
      if (typeof element === 'object' && element !== null) visit(element, levels - 1);
    }
  } else if (isDocument(value)) {
    enter(1, levels);
    for (const key in value) {
      const field = value[key];
      visited++;
      if (typeof field === 'object' && field !== null) visit(field, levels - 1);
    }
  }
}

function enter(values: number, levels: number): void {
  if (levels === 0) throw new CommandError('Overflow', `cannot nest values deeper than ${MAX_LEVELS} levels`);
  visited += values;
  if (visited > MAX_VALUES) {
    throw new CommandError('ExceededMemoryLimit', 'an expression made a value that is too large');
  }
}

/** How long a computed string may be, in UTF-16 units. */
const MAX_LENGTH = 64 * 1024 * 1024;

/** How many elements a computed array may have. */
const MAX_ELEMENTS = 8_000_000;

/** Refuses an array before it is made. */
export function requireElements(length: number): void {
  if (length > MAX_ELEMENTS) {
    throw new CommandError(
      'ExceededMemoryLimit',
      `an expression made an array of more than ${MAX_ELEMENTS} elements`,
    );
  }
}

/** Refuses a string before it is made. */
export function requireLength(length: number): void {
  if (length > MAX_LENGTH) {
    throw new CommandError(
      'ExceededMemoryLimit',
      `an expression made a string of more than ${MAX_LENGTH} characters`,
    );
  }
}

/** What an operator's own result takes in memory, without what it only refers to. */
export function shallowBytes(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 0;
  if (Array.isArray(value)) return 16 + 8 * value.length;
  return isDocument(value) ? 48 + 16 * Object.keys(value).length : 0;
}
