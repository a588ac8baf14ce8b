import { mongo } from 'mongoose';
import { checkStoredValue, type ProtectsField } from './documents.js';
import { decodeWrapper, isWrapper } from './extended-json.js';
import { checkFieldPath, checkUpdatePath, rootOf } from './field-names.js';
import { checkElementCondition, checkCondition } from './filters.js';
import { checkSort } from './sorts.js';
import { isPlain, type Plain, type Walk } from './walk.js';

/** What differs between the places where an update stands. */
export interface UpdateOptions {
  /** Fields of the root that no operator may touch. */
  protects: ProtectsField;
  /** Whole paths that no operator may touch, beside those. */
  closes?: (path: string) => boolean;
  /** Whether the update has a query of its own, so that `$` can mean the element that matched. */
  matched?: boolean;
}

type Check = (walk: Walk, value: unknown, options: UpdateOptions) => unknown;

/** Update operators, by what they demand of the value under each path. */
const OPERATORS = new Map<string, Check>([
  ['$set', (walk, value) => checkStoredValue(walk, value)],
  ['$setOnInsert', (walk, value) => checkStoredValue(walk, value)],
  ['$min', (walk, value) => checkStoredValue(walk, value)],
  ['$max', (walk, value) => checkStoredValue(walk, value)],
  ['$unset', anyScalar],
  ['$inc', amount],
  ['$mul', amount],
  ['$rename', newPath],
  ['$currentDate', currentDate],
  ['$push', (walk, value) => eachOf(walk, value, PUSH_MODIFIERS)],
  ['$addToSet', (walk, value) => eachOf(walk, value, new Map())],
  ['$pop', (walk, value) => (value === 1 || value === -1 ? value : walk.refuse('$pop needs 1 or -1'))],
  ['$pull', pulled],
  ['$pullAll', (walk, value) => walk.mapList(value, (member) => checkStoredValue(walk, member))],
  ['$bit', bitwise],
]);

/** What `$push` may have beside `$each`. */
const PUSH_MODIFIERS = new Map<string, (walk: Walk, value: unknown) => unknown>([
  ['$position', integer],
  ['$slice', integer],
  ['$sort', (walk, value) => (value === 1 || value === -1 ? value : checkSort(walk, value))],
]);

/** Checks an update of operators and decodes its Extended JSON, into a new object; operators without fields go. */
export function checkUpdate(walk: Walk, update: unknown, options: UpdateOptions): Plain {
  if (Array.isArray(update))
    walk.refuse('An update must be an object of operators; pipelines are not allowed');
  if (!isPlain(update))
    walk.refuse('An update must be an object of operators, such as {"$set": {"done": true}}');
  if (Object.keys(update).length === 0)
    walk.refuse('An update needs operators, such as {"$set": {"done": true}}');
  const checked = walk.mapObject(update, (operator, fields) => {
    const check = OPERATORS.get(operator);
    if (!check)
      walk.refuse(
        operator.startsWith('$')
          ? `The operator ${operator} is not allowed`
          : `"${operator}" is not an update operator; to set a field use {"$set": {"${operator}": …}}`,
      );
    return walk.mapObject(fields, (path, value) => {
      checkPath(walk, path, options);
      return check(walk, value, options);
    });
  });
  return Object.fromEntries(
    Object.entries(checked).filter(([, fields]) => Object.keys(fields as Plain).length > 0),
  );
}

function checkPath(walk: Walk, path: string, options: UpdateOptions): void {
  checkUpdatePath(walk, path, options.matched ?? false);
  checkUnprotected(walk, path, options);
}

function checkUnprotected(walk: Walk, path: string, { protects, closes }: UpdateOptions): void {
  if (protects(rootOf(path)) || closes?.(path)) walk.refuse(`The field ${rootOf(path)} cannot be changed`);
}

function newPath(walk: Walk, value: unknown, options: UpdateOptions): string {
  if (typeof value !== 'string') walk.refuse('$rename needs the new name of the field');
  checkFieldPath(walk, value);
  checkUnprotected(walk, value, options);
  return value;
}

function anyScalar(walk: Walk, value: unknown): unknown {
  if (typeof value === 'object' && value !== null) walk.refuse('$unset needs "", 1 or true');
  return value;
}

function amount(walk: Walk, value: unknown): unknown {
  const decoded = isWrapper(value) ? decodeWrapper(walk, value) : checkStoredValue(walk, value);
  const { Decimal128, Double } = mongo.BSON;
  const isNumber =
    typeof decoded === 'number' ||
    typeof decoded === 'bigint' ||
    decoded instanceof Double ||
    decoded instanceof Decimal128;
  return isNumber ? decoded : walk.refuse('Must be a number');
}

function integer(walk: Walk, value: unknown): number {
  return typeof value === 'number' && Number.isInteger(value) ? value : walk.refuse('Must be a whole number');
}

function currentDate(walk: Walk, value: unknown): unknown {
  const isDate =
    value === true || (isPlain(value) && value.$type === 'date' && Object.keys(value).length === 1);
  return isDate ? value : walk.refuse('$currentDate needs true or {"$type": "date"}');
}

function eachOf(
  walk: Walk,
  value: unknown,
  modifiers: ReadonlyMap<string, (walk: Walk, value: unknown) => unknown>,
) {
  if (!isPlain(value) || !Object.hasOwn(value, '$each')) return checkStoredValue(walk, value);
  return walk.mapObject(value, (key, member) => {
    if (key === '$each') return walk.mapList(member, (element) => checkStoredValue(walk, element));
    const check = modifiers.get(key) ?? walk.refuse(`The modifier ${key} is not allowed here`);
    return check(walk, member);
  });
}

/** Elements to take out: a value, operators on the element, or a filter on its fields. */
function pulled(walk: Walk, value: unknown): unknown {
  return isPlain(value) && !isWrapper(value)
    ? checkElementCondition(walk, value)
    : checkCondition(walk, value, {});
}

function bitwise(walk: Walk, value: unknown): Plain {
  return walk.mapObject(value, (operation, operand) => {
    if (operation !== 'and' && operation !== 'or' && operation !== 'xor')
      walk.refuse('$bit needs and, or, or xor');
    const decoded = isWrapper(operand) ? decodeWrapper(walk, operand) : operand;
    return typeof decoded === 'bigint' ? decoded : integer(walk, decoded);
  });
}
