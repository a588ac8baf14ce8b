import { checkExpression } from './expressions.js';
import { decodeWrapper, isWrapper } from './extended-json.js';
import { checkFieldPath, rootOf } from './field-names.js';
import { checkPattern } from './patterns.js';
import { checkLiteral, serverTypeOf, type LiteralOptions } from './scalars.js';
import { isPlain, type Plain, type Walk } from './walk.js';

/** What differs between the places where a filter stands. */
export interface FilterOptions {
  /** Whether `_id`, `_inserted` and `_patched` are those that the server set. */
  serverFields?: boolean;
  /** Fields of the root that must not be asked for; goes with `expressions: false`, which could read them too. */
  hides?: (field: string) => boolean;
  /** Whether `$expr` may stand here; it may by default. */
  expressions?: boolean;
  /** Variables that stand around a pipeline. */
  variables?: ReadonlySet<string>;
}

const MAX_COMMENT = 1024;

/** Operators at the top of a filter. */
const LOGICAL = new Map<string, (walk: Walk, value: unknown, options: FilterOptions) => unknown>([
  ['$and', filters],
  ['$or', filters],
  ['$nor', filters],
  [
    '$expr',
    (walk, value, { expressions = true, variables }) => {
      if (!expressions) walk.refuse('The operator $expr is not allowed here');
      return checkExpression(walk, value, variables);
    },
  ],
  [
    '$comment',
    (walk, value) => {
      if (typeof value !== 'string' || value.length > MAX_COMMENT)
        walk.refuse(`$comment must be text of at most ${MAX_COMMENT} characters`);
      return value;
    },
  ],
]);

/** Operators under a field. */
const CONDITIONS = new Map<string, (walk: Walk, value: unknown, options: LiteralOptions) => unknown>([
  ['$eq', checkLiteral],
  ['$ne', checkLiteral],
  ['$gt', checkLiteral],
  ['$gte', checkLiteral],
  ['$lt', checkLiteral],
  ['$lte', checkLiteral],
  ['$in', candidates],
  ['$nin', candidates],
  ['$all', (walk, value, options) => walk.mapList(value, (member) => allMember(walk, member, options))],
  ['$not', negated],
  ['$elemMatch', checkElementCondition],
  ['$exists', (walk, value) => flag(walk, value)],
  ['$type', bsonTypes],
  ['$size', (walk, value) => natural(walk, value)],
  ['$mod', modulo],
  ['$regex', (walk, value) => patternText(walk, value)],
  ['$options', (walk, value) => (typeof value === 'string' ? value : walk.refuse('$options must be text'))],
  ['$bitsAllSet', bits],
  ['$bitsAnySet', bits],
  ['$bitsAllClear', bits],
  ['$bitsAnyClear', bits],
]);

/** Checks a filter and decodes its Extended JSON, into a new object. */
export function checkFilter(walk: Walk, filter: unknown, options: FilterOptions = {}): Plain {
  return walk.mapObject(filter, (key, value) => {
    if (key.startsWith('$')) {
      const check = LOGICAL.get(key);
      if (!check) walk.refuse(`The operator ${key} is not allowed`);
      return check(walk, value, options);
    }
    checkFieldPath(walk, key);
    if (options.hides?.(rootOf(key))) walk.refuse(`The field ${rootOf(key)} cannot be asked for`);
    return checkCondition(walk, value, { type: options.serverFields ? serverTypeOf(key) : undefined });
  });
}

/** Checks what a filter demands of one field: a value, a pattern, or operators. */
export function checkCondition(walk: Walk, value: unknown, options: LiteralOptions): unknown {
  return isOperators(value)
    ? operators(walk, value, options)
    : checkLiteral(walk, value, { ...options, patterns: true });
}

function isOperators(value: unknown): value is Plain {
  if (!isPlain(value) || isWrapper(value)) return false;
  return Object.keys(value).some((key) => key.startsWith('$'));
}

