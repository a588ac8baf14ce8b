import { checkExpression } from './expressions.js';
import { isWrapper } from './extended-json.js';
import { checkFieldPath } from './field-names.js';
import { checkFilter } from './filters.js';
import { isPlain, type Plain, type Walk } from './walk.js';

/**
 * Checks the projection of a query: 1, 0, `$slice`, `$elemMatch` or expressions for each path. A path may end with
 * `.$`, the element that matched.
 *
 * @param expressions whether a field may be computed
 */
export function checkProjection(walk: Walk, value: unknown, expressions = true): Plain {
  return walk.mapObject(value, (path, choice) => {
    checkFieldPath(walk, path.endsWith('.$') ? path.slice(0, -2) : path);
    return checkChoice(walk, choice, expressions);
  });
}

/** Checks a `$project` stage: 1, 0 or expressions for each path. */
export function checkProjectStage(walk: Walk, value: unknown, variables: ReadonlySet<string>): Plain {
  return walk.mapObject(value, (path, choice) => {
    checkFieldPath(walk, path);
    return checkExpression(walk, choice, variables);
  });
}

function checkChoice(walk: Walk, choice: unknown, expressions: boolean): unknown {
  if (choice === 0 || choice === 1 || typeof choice === 'boolean') return choice;
  if (typeof choice === 'number') walk.refuse('Choose a field with 1, or leave it out with 0');
  const computed = () =>
    expressions
      ? checkExpression(walk, choice)
      : walk.refuse('A field cannot be computed here: use a pipeline');
  if (!isPlain(choice) || isWrapper(choice)) return computed();
  const [key, ...others] = Object.keys(choice);
  if (others.length === 0 && key === '$elemMatch')
    return walk.mapObject(choice, (_key, filter) => checkFilter(walk, filter, { expressions: false }));
  if (others.length === 0 && key === '$slice' && isRange(choice.$slice)) return choice;
  if (key !== undefined && !key.startsWith('$')) return checkProjection(walk, choice, expressions);
  return computed();
}

/** `$slice: 5` or `$slice: [10, 5]`; with a list to cut it is an expression. */
function isRange(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 2 && value.every((bound) => Number.isInteger(bound));
  return Number.isInteger(value);
}
