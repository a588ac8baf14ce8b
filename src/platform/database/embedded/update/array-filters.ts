import { CommandError } from '../errors.js';
import { compileFilter } from '../query/filter.js';
import type { Collation, Document } from '../types.js';
import type { UpdatePath } from './path.js';

/** Tells for each identifier whether an element is meant. */
export type ArrayFilters = ReadonlyMap<string, (element: unknown) => boolean>;

/**
 * Compiles `arrayFilters`.
 *
 * @throws CommandError 9 on a filter without, with several or with an unused identifier; 2 on a path whose
 * identifier has no filter
 */
export function compileArrayFilters(
  filters: readonly Document[],
  paths: readonly UpdatePath[],
  options: { collation?: Collation; variables?: Record<string, unknown> },
): ArrayFilters {
  const compiled = new Map<string, (element: unknown) => boolean>();
  for (const filter of filters) {
    const identifier = identifierOf(filter);
    if (compiled.has(identifier))
      throw new CommandError(
        'FailedToParse',
        `Found multiple array filters with the same top-level field name ${identifier}`,
      );
    const compiledFilter = compileFilter(filter, options);
    compiled.set(identifier, (element) => compiledFilter.matches({ [identifier]: element }));
  }
  const used = new Set<string>();
  for (const { text, steps } of paths)
    for (const step of steps) {
      if (step.kind !== 'filtered') continue;
      used.add(step.identifier);
      if (!compiled.has(step.identifier))
        throw new CommandError(
          'BadValue',
          `No array filter found for identifier '${step.identifier}' in path '${text}'`,
        );
    }
  for (const identifier of compiled.keys())
    if (!used.has(identifier))
      throw new CommandError(
        'FailedToParse',
        `The array filter for identifier '${identifier}' was not used in the update`,
      );
  return compiled;
}

function identifierOf(filter: Document): string {
  const names = new Set<string>();
  collect(filter, names);
  const [identifier, second] = names;
  if (identifier === undefined)
    throw new CommandError(
      'FailedToParse',
      'Cannot use an expression without a top-level field name in arrayFilters',
    );
  if (second !== undefined)
    throw new CommandError(
      'FailedToParse',
      `Error parsing array filter: expected a single top-level field name, found '${identifier}' and '${second}'`,
    );
  if (!/^[a-z][A-Za-z0-9]*$/.test(identifier))
    throw new CommandError(
      'BadValue',
      `Error parsing array filter: the top-level field name '${identifier}' must begin with a lowercase letter and hold letters and digits only`,
    );
  return identifier;
}

function collect(filter: Document, names: Set<string>): void {
  for (const [key, value] of Object.entries(filter)) {
    if (!key.startsWith('$')) names.add(key.split('.', 1)[0]);
    else if (Array.isArray(value)) for (const branch of value) collect(branch as Document, names);
  }
}
