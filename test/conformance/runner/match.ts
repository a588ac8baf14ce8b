import { EJSON } from 'bson';
import { Decimal128, Double, Int32, Long } from 'mongodb';

/** BSON type of a value as the `$type` operator names it. */
export function typeName(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value !== 'object') return typeof value;
  if (Array.isArray(value)) return 'array';
  if (value instanceof Date) return 'date';
  const tag = (value as { _bsontype?: string })._bsontype;
  return tag === undefined ? 'object' : (BSON_TYPES[tag] ?? tag);
}

const BSON_TYPES: Record<string, string> = {
  Int32: 'int',
  Long: 'long',
  Double: 'double',
  Decimal128: 'decimal',
  ObjectId: 'objectId',
  Binary: 'binData',
  UUID: 'binData',
  BSONRegExp: 'regex',
  Timestamp: 'timestamp',
  MinKey: 'minKey',
  MaxKey: 'maxKey',
  BSONSymbol: 'symbol',
  Code: 'javascript',
};

/** Says whether the actual value, `undefined` when there is none, is what the argument asks for. */
type Matcher = (argument: unknown, actual: unknown, path: string) => string | undefined;

const MATCHERS: Record<string, Matcher> = {
  $$exists: (argument, actual, path) =>
    (actual !== undefined) === argument
      ? undefined
      : `${path}: expected ${argument === true ? 'a value' : 'nothing'}, got ${show(actual)}`,
  $$type: (argument, actual, path) =>
    [argument].flat().includes(typeName(actual))
      ? undefined
      : `${path}: expected type ${[argument].flat().join(' or ')}, got ${typeName(actual)} ${show(actual)}`,
  $$number: (argument, actual, path) =>
    numeric(argument) === numeric(actual)
      ? undefined
      : `${path}: expected the number ${show(argument)}, got ${show(actual)}`,
  $$near: (argument, actual, path) => {
    const expected = numeric(argument) ?? NaN;
    const got = numeric(actual) ?? NaN;
    return typeName(argument) === typeName(actual) &&
      Math.abs(got - expected) <= 1e-12 * Math.max(1, Math.abs(expected))
      ? undefined
      : `${path}: expected about ${show(argument)}, got ${show(actual)}`;
  },
  $$oneOf: (argument, actual, path) =>
    (argument as unknown[]).some((one) => diff(one, actual, path) === undefined)
      ? undefined
      : `${path}: expected one of ${show(argument)}, got ${show(actual)}`,
  $$subset: (argument, actual, path) => diffSubset(argument as Record<string, unknown>, actual, path),
  $$unordered: (argument, actual, path) => diffUnordered(argument as unknown[], actual, path),
};

/**
 * The first difference between what a case expects and what came, in words; `undefined` when there is none.
 *
 * Values agree in BSON type and value, documents also in the order of their fields. A document with the one key
 * `$$exists`, `$$type`, `$$number` (of any numeric type), `$$near` (a number within 1e-12 of its size), `$$oneOf`,
 * `$$subset` (some of a document's fields) or `$$unordered` (an array in any order) asks for that instead.
 */
export function diff(expected: unknown, actual: unknown, path = ''): string | undefined {
  if (typeName(expected) === 'object') {
    const [[name, argument] = ['', undefined], ...others] = Object.entries(expected as object) as [
      string,
      unknown,
    ][];
    const matcher = Object.hasOwn(MATCHERS, name) && others.length === 0 ? MATCHERS[name] : undefined;
    if (matcher) return matcher(argument, actual, path);
    if (typeName(actual) === 'object') return diffDocument(expected as object, actual as object, path);
  }
  if (Array.isArray(expected) && Array.isArray(actual)) return diffArray(expected, actual, path);
  return show(expected) === show(actual)
    ? undefined
    : `${path || 'value'}: expected ${show(expected)}, got ${show(actual)}`;
}

/** Compares only the fields that are expected. */
export function diffSubset(expected: object, actual: unknown, path = ''): string | undefined {
  if (typeName(actual) !== 'object') return `${path}: expected a document, got ${show(actual)}`;
  for (const [key, value] of Object.entries(expected)) {
    const got: unknown = Object.hasOwn(actual as object, key)
      ? (actual as Record<string, unknown>)[key]
      : undefined;
    const difference = diff(value, got, join(path, key));
    if (difference) return difference;
  }
  return undefined;
}

/** Compares two arrays as multisets. */
export function diffUnordered(expected: unknown[], actual: unknown, path = ''): string | undefined {
  if (!Array.isArray(actual)) return `${path}: expected an array, got ${show(actual)}`;
  const left: unknown[] = [...(actual as unknown[])];
  for (const value of expected) {
    const found = left.findIndex((candidate) => diff(value, candidate) === undefined);
    if (found < 0) return `${path}: expected ${show(value)} among ${show(actual)}`;
    left.splice(found, 1);
  }
  return left.length === 0 ? undefined : `${path}: did not expect ${show(left)}`;
}

function diffDocument(expected: object, actual: object, path: string): string | undefined {
  const difference = diffSubset(expected, actual, path);
  if (difference) return difference;
  const wanted = Object.keys(expected).filter((key) => Object.hasOwn(actual, key));
  const got = Object.keys(actual);
  return wanted.join('\0') === got.join('\0')
    ? undefined
    : `${path || 'value'}: expected the fields ${wanted.join()}, got ${got.join()} in ${show(actual)}`;
}

function diffArray(expected: unknown[], actual: unknown[], path: string): string | undefined {
  for (const [index, value] of expected.entries()) {
    const difference = diff(value, actual[index], join(path, String(index)));
    if (difference) return difference;
  }
  return expected.length === actual.length
    ? undefined
    : `${path || 'value'}: expected ${expected.length} values, got ${actual.length}: ${show(actual)}`;
}

/** A value in canonical Extended JSON, which tells every type and value apart. */
export function show(value: unknown): string {
  return value === undefined ? 'nothing' : EJSON.stringify(value, { relaxed: false });
}

/** Value of a BSON number, as far as a double can hold it. */
export function numeric(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (value instanceof Int32 || value instanceof Double) return value.value;
  if (value instanceof Long) return value.toNumber();
  if (value instanceof Decimal128) return Number(value.toString());
  return undefined;
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}
