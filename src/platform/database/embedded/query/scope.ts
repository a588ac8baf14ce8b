import { collatorFor } from '../collation/collator.js';
import type { Collator } from '../collation/collator.js';
import { CommandError } from '../errors.js';
import type { Collation } from '../types.js';

export interface FilterOptions {
  collation?: Collation;
  /** Variables that `$expr` sees, by name without `$$`. */
  variables?: Record<string, unknown>;
  /** `$$NOW`, one instant for the whole command. */
  now?: Date;
}

/** What parsing a part of a filter needs to know about its surroundings. */
export interface Scope {
  readonly options: FilterOptions;
  readonly strings: Collator;
  /** Whether strings compare by more than their bytes. */
  readonly collated: boolean;
  readonly depth: number;
  /** Whether the filter applies to whole documents, not to elements of an array. */
  readonly top: boolean;
}

/** MongoDB's limit for nested expressions of a filter. */
const MAX_DEPTH = 100;

export function topScope(options: FilterOptions): Scope {
  const { collation } = options;
  const collated = collation !== undefined && collation.locale !== 'simple';
  return { options, strings: collatorFor(collation), collated, depth: 0, top: true };
}

/** @throws CommandError `BadValue` when the filter nests too deeply */
export function deeper(scope: Scope, top = scope.top): Scope {
  if (scope.depth >= MAX_DEPTH) {
    throw new CommandError('BadValue', `exceeded the maximum query tree depth of ${MAX_DEPTH}`);
  }
  return { ...scope, depth: scope.depth + 1, top };
}
