import { BSONRegExp, ObjectId } from 'bson';
import { keysOf } from '../bson/key-order.js';
import { bsonType, isDocument } from '../bson/types.js';
import type { Document } from '../types.js';
import {
  above,
  below,
  everything,
  normalize,
  ofType,
  point,
  stringsFrom,
  type Interval,
} from './intervals.js';
import { fixedPrefix } from './regex-prefix.js';

/** A condition on one path that an index on it can narrow down. */
export interface Predicate {
  path: string;
  intervals: Interval[];
  /** Every value within the intervals fulfils the condition, and no other does. */
  isExact: boolean;
  /** The condition is about the type, or about there being a value at all. */
  isType?: boolean;
  /** Null, or a missing field, is among the values: a sparse index lacks them. */
  includesMissing: boolean;
  /**
   * Conditions of one `$elemMatch` on an array's values hold for the same element, so that their intervals may be
   * intersected where the field is an array.
   */
  group?: symbol;
}

/** What a filter demands in conjunction. */
export interface Conjunction {
  predicates: Predicate[];
  /** Alternatives of every `$or`. */
  alternatives: Document[][];
  /** Whether the predicates are the whole filter. */
  isComplete: boolean;
}

/** @param comparesText whether strings compare as bytes; under a collation they are left to the filter */
export function analyze(filter: Document, comparesText: boolean): Conjunction {
  const conjunction: Conjunction = { predicates: [], alternatives: [], isComplete: true };
  collect(filter, '', conjunction, comparesText, 0);
  return conjunction;
}

const MAX_DEPTH = 50;
/**
 * `a.0` may mean a place in an array and a field of its elements. An index has the place alone, so that it neither
 * knows what is missing nor tells exactly what is there.
 */
const HAS_PLACE = /\.\d+(\.|$)/;

function collect(
  filter: Document,
  prefix: string,
  into: Conjunction,
  comparesText: boolean,
  depth: number,
): void {
  for (const key of keysOf(filter)) {
    const value = filter[key];
    if (key === '$and' && Array.isArray(value) && depth < MAX_DEPTH) {
      for (const part of value) if (isDocument(part)) collect(part, prefix, into, comparesText, depth + 1);
    } else if (key === '$or' && Array.isArray(value) && prefix === '') {
      into.alternatives.push(value.filter(isDocument));
      into.isComplete = false;
    } else if (key.startsWith('$')) {
      if (key !== '$comment') into.isComplete = false;
    } else collectField(prefix + key, value, into, comparesText, depth);
  }
}

function collectField(
  path: string,
  condition: unknown,
  into: Conjunction,
  comparesText: boolean,
  depth: number,
): void {
  const hasPlace = HAS_PLACE.test(path);
  const add = (found: Omit<Predicate, 'path'> | undefined, group?: symbol): void => {
    const isExact = found?.isExact === true && !hasPlace;
    if (!isExact) into.isComplete = false;
    if (!found || (hasPlace && found.includesMissing)) return;
    into.predicates.push({ path, ...found, isExact, intervals: normalize(found.intervals), group });
  };
  if (!isOperators(condition)) {
    add(equality(condition, comparesText));
    return;
  }
  for (const operator of keysOf(condition)) {
    const operand = condition[operator];
    if (operator === '$elemMatch' && isDocument(operand) && depth < MAX_DEPTH) {
      into.isComplete = false;
      if (isOperators(operand)) collectElement(path, operand, into, comparesText);
      else collect(operand, `${path}.`, into, comparesText, depth + 1);
    } else if (operator !== '$options' && operator !== '$comment')
      add(operation(operator, operand, condition, comparesText));
  }
}

/** `{a: {$elemMatch: {$gt: 1, $lt: 5}}}`: one value of the array fulfils all of it. */
function collectElement(path: string, operators: Document, into: Conjunction, comparesText: boolean): void {
  const group = Symbol(path);
  for (const operator of keysOf(operators)) {
    const found = operation(operator, operators[operator], operators, comparesText);
    if (found) into.predicates.push({ path, ...found, intervals: normalize(found.intervals), group });
  }
}

type Found = Omit<Predicate, 'path' | 'group'>;

