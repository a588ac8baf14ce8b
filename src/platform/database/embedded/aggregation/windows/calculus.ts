import { Decimal128 } from 'bson';
import {
  add,
  divide,
  isNumeric,
  isZero,
  makeDouble,
  multiply,
  subtract,
  toDouble,
} from '../../bson/numbers.js';
import type { BsonNumber } from '../../bson/numbers.js';
import { isDocument } from '../../bson/types.js';
import { CommandError } from '../../errors.js';
import type { Sort } from '../../sort/sort.js';
import { isTimeUnit, typicalMilliseconds } from '../dates/arithmetic.js';
import { compile } from '../scope.js';
import type { Scope } from '../scope.js';
import { show, typeName } from '../values.js';
import type { WindowFunction } from './accumulating.js';
import { parseBounds } from './bounds.js';
import type { WindowBounds } from './bounds.js';
import { frameOf } from './partition.js';

/** Units whose length is the same everywhere. */
const MAX_UNIT = typicalMilliseconds('week');

interface CalculusSpec {
  readonly input: unknown;
  /** Milliseconds of the unit for dates, `undefined` for numbers. */
  readonly unit: number | undefined;
  readonly bounds: WindowBounds;
}

function parseSpec(
  name: string,
  argument: unknown,
  spec: { readonly window?: unknown },
  sort: Sort | undefined,
  scope: Scope,
): CalculusSpec {
  const failure = (message: string): CommandError => new CommandError('FailedToParse', message);
  if (!isDocument(argument)) throw failure(`${name} expects an object, found ${show(argument)}`);
  const { input, unit, ...others } = argument;
  const [unknownField] = Object.keys(others);
  if (unknownField !== undefined) throw failure(`${name} got unexpected argument: ${unknownField}`);
  if (input === undefined) throw failure(`${name} requires an 'input' expression`);
  if (sort?.keys.length !== 1) throw failure(`${name} requires a sortBy with exactly one element`);
  if (name === '$derivative' && spec.window === undefined)
    throw failure('$derivative requires explicit window bounds');
  const bounds = parseBounds(spec.window, sort, scope);
  if (unit === undefined) return { input, unit, bounds };
  if (typeof unit !== 'string' || !isTimeUnit(unit)) throw failure(`unknown time unit value: ${show(unit)}`);
  const milliseconds = typicalMilliseconds(unit);
  if (milliseconds > MAX_UNIT) throw new CommandError(5490710, "unit must be 'week' or smaller");
  return { input, unit: milliseconds, bounds };
}

interface Point {
  readonly x: BsonNumber;
  readonly y: BsonNumber;
}

/** The place of a document on the axis that a partition is sorted by. */
function axisValue(value: unknown, unit: number | undefined, name: string): BsonNumber {
  if (value instanceof Date) {
    if (unit === undefined) {
      throw new CommandError(5624901, `${name} where the sortBy is a Date requires a 'unit'`);
    }
    return BigInt(value.getTime());
  }
  if (unit !== undefined) {
    throw new CommandError(
      5624900,
      `${name} with 'unit' expects the sortBy field to be a Date, found ${typeName(value)}`,
    );
  }
  if (!isNumeric(value)) {
    throw new CommandError(
      5624902,
      `${name} expects the sortBy field to be numeric, found ${typeName(value)}`,
    );
  }
  return value;
}

/** `$derivative`: the slope between the first and the last document of the window. */
export function derivative(
  argument: unknown,
  spec: object,
  sort: Sort | undefined,
  scope: Scope,
): WindowFunction {
  const { input: inputSpec, unit, bounds } = parseSpec('$derivative', argument, spec, sort, scope);
  const input = compile(inputSpec, scope);
  return (partition) => {
    const frame = frameOf(bounds, partition);
    const point = (index: number): Point | undefined => {
      const y = input(partition.documents[index]);
      const x = axisValue(partition.sortValues[index], unit, '$derivative');
      if (y == null) return undefined;
      if (y instanceof Date) return { x, y: BigInt(y.getTime()) };
      if (isNumeric(y)) return { x, y };
      throw new CommandError(5624903, `$derivative expects its input to be numeric, found ${typeName(y)}`);
    };
    return (position) => {
      const { from, to } = frame(position);
      if (to - from < 2) return null;
      const left = point(from);
      const right = point(to - 1);
      if (left === undefined || right === undefined) return null;
      const run = scaled(subtract(right.x, left.x), unit);
      return isZero(run) ? null : divide(subtract(right.y, left.y), run);
    };
  };
}

function scaled(value: BsonNumber, unit: number | undefined): BsonNumber {
  return unit === undefined ? value : makeDouble(toDouble(value) / unit);
}

/** `$integral`: the area under the points of the window, by the trapezoidal rule. */
export function integral(
  argument: unknown,
  spec: object,
  sort: Sort | undefined,
  scope: Scope,
): WindowFunction {
  const { input: inputSpec, unit, bounds } = parseSpec('$integral', argument, spec, sort, scope);
  const input = compile(inputSpec, scope);
  return (partition) => {
    const frame = frameOf(bounds, partition);
    return (position) => {
      const { from, to } = frame(position);
      let previous: Point | undefined;
      let area: BsonNumber | null = null;
      for (let index = from; index < to; index++) {
        scope.pacer.step();
        const y = input(partition.documents[index]);
        if (!isNumeric(y)) continue;
        const current = { x: axisValue(partition.sortValues[index], unit, '$integral'), y };
        area = previous === undefined ? 0 : add(area ?? 0, trapezoid(previous, current, unit));
        previous = current;
      }
      return area;
    };
  };
}

function trapezoid(left: Point, right: Point, unit: number | undefined): BsonNumber {
  const width = subtract(right.x, left.x);
  const doubled = multiply(add(left.y, right.y), width);
  const area = divide(doubled, 2);
  if (unit === undefined) return area;
  return area instanceof Decimal128 ? divide(area, unit) : makeDouble(toDouble(area) / unit);
}
