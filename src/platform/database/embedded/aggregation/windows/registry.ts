import { isDocument } from '../../bson/types.js';
import { CommandError } from '../../errors.js';
import type { Sort } from '../../sort/sort.js';
import type { Scope } from '../scope.js';
import { show } from '../values.js';
import { accumulating } from './accumulating.js';
import type { WindowFunction } from './accumulating.js';
import { parseBounds } from './bounds.js';
import { derivative, integral } from './calculus.js';
import { ranking, shift } from './ranking.js';
import { expMovingAvg, linearFill, locf } from './smoothing.js';

/** Compiles one output field of `$setWindowFields`, `{$function: argument, window: {…}}`. */
export function compileWindowFunction(spec: unknown, sort: Sort | undefined, scope: Scope): WindowFunction {
  if (!isDocument(spec)) {
    throw new CommandError(
      'FailedToParse',
      `The window function specification must be an object, found ${show(spec)}`,
    );
  }
  const names = Object.keys(spec).filter((key) => key.startsWith('$'));
  const [name] = names;
  if (name === undefined) throw new CommandError('FailedToParse', 'Expected a $-prefixed window function');
  if (names.length > 1) {
    throw new CommandError('FailedToParse', 'Cannot specify multiple functions in window function spec');
  }
  const unknownField = Object.keys(spec).find((key) => key !== name && key !== 'window');
  if (unknownField !== undefined) {
    throw new CommandError('FailedToParse', `Window function found an unknown argument: ${unknownField}`);
  }
  const argument = spec[name];
  switch (name) {
    case '$rank':
    case '$denseRank':
    case '$documentNumber':
      return ranking(name, argument, spec, sort);
    case '$shift':
      return shift(argument, spec, sort, scope);
    case '$expMovingAvg':
      return expMovingAvg(argument, spec, sort, scope);
    case '$derivative':
      return derivative(argument, spec, sort, scope);
    case '$integral':
      return integral(argument, spec, sort, scope);
    case '$linearFill':
      return linearFill(argument, spec, sort, scope);
    case '$locf':
      return locf(argument, spec, scope);
    default:
      return accumulating(name, argument, parseBounds(spec.window, sort, scope), scope);
  }
}
