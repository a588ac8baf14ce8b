import { accumulatorOperators } from './accumulators.js';
import type { Operator } from './arguments.js';
import { arithmeticOperators } from './arithmetic.js';
import { arrayBuildingOperators } from './array-building.js';
import { arrayOperators } from './array.js';
import { bitwiseOperators } from './bitwise.js';
import { booleanOperators } from './boolean.js';
import { comparisonOperators } from './comparison.js';
import { conditionalOperators } from './conditional.js';
import { conversionOperators } from './conversion.js';
import { datePartOperators } from './date-parts.js';
import { dateOperators } from './date.js';
import { miscOperators } from './misc.js';
import { objectOperators } from './object.js';
import { regexOperators } from './regex.js';
import { roundingOperators } from './rounding.js';
import { setOperators } from './set.js';
import { stringOperators } from './string.js';
import { substringOperators } from './substring.js';
import { transcendentalOperators } from './transcendental.js';
import { variableOperators } from './variable.js';

const OPERATORS: ReadonlyMap<string, Operator> = new Map([
  ...accumulatorOperators,
  ...arithmeticOperators,
  ...arrayBuildingOperators,
  ...arrayOperators,
  ...bitwiseOperators,
  ...booleanOperators,
  ...comparisonOperators,
  ...conditionalOperators,
  ...conversionOperators,
  ...datePartOperators,
  ...dateOperators,
  ...miscOperators,
  ...objectOperators,
  ...regexOperators,
  ...roundingOperators,
  ...setOperators,
  ...stringOperators,
  ...substringOperators,
  ...transcendentalOperators,
  ...variableOperators,
]);

/** Finds an operator by its name with `$`. */
export function findOperator(name: string): Operator | undefined {
  return OPERATORS.get(name);
}
