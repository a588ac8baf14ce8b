import { Decimal128 } from 'bson';
import {
  add,
  isNumeric,
  makeDouble,
  multiply,
  subtract,
  toDecimal,
  toDouble,
  toExactLong,
} from '../../bson/numbers.js';
import type { BsonNumber } from '../../bson/numbers.js';
import { fromBigInt, pack, toNumber } from '../../bson/decimal.js';
import type { Decimal } from '../../bson/decimal.js';
import {
  addDecimals,
  divideDecimals,
  multiplyDecimals,
  subtractDecimals,
} from '../../bson/decimal-arithmetic.js';
import { isDocument } from '../../bson/types.js';
import { CommandError } from '../../errors.js';
import type { Sort } from '../../sort/sort.js';
import { compile } from '../scope.js';
import type { Scope } from '../scope.js';
import { show, typeName } from '../values.js';
import type { WindowFunction } from './accumulating.js';
import type { Partition } from './partition.js';

function failure(message: string): CommandError {
  return new CommandError('FailedToParse', message);
}

/**
 * `$expMovingAvg`: each number moves the average by its weight. Computed with decimals, as MongoDB does;
 * the answer is a double until a decimal is among the values.
 */
export function expMovingAvg(
  argument: unknown,
  spec: object,
  sort: Sort | undefined,
  scope: Scope,
): WindowFunction {
  if (Object.keys(spec).length !== 1 || !isDocument(argument)) {
    throw failure('$expMovingAvg must have exactly one argument that is an object');
  }
  const { input: inputSpec, N, alpha: alphaSpec, ...others } = argument;
  if (
    inputSpec === undefined ||
    (N === undefined) === (alphaSpec === undefined) ||
    Object.keys(others).length > 0
  ) {
    throw failure(
      "$expMovingAvg sub object must have exactly two fields: An 'input' field, and either an 'N' field or an 'alpha' field",
    );
  }
  if (sort === undefined) throw failure("$expMovingAvg requires an explicit 'sortBy'");
  const weight = N === undefined ? alphaArgument(alphaSpec) : weightOf(N);
  const kept = subtractDecimals(fromBigInt(1n), weight);
  const input = compile(inputSpec, scope);
  return ({ documents }) => {
    let average: Decimal | undefined;
    let decimal = false;
    return (position) => {
      const value = input(documents[position]);
      if (isNumeric(value)) {
        const number = toDecimal(value);
        average =
          average === undefined
            ? number
            : addDecimals(multiplyDecimals(number, weight), multiplyDecimals(average, kept));
        decimal ||= value instanceof Decimal128;
      }
      if (average === undefined) return null;
      return decimal ? pack(average) : makeDouble(toNumber(average));
    };
  };
}

function weightOf(value: unknown): Decimal {
  const n = toExactLong(value);
  if (n === undefined) {
    throw failure(
      `'N' field must be an integer, but found ${show(value)}. To use a non-integer, use 'alpha' instead`,
    );
  }
  if (n <= 0n) throw failure(`'N' must be greater than zero. Got ${n}`);
  return divideDecimals(fromBigInt(2n), fromBigInt(n + 1n));
}

function alphaArgument(value: unknown): Decimal {
  if (!isNumeric(value)) throw failure("'alpha' must be a number");
  const alpha = toDouble(value);
  if (!(alpha > 0 && alpha < 1))
    throw failure(`'alpha' must be between 0 and 1 (exclusive), found ${show(value)}`);
  return toDecimal(value);
}

/** `$locf`: the last value that is there. */
export function locf(argument: unknown, spec: object, scope: Scope): WindowFunction {
  if (Object.keys(spec).length > 1) throw failure('$locf takes no other arguments');
  const input = compile(argument, scope);
  return ({ documents }) => {
    let last: unknown = null;
    return (position) => {
      last = input(documents[position]) ?? last;
      return last;
    };
  };
}

/** `$linearFill`: a straight line between the nearest values that are there. */
export function linearFill(
  argument: unknown,
  spec: object,
  sort: Sort | undefined,
  scope: Scope,
): WindowFunction {
  if (Object.keys(spec).length > 1) throw failure('$linearFill takes no other arguments');
  if (sort?.keys.length !== 1) {
    throw new CommandError(
      605001,
      '$linearFill must be specified with a top level sortBy expression with exactly one element',
    );
  }
  const input = compile(argument, scope);
  return (partition) => {
    const values = partition.documents.map((document) => fillable(input(document)));
    requireDistinct(partition);
    let before = -1;
    let after = -1;
    return (position) => {
      const value = values[position];
      if (value !== null) {
        before = position;
        return value;
      }
      if (after < position) after = position;
      while (after < values.length && values[after] === null) after++;
      const left = before === -1 ? null : values[before];
      const right = after === values.length ? null : values[after];
      return left === null || right === null
        ? null
        : interpolate(
            partition,
            { position: before, value: left },
            { position: after, value: right },
            position,
          );
    };
  };
}

function fillable(value: unknown): BsonNumber | null {
  if (value == null) return null;
  if (!isNumeric(value)) {
    throw new CommandError(
      'TypeMismatch',
      `Value to be filled must be numeric or nullish, found ${typeName(value)}`,
    );
  }
  return value;
}

function requireDistinct({ sortValues, sort, documents }: Partition): void {
  for (let index = 0; index < sortValues.length; index++) {
    const value = sortValues[index];
    if (!isNumeric(value) && !(value instanceof Date)) {
      throw new CommandError(
        'TypeMismatch',
        `Value to be sorted by must be numeric or a date, found ${typeName(value)}`,
      );
    }
    if (index > 0 && sort?.compare(documents[index - 1], documents[index]) === 0) {
      throw new CommandError(6050106, 'There can be no repeated values in the sort field');
    }
  }
}

interface Point {
  readonly position: number;
  readonly value: BsonNumber;
}

function interpolate({ sortValues }: Partition, left: Point, right: Point, position: number): BsonNumber {
  const x = (index: number): BsonNumber => {
    const value = sortValues[index];
    return value instanceof Date ? BigInt(value.getTime()) : isNumeric(value) ? value : 0;
  };
  const run = subtract(x(right.position), x(left.position));
  const rise = subtract(right.value, left.value);
  const way = subtract(x(position), x(left.position));
  const numbers = [run, rise, way, left.value];
  if (numbers.some((number) => number instanceof Decimal128)) {
    const slope = pack(divideDecimals(toDecimal(rise), toDecimal(run)));
    return add(left.value, multiply(slope, way));
  }
  return makeDouble(toDouble(left.value) + (toDouble(rise) / toDouble(run)) * toDouble(way));
}
