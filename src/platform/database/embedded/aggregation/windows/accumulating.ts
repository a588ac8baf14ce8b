import { CommandError } from '../../errors.js';
import type { Accumulator } from '../accumulators/accumulator.js';
import { compileAccumulator, isAccumulator } from '../accumulators/registry.js';
import { compareResults } from '../compare.js';
import type { Expression, Scope } from '../scope.js';
import type { WindowBounds } from './bounds.js';
import { covariance } from './covariance.js';
import { frameOf } from './partition.js';
import type { Frame, Partition } from './partition.js';
import { SlidingCount, SlidingExtreme, SlidingTotal } from './running.js';
import type { Sliding } from './running.js';

/** Answers the value of a window function for each document of a partition; asked for ascending positions. */
export type WindowFunction = (partition: Partition) => (position: number) => unknown;

/** Starts the state of a window that can also give values back. */
function slidingOf(name: string, scope: Scope): (() => Sliding) | undefined {
  const { collation } = scope;
  switch (name) {
    case '$sum':
      return () => new SlidingTotal(false);
    case '$avg':
      return () => new SlidingTotal(true);
    case '$count':
      return () => new SlidingCount();
    case '$min':
      return () => new SlidingExtreme((left, right) => compareResults(left, right, collation));
    case '$max':
      return () => new SlidingExtreme((left, right) => compareResults(right, left, collation));
    default:
      return undefined;
  }
}

/** Compiles an accumulator over a window. */
export function accumulating(
  name: string,
  argument: unknown,
  bounds: WindowBounds,
  scope: Scope,
): WindowFunction {
  if (name === '$covariancePop' || name === '$covarianceSamp') {
    const { input, start } = covariance(argument, name === '$covarianceSamp', scope);
    return overWindow(input, start, bounds, scope);
  }
  if (!isAccumulator(name)) throw new CommandError('FailedToParse', `Unrecognized window function, ${name}`);
  const { input, start } = compileAccumulator(name, argument, scope);
  const sliding = slidingOf(name, scope);
  const create = (): Accumulator => start({});
  // Errors of the argument, such as an `n` of zero, appear without documents.
  create();
  if (bounds.lower !== 'unbounded' && sliding !== undefined) return overSliding(input, sliding, bounds);
  return overWindow(input, create, bounds, scope);
}

/** Values enter and leave one state. */
function overSliding(input: Expression, create: () => Sliding, bounds: WindowBounds): WindowFunction {
  return (partition) => {
    const frame = frameOf(bounds, partition);
    const state = create();
    const entered: unknown[] = [];
    let from = 0;
    return (position) => {
      const window = frame(position);
      while (entered.length < window.to) {
        const value = input(partition.documents[entered.length]);
        entered.push(value);
        state.add(value);
      }
      for (; from < Math.min(window.from, entered.length); from++) {
        state.remove(entered[from]);
        entered[from] = undefined;
      }
      return state.result();
    };
  };
}

/** A window that begins with the partition grows; every other is accumulated anew for each document. */
function overWindow(
  input: Expression,
  create: () => Accumulator,
  bounds: WindowBounds,
  scope: Scope,
): WindowFunction {
  return (partition) => {
    const frame = frameOf(bounds, partition);
    return bounds.lower === 'unbounded'
      ? growing(input, create(), frame, partition, scope)
      : anew(input, create, frame, partition, scope);
  };
}

function growing(
  input: Expression,
  accumulator: Accumulator,
  frame: Frame,
  { documents }: Partition,
  { pacer }: Scope,
): (position: number) => unknown {
  let taken = 0;
  let result: { readonly value: unknown } | undefined;
  return (position) => {
    const { to } = frame(position);
    if (taken < to) result = undefined;
    for (; taken < to; taken++) {
      pacer.step();
      accumulator.add(input(documents[taken]));
    }
    result ??= { value: snapshot(accumulator.result()) };
    return result.value;
  };
}

/** Results that are arrays may still grow inside the accumulator. */
function snapshot(value: unknown): unknown {
  return Array.isArray(value) ? [...(value as unknown[])] : value;
}

function anew(
  input: Expression,
  create: () => Accumulator,
  frame: Frame,
  { documents }: Partition,
  { pacer }: Scope,
): (position: number) => unknown {
  const inputs: { value: unknown }[] = [];
  return (position) => {
    const { from, to } = frame(position);
    const accumulator = create();
    for (let index = from; index < to; index++) {
      pacer.step();
      inputs[index] ??= { value: input(documents[index]) };
      accumulator.add(inputs[index].value);
    }
    return accumulator.result();
  };
}
