import { isDocument } from '../bson/types.js';
import { CommandError } from '../errors.js';
import { compileFilter } from '../query/filter.js';
import type { Collation, Document } from '../types.js';
import type { UpdatePath } from './path.js';

/** Tells for each identifier whether an element is meant. */
export type ArrayFilters = ReadonlyMap<string, (element: unknown) => boolean>;

/**
 * Compiles `arrayFilters`.
 *
 * @throws CommandError `FailedToParse` for a filter without, with several or with an unused identifier, `BadValue` for an
 * identifier in a path that has no filter
 */
export function compileArrayFilters(
  filters: readonly Document[],
  paths: readonly UpdatePath[],
  options: { collation?: Collation; variables?: Record<string, unknown> },
): ArrayFilters {
  const compiled = new Map<string, (element: unknown) => boolean>();
  for (const filter of filters) {
    // Parsed first: that refuses filters nested too deeply for what follows.
    const { matches } = compileFilter(filter, options);
    const identifier = identifierOf(filter);
    if (compiled.has(identifier)) {
      throw new CommandError(
        'FailedToParse',
        `Found multiple array filters with the same top-level field name ${identifier}`,
      );
    }
    compiled.set(identifier, (element) => matches({ [identifier]: element }));
  }
  requireAgreement(compiled, paths);
  return compiled;
}

/** Every identifier of a path needs a filter, and every filter a path. */
function requireAgreement(filters: ArrayFilters, paths: readonly UpdatePath[]): void {
  const used = new Set<string>();
  for (const { text, steps } of paths) {
    for (const step of steps) {
      if (step.kind !== 'filtered') continue;
      used.add(step.identifier);
      if (!filters.has(step.identifier)) {
        throw new CommandError(
          'BadValue',
          `No array filter found for identifier '${step.identifier}' in path '${text}'`,
        );
      }
    }
  }
  for (const identifier of filters.keys()) {
    if (!used.has(identifier)) {
      throw new CommandError(
        'FailedToParse',
        `The array filter for identifier '${identifier}' was not used in the update`,
      );
    }
  }
}

/** The one name that the fields of an array filter begin with. */
function identifierOf(filter: Document): string {
  const names = new Set<string>();
  collectNames(filter, names);
  const [identifier, second] = names;
  if (identifier === undefined) {
    throw new CommandError(
      'FailedToParse',
      'Cannot use an expression without a top-level field name in arrayFilters',
    );
  }
  if (second !== undefined) {
    throw new CommandError(
      'FailedToParse',
      `Error parsing array filter :: caused by :: Expected a single top-level field name, found '${identifier}' and '${second}'`,
    );
  }
  if (!/^[a-z][A-Za-z0-9]*$/.test(identifier)) {
    throw new CommandError(
      'BadValue',
      `Error parsing array filter :: caused by :: The top-level field name must be an alphanumeric string beginning with a lowercase letter, found '${identifier}'`,
    );
  }
  return identifier;
}

function collectNames(filter: Document, names: Set<string>): void {
  for (const [key, value] of Object.entries(filter)) {
    if (!key.startsWith('$')) names.add(key.split('.', 1)[0] ?? '');
    else if (Array.isArray(value)) {
      for (const branch of value) if (isDocument(branch)) collectNames(branch, names);
    }
  }
}
