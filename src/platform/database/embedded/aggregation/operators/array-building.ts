import { compareValues } from '../../bson/compare.js';
import { isNumeric } from '../../bson/numbers.js';
import { isDocument } from '../../bson/types.js';
import { CommandError } from '../../errors.js';
import { requireElements } from '../bounded.js';
import type { Collation } from '../../types.js';
import { fold } from '../constant.js';
import { entriesOf } from '../documents.js';
import { parsePath, readPath } from '../field-path.js';
import { compile } from '../scope.js';
import type { Expression } from '../scope.js';
import { asInt32, show, typeName } from '../values.js';
import { namedArguments, ranged } from './arguments.js';
import type { NamedShape, Operator, OperatorFamily } from './arguments.js';

/** Bytes that MongoDB reckons for one element of `$range`, and the most that one `$range` may take. */
const RANGE_ELEMENT_BYTES = 16;
const MAX_RANGE_BYTES = 100 * 1024 * 1024;

const range = ranged(2, 3, (values) => {
  const start = rangeNumber(values[0], [34443, 34444], 'starting');
  const end = rangeNumber(values[1], [34445, 34446], 'ending');
  const step = values.length === 3 ? rangeNumber(values[2], [34447, 34448], 'step') : 1;
  if (step === 0) throw new CommandError(34449, '$range requires a non-zero step value');
  const length = Math.max(0, Math.ceil((end - start) / step));
  if (length * RANGE_ELEMENT_BYTES > MAX_RANGE_BYTES) {
    throw new CommandError('ExceededMemoryLimit', `$range would use too much memory for ${length} elements`);
  }
  const numbers = new Array<number>(length);
  for (let index = 0; index < length; index++) numbers[index] = start + index * step;
  return numbers;
});

function rangeNumber(value: unknown, codes: readonly [number, number], which: string): number {
  if (!isNumeric(value)) {
    throw new CommandError(
      codes[0],
      `$range requires a numeric ${which} value, found value of type: ${typeName(value)}`,
    );
  }
  const number = asInt32(value);
  if (number === undefined) {
    throw new CommandError(
      codes[1],
      `$range requires a ${which} value that can be represented as a 32-bit integer, found: ${show(value)}`,
    );
  }
  return number;
}

const ZIP: NamedShape = {
  notObject: 34460,
  unknown: 34464,
  required: {},
  optional: ['inputs', 'defaults', 'useLongestLength'],
};

const zip: Operator = (argument, scope, name) => {
  const fields = namedArguments(argument, name, ZIP);
  const expressions = (field: string, code: number): Expression[] => {
    const list = fields.get(field) ?? [];
    if (!Array.isArray(list)) {
      throw new CommandError(code, `${field} must be an array of expressions, found ${typeName(list)}`);
    }
    return list.map((spec) => compile(spec, scope));
  };
  const inputs = expressions('inputs', 34461);
  const defaults = expressions('defaults', 34462);
  const longest = fields.get('useLongestLength') ?? false;
  if (typeof longest !== 'boolean') {
    throw new CommandError(34463, `useLongestLength must be a bool, found ${typeName(longest)}`);
  }
  if (inputs.length === 0) throw new CommandError(34465, '$zip requires at least one input array');
  if (defaults.length > 0 && !longest) {
    throw new CommandError(34466, 'cannot specify defaults unless useLongestLength is true');
  }
  if (defaults.length > 0 && defaults.length !== inputs.length) {
    throw new CommandError(34467, 'defaults and inputs must have the same length');
  }
  return fold([...inputs, ...defaults], (root) => {
    const columns: unknown[][] = [];
    for (const input of inputs) {
      const column = input(root);
      if (column == null) return null;
      if (!Array.isArray(column)) {
        throw new CommandError(34468, `$zip found a non-array expression in input: ${show(column)}`);
      }
      columns.push(column);
    }
    const lengths = columns.map((column) => column.length);
    const fill = columns.map((_, index) => defaults[index]?.(root) ?? null);
    const length = longest ? Math.max(...lengths) : Math.min(...lengths);
    requireElements(length * columns.length);
    return Array.from({ length }, (_, row) =>
      columns.map((column, index) => (row < column.length ? column[row] : fill[index])),
    );
  });
};

const SORT_ARRAY: NamedShape = {
  notObject: 2942500,
  unknown: 2942501,
  required: { input: 2942502, sortBy: 2942503 },
};

const sortArray: Operator = (argument, scope, name) => {
  const fields = namedArguments(argument, name, SORT_ARRAY);
  const compare = elementComparator(fields.get('sortBy'), scope.collation);
  const input = compile(fields.get('input'), scope);
  return fold([input], (root) => {
    const values = input(root);
    if (values == null) return null;
    if (!Array.isArray(values)) {
      throw new CommandError(
        2942504,
        `The input argument to $sortArray must be an array, but was of type: ${typeName(values)}`,
      );
    }
    return (values as unknown[]).toSorted(compare);
  });
};

type Comparator = (left: unknown, right: unknown) => number;

/** Compares whole elements for `1` and `-1`, fields of elements for `{field: 1}`. */
function elementComparator(sortBy: unknown, collation: Collation | undefined): Comparator {
  if (isNumeric(sortBy)) {
    const direction = asInt32(sortBy);
    if (direction !== 1 && direction !== -1) {
      throw new CommandError(2942506, 'The $sort element value must be either 1 or -1');
    }
    return (left, right) => direction * compareValues(left, right, collation);
  }
  if (!isDocument(sortBy)) {
    throw new CommandError(
      2942507,
      'The $sort is invalid: use 1/-1 to sort the whole element, or {field:1/-1} to sort embedded fields',
    );
  }
  const keys = entriesOf(sortBy).map(([path, value]) => {
    const direction = asInt32(value);
    if (direction !== 1 && direction !== -1) {
      throw new CommandError(2942505, 'The $sort element value must be either 1 or -1');
    }
    return { components: parsePath(path), direction };
  });
  if (keys.length === 0) throw new CommandError(2942505, 'The sort pattern must not be empty');
  return (left, right) => {
    for (const { components, direction } of keys) {
      const order = compareValues(
        readPath(left, components) ?? null,
        readPath(right, components) ?? null,
        collation,
      );
      if (order !== 0) return direction * order;
    }
    return 0;
  };
}

export const arrayBuildingOperators: OperatorFamily = [
  ['$range', range],
  ['$zip', zip],
  ['$sortArray', sortArray],
];