function operation(
  operator: string,
  operand: unknown,
  all: Document,
  comparesText: boolean,
): Found | undefined {
  switch (operator) {
    case '$eq':
      return operand instanceof BSONRegExp ? inexact([point(operand)]) : equality(operand, comparesText);
    case '$gt':
    case '$gte':
    case '$lt':
    case '$lte':
      return range(operator, operand, comparesText);
    case '$in':
      return Array.isArray(operand) ? anyOf(operand, comparesText) : undefined;
    case '$all':
      return Array.isArray(operand) ? allOf(operand, comparesText) : undefined;
    case '$regex':
      return comparesText ? regex(operand, all.$options) : undefined;
    case '$exists':
      return exists(operand);
    case '$type':
      return ofTypes(operand);
    default:
      return undefined;
  }
}

function equality(value: unknown, comparesText: boolean): Found | undefined {
  if (value instanceof BSONRegExp) return comparesText ? regex(value, undefined) : undefined;
  if (value === null || value === undefined)
    return { intervals: [point(null), point(undefined)], isExact: false, includesMissing: true };
  if (!comparesText && isTextual(value)) return undefined;
  // An array equals the whole value or one element of it; an index has the elements.
  if (Array.isArray(value))
    return { ...inexact([point(value), point(value[0])]), includesMissing: value.length === 0 };
  return { intervals: [point(value)], isExact: isScalar(value), includesMissing: false };
}

function range(operator: string, value: unknown, comparesText: boolean): Found | undefined {
  if (!isScalar(value) || String(value) === 'NaN' || (!comparesText && isTextual(value))) return undefined;
  const inclusive = operator.endsWith('e');
  const interval = operator.startsWith('$gt') ? above(value, inclusive) : below(value, inclusive);
  return { intervals: [interval], isExact: true, includesMissing: false };
}

function anyOf(values: unknown[], comparesText: boolean): Found | undefined {
  const found: Found = { intervals: [], isExact: true, includesMissing: false };
  for (const value of values) {
    const one = equality(value, comparesText);
    if (!one) return undefined;
    found.intervals.push(...one.intervals);
    found.isExact &&= one.isExact;
    found.includesMissing ||= one.includesMissing;
  }
  return found;
}

/** Every value of `$all` must be there, so looking for one of them is enough. */
function allOf(values: unknown[], comparesText: boolean): Found | undefined {
  const [first] = values;
  if (values.length === 0 || isOperators(first)) return undefined;
  const found = equality(first, comparesText);
  return found && { ...found, isExact: found.isExact && values.length === 1 };
}

function regex(value: unknown, options: unknown): Found | undefined {
  const isRegex = value instanceof BSONRegExp;
  if (!isRegex && typeof value !== 'string') return undefined;
  const pattern = isRegex ? value.pattern : value;
  const flags = typeof options === 'string' ? options : isRegex ? value.options : '';
  const prefix = fixedPrefix(pattern, flags);
  if (prefix === undefined) return undefined;
  // A stored regular expression matches by being the same one.
  return inexact([stringsFrom(prefix), point(new BSONRegExp(pattern, flags))]);
}

function exists(operand: unknown): Found {
  const isNegative = operand === false || operand === 0 || operand === null;
  return isNegative
    ? { intervals: [point(null)], isExact: false, includesMissing: true }
    : { ...inexact([everything()]), isType: true };
}

const ANY_ID = new ObjectId('000000000000000000000000');

/** A value of every type that has a place of its own in the order, by `$type`'s names. */
const TYPE_SAMPLES = new Map<unknown, unknown>([
  ['number', 0],
  ['string', ''],
  [2, ''],
  ['objectId', ANY_ID],
  [7, ANY_ID],
  ['bool', false],
  [8, false],
  ['date', new Date(0)],
  [9, new Date(0)],
]);

function ofTypes(operand: unknown): Found | undefined {
  const sample = TYPE_SAMPLES.get(operand);
  return sample === undefined ? undefined : { ...inexact([ofType(sample)]), isType: true };
}

function inexact(intervals: Interval[]): Found {
  return { intervals, isExact: false, includesMissing: false };
}

/** Whether a condition is a document of operators rather than a value to equal. */
function isOperators(condition: unknown): condition is Document {
  return isDocument(condition) && keysOf(condition)[0]?.startsWith('$') === true;
}

const SCALARS = new Set([
  'int',
  'long',
  'double',
  'decimal',
  'string',
  'objectId',
  'bool',
  'date',
  'binData',
  'timestamp',
]);

function isScalar(value: unknown): boolean {
  return SCALARS.has(bsonType(value).alias);
}

/** Whether a value holds, or may hold, text that a collation would compare. */
function isTextual(value: unknown): boolean {
  return ['string', 'symbol', 'object', 'array'].includes(bsonType(value).alias);
}
