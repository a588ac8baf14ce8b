import { compareResults } from '../compare.js';
import { CommandError } from '../../errors.js';
import { valueKeys } from '../keys.js';
import type { ValueKey } from '../keys.js';
import type { Scope } from '../scope.js';
import { isTrue, typeName } from '../values.js';
import { binary, unary, variadic } from './arguments.js';
import type { OperatorFamily } from './arguments.js';

function requireArray(value: unknown, code: number, message: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new CommandError(code, `${message} of type: ${typeName(value)}`);
  return value;
}

/** The distinct elements by key, in order of first appearance. */
function distinct(elements: readonly unknown[], key: (value: unknown) => ValueKey): Map<ValueKey, unknown> {
  const result = new Map<ValueKey, unknown>();
  for (const element of elements) {
    const elementKey = key(element);
    if (!result.has(elementKey)) result.set(elementKey, element);
  }
  return result;
}

function sorted(values: Iterable<unknown>, { collation }: Scope): unknown[] {
  return [...values].sort((left, right) => compareResults(left, right, collation));
}

const setUnion = variadic((list, scope) => (root) => {
  const key = valueKeys(scope.collation);
  const union = new Map<ValueKey, unknown>();
  for (const operand of list) {
    const value = operand(root);
    if (value == null) return null;
    for (const element of requireArray(
      value,
      17043,
      'All operands of $setUnion must be arrays. One argument is',
    )) {
      const elementKey = key(element);
      if (!union.has(elementKey)) union.set(elementKey, element);
    }
  }
  return sorted(union.values(), scope);
});

const setIntersection = variadic((list, scope) => (root) => {
  const key = valueKeys(scope.collation);
  let common: Map<ValueKey, unknown> | undefined;
  for (const operand of list) {
    const value = operand(root);
    if (value == null) return null;
    const set = distinct(
      requireArray(value, 17047, 'All operands of $setIntersection must be arrays. One argument is'),
      key,
    );
    common = common === undefined ? set : new Map([...common].filter(([elementKey]) => set.has(elementKey)));
  }
  return sorted(common?.values() ?? [], scope);
});

const setDifference = binary((left, right, { collation }) => {
  if (left == null || right == null) return null;
  const message = 'both operands of $setDifference must be arrays.';
  const kept = requireArray(left, 17048, `${message} First argument is`);
  const removed = requireArray(right, 17049, `${message} Second argument is`);
  const key = valueKeys(collation);
  const seen = new Set(removed.map(key));
  return kept.filter((element) => {
    const elementKey = key(element);
    if (seen.has(elementKey)) return false;
    seen.add(elementKey);
    return true;
  });
});

const setEquals = variadic((list, scope) => {
  if (list.length < 2)
    throw new CommandError(17045, `$setEquals needs at least two arguments had: ${list.length}`);
  return (root) => {
    const key = valueKeys(scope.collation);
    const [first, ...others] = list.map((operand, index) => {
      const message = `All operands of $setEquals must be arrays. ${index + 1}-th argument is`;
      return new Set(requireArray(operand(root), 17044, message).map(key));
    });
    return others.every((other) => first?.size === other.size && [...other].every((key) => first.has(key)));
  };
});

const setIsSubset = binary((left, right, { collation }) => {
  const message = 'both operands of $setIsSubset must be arrays.';
  const inner = requireArray(left, 17046, `${message} First argument is`);
  const outer = requireArray(right, 17042, `${message} Second argument is`);
  const key = valueKeys(collation);
  const members = new Set(outer.map(key));
  return inner.every((element) => members.has(key(element)));
});

export const setOperators: OperatorFamily = [
  ['$setUnion', setUnion],
  ['$setIntersection', setIntersection],
  ['$setDifference', setDifference],
  ['$setEquals', setEquals],
  ['$setIsSubset', setIsSubset],
  [
    '$allElementsTrue',
    unary((value) =>
      requireArray(value, 17040, "$allElementsTrue's argument must be an array, but is").every(isTrue),
    ),
  ],
  [
    '$anyElementTrue',
    unary((value) =>
      requireArray(value, 17041, "$anyElementTrue's argument must be an array, but is").some(isTrue),
    ),
  ],
];
