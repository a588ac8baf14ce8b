import { isPlain, type Plain, type Walk } from '../../database/query/walk.js';
import { Placeholder } from './placeholder.js';

/** Comparisons that an array satisfies in MongoDB with any one of its elements. */
const COMPARISONS: ReadonlySet<string> = new Set(['$eq', '$gt', '$gte', '$lt', '$lte', '$in']);
const NEGATIONS: ReadonlySet<string> = new Set(['$ne', '$nin']);

const LOGICAL: ReadonlySet<string> = new Set(['$and', '$or', '$nor']);

const NOT_A_LIST = { $not: { $type: 'array' } } as const;

/**
 * Makes comparisons with placeholders scalar: `{"owner": "$user._id"}` must not be satisfied by a list that holds the
 * user beside others. Where a comparison excludes documents (`$ne`, `$nin`, below `$nor` and `$not`) it stays as wide
 * as MongoDB's, so that a list that holds the user is excluded too. `$all` and `$elemMatch` mean lists, and keep them.
 *
 * @param filter a checked filter with placeholders among its values
 */
export const scalarFilter = (walk: Walk, filter: Plain): Plain => rewrite(walk, filter, true);

/** @param admits whether what matches is let in; below a negation it is kept out */
function rewrite(walk: Walk, filter: Plain, admits: boolean): Plain {
  const parts = Object.entries(filter).flatMap(([key, value]) => {
    if (key === '$comment') return [];
    if (!key.startsWith('$')) return onField(walk, key, value, admits);
    const inside = key === '$nor' ? !admits : admits;
    return [{ [key]: (value as Plain[]).map((member) => rewrite(walk, member, inside)) }];
  });
  if (parts.length <= 1) return parts[0] ?? {};
  return { $and: parts };
}

function onField(walk: Walk, path: string, condition: unknown, admits: boolean): Plain[] {
  if (!hasPlaceholder(condition)) return [{ [path]: condition }];
  if (condition instanceof Placeholder) return compared(path, { $eq: condition }, admits);
  if (!isPlain(condition) || !Object.keys(condition).some((key) => key.startsWith('$')))
    return walk.refuse('A placeholder stands for a whole value, and not for a part of one');
  const plain: Plain = {};
  const parts: Plain[] = [];
  for (const [operator, operand] of Object.entries(condition)) {
    if (!hasPlaceholder(operand)) plain[operator] = operand;
    else parts.push(...withOperator(walk, path, operator, operand, admits));
  }
  return Object.keys(plain).length > 0 ? [{ [path]: plain }, ...parts] : parts;
}

function withOperator(
  walk: Walk,
  path: string,
  operator: string,
  operand: unknown,
  admits: boolean,
): Plain[] {
  if (operator === '$not') {
    const excluded = onField(walk, path, operand, !admits);
    return [{ $nor: [excluded.length === 1 ? excluded[0] : { $and: excluded }] }];
  }
  if (operator === '$elemMatch') return [{ [path]: { $elemMatch: element(walk, operand as Plain, admits) } }];
  if (!isWholeOperand(operand))
    return walk.refuse('A placeholder stands for a whole value, and not for a part of one');
  if (operator === '$all') return [{ [path]: { $all: operand } }];
  if (COMPARISONS.has(operator)) return compared(path, { [operator]: operand }, admits);
  if (NEGATIONS.has(operator)) return negated(path, { [operator]: operand }, admits);
  return walk.refuse(`The operator ${operator} cannot have a placeholder`);
}

/** The operand of `$elemMatch`: operators on each element, or a filter on its fields. */
function element(walk: Walk, operand: Plain, admits: boolean): Plain {
  if (Object.keys(operand).some((key) => !key.startsWith('$') || LOGICAL.has(key)))
    return rewrite(walk, operand, admits);
  for (const [operator, value] of Object.entries(operand))
    if (hasPlaceholder(value) && (!isWholeOperand(value) || !isComparison(operator)))
      walk.refuse(`The operator ${operator} cannot have such a placeholder here`);
  return operand;
}

const isComparison = (operator: string) => COMPARISONS.has(operator) || NEGATIONS.has(operator);

function compared(path: string, condition: Plain, admits: boolean): Plain[] {
  if (!admits) return [{ [path]: condition }];
  const lists = listsOf(path).filter((prefix) => prefix !== path);
  return [{ [path]: { ...condition, ...NOT_A_LIST } }, ...lists.map((prefix) => ({ [prefix]: NOT_A_LIST }))];
}

function negated(path: string, condition: Plain, admits: boolean): Plain[] {
  if (admits) return [{ [path]: condition }];
  const lists = listsOf(path).map((prefix) => ({ [prefix]: { $type: 'array' } }));
  return [{ $or: [{ [path]: condition }, ...lists] }];
}

/** The path and those above it, where a list would offer several values. One with an index says which it means. */
function listsOf(path: string): string[] {
  const names = path.split('.');
  return names.flatMap((_, at) =>
    /^\d+$/.test(names[at + 1] ?? '') ? [] : [names.slice(0, at + 1).join('.')],
  );
}

const isWholeOperand = (operand: unknown): boolean =>
  operand instanceof Placeholder ||
  (Array.isArray(operand) &&
    operand.every((member) => member instanceof Placeholder || !hasPlaceholder(member)));

function hasPlaceholder(value: unknown): boolean {
  if (value instanceof Placeholder) return true;
  if (Array.isArray(value)) return value.some(hasPlaceholder);
  return isPlain(value) && Object.values(value).some(hasPlaceholder);
}