function operators(walk: Walk, value: Plain, options: LiteralOptions): Plain {
  const result = walk.mapObject(value, (key, operand) => {
    const check = CONDITIONS.get(key);
    if (!check)
      walk.refuse(
        key.startsWith('$') ? `The operator ${key} is not allowed` : `"${key}" stands beside operators`,
      );
    return check(walk, operand, options);
  });
  const { $regex: pattern, $options: flags } = result;
  if (typeof pattern === 'string') checkPattern(walk, pattern, typeof flags === 'string' ? flags : '');
  else if (flags !== undefined) walk.refuse('$options needs a $regex beside it that is text');
  return result;
}

function filters(walk: Walk, value: unknown, options: FilterOptions): unknown[] {
  const list = walk.mapList(value, (member) => checkFilter(walk, member, options));
  if (list.length === 0) walk.refuse('Must have at least one member');
  return list;
}

function candidates(walk: Walk, value: unknown, { type }: LiteralOptions): unknown[] {
  return walk.mapList(value, (member) => checkLiteral(walk, member, { type, patterns: true }));
}

function allMember(walk: Walk, member: unknown, { type }: LiteralOptions): unknown {
  const matchesElements =
    isPlain(member) && Object.hasOwn(member, '$elemMatch') && Object.keys(member).length === 1;
  return matchesElements ? operators(walk, member, {}) : checkLiteral(walk, member, { type, patterns: true });
}

function negated(walk: Walk, value: unknown, options: LiteralOptions): unknown {
  if (isWrapper(value)) return checkLiteral(walk, value, { patterns: true });
  if (!isOperators(value))
    walk.refuse('$not needs operators or a regular expression; to exclude a value use $ne');
  return operators(walk, value, options);
}

/** Checks what a filter demands of the elements of a list: operators on each, or a filter on its fields. */
export function checkElementCondition(walk: Walk, value: unknown): Plain {
  if (isOperators(value) && !Object.keys(value).some((key) => LOGICAL.has(key)))
    return operators(walk, value, {});
  return checkFilter(walk, value, { expressions: false });
}

function flag(walk: Walk, value: unknown): unknown {
  return value === true || value === false || value === 0 || value === 1
    ? value
    : walk.refuse('Must be true or false');
}

function natural(walk: Walk, value: unknown): number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0
    ? value
    : walk.refuse('Must be a whole number, 0 or greater');
}

function bsonTypes(walk: Walk, value: unknown): unknown {
  if (Array.isArray(value)) return walk.mapList(value, (member) => bsonType(walk, member));
  return bsonType(walk, value);
}

function bsonType(walk: Walk, value: unknown): string | number {
  if (typeof value === 'number' && Number.isInteger(value)) return value;
  if (typeof value === 'string' && /^[a-zA-Z]{1,20}$/.test(value)) return value;
  return walk.refuse('$type needs the name or the number of a BSON type');
}

function modulo(walk: Walk, value: unknown): unknown[] {
  const pair = walk.mapList(value, (member) => number(walk, member));
  if (pair.length !== 2) walk.refuse('$mod needs a divisor and a remainder');
  return pair;
}

function number(walk: Walk, value: unknown): unknown {
  const decoded = isWrapper(value) ? decodeWrapper(walk, value) : value;
  return typeof decoded === 'number' || typeof decoded === 'bigint'
    ? decoded
    : walk.refuse('Must be a number');
}

function patternText(walk: Walk, value: unknown): unknown {
  if (typeof value === 'string') return value;
  if (!isWrapper(value) || !Object.hasOwn(value, '$regularExpression')) walk.refuse('$regex must be text');
  return checkLiteral(walk, value, { patterns: true });
}

function bits(walk: Walk, value: unknown): unknown {
  if (Array.isArray(value)) return walk.mapList(value, (member) => natural(walk, member));
  if (isWrapper(value) && Object.hasOwn(value, '$binary')) return decodeWrapper(walk, value);
  return natural(walk, value);
}
