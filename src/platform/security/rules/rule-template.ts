import { CommandError } from '../../database/embedded/index.js';
import { checkFilter } from '../../database/query/filters.js';
import { isPlain, type Plain, type Walk } from '../../database/query/walk.js';
import { Placeholder, type PlaceholderValues } from './placeholder.js';
import { scalarFilter } from './scalar-filter.js';
import { matcherOf } from './stored-form.js';

/** A filter that no document satisfies. */
export const MATCHES_NOTHING = { _id: { $in: [] as never[] } };

/** A rule, checked once and ready to be filled in for each caller. */
export interface RuleTemplate {
  /** What was declared. */
  readonly source: Plain;
  /** Whether it opens every document, as `{}` does. */
  readonly isOpen: boolean;
  /** Paths of the user's document that it reads. */
  readonly userFields: readonly string[];
  /**
   * The filter for one caller; `undefined` when a placeholder has no value, for then the rule matches nothing,
   * wherever the placeholder stands.
   */
  fill(values: PlaceholderValues): Plain | undefined;
}

/**
 * Checks a rule and compiles it.
 *
 * @throws CoglexError of the walk, when it is no filter, or has an operator or a placeholder that rules cannot have
 */
export function compileRule(newWalk: () => Walk, rule: unknown): RuleTemplate {
  const found: Placeholder[] = [];
  const withPlaceholders = substitute(newWalk(), rule, found);
  const walk = newWalk();
  const filter = checkFilter(walk, withPlaceholders, { serverFields: true, expressions: false });
  const compiled = scalarFilter(walk, filter);
  refuseUnusable(walk, filled(compiled, (placeholder) => placeholder.sample()) as Plain);
  const isConstant = found.length === 0;
  return {
    source: rule as Plain,
    isOpen: Object.keys(compiled).length === 0,
    userFields: found.flatMap(({ userField }) => userField ?? []),
    fill: (values) =>
      isConstant
        ? compiled
        : (filled(compiled, (placeholder) => placeholder.valueIn(values)) as Plain | undefined),
  };
}

/** What a database would refuse of a filter is better known now than when somebody asks. */
function refuseUnusable(walk: Walk, filter: Plain): void {
  try {
    matcherOf(filter);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    walk.refuse('A database does not take this filter: an operator has a value that it cannot have');
  }
}

/** A copy with a {@link Placeholder} for every text that begins with `$`. */
function substitute(walk: Walk, value: unknown, found: Placeholder[], operator = ''): unknown {
  if (typeof value === 'string' && value.startsWith('$')) {
    const placeholder = Placeholder.parse(value) ?? walk.refuse(`There is no placeholder "${value}"`);
    found.push(placeholder);
    return operator === '$in' || operator === '$nin' ? [placeholder.asList()] : placeholder;
  }
  if (Array.isArray(value)) return walk.mapList(value, (member) => substitute(walk, member, found));
  if (!isPlain(value)) return value;
  return walk.mapObject(value, (key, member) => substitute(walk, member, found, key));
}

/** A copy with values in place of placeholders; `undefined` when one of them has none. */
function filled(value: unknown, valueOf: (placeholder: Placeholder) => unknown): unknown {
  if (value instanceof Placeholder) return valueOf(value);
  if (Array.isArray(value)) {
    const list: unknown[] = [];
    for (const member of value) {
      const result = filled(member, valueOf);
      if (result === undefined) return undefined;
      // The list that a placeholder stands for takes the place of the list around it.
      if (Array.isArray(result) && member instanceof Placeholder) list.push(...(result as unknown[]));
      else list.push(result);
    }
    return list;
  }
  if (!isPlain(value)) return value;
  const copy: Plain = {};
  for (const key in value) {
    const result = filled(value[key], valueOf);
    if (result === undefined) return undefined;
    copy[key] = result;
  }
  return copy;
}
