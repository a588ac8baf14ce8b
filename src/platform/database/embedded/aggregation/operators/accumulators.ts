import { CommandError } from '../../errors.js';
import { isNumeric } from '../../bson/numbers.js';
import type { Accumulator } from '../accumulators/accumulator.js';
import { countArgument } from '../accumulators/count-argument.js';
import { Deviation } from '../accumulators/deviation.js';
import { Extreme } from '../accumulators/extremes.js';
import { compilePercentileSpec, Percentile } from '../accumulators/percentile.js';
import { compileSeveral, SEVERAL } from '../accumulators/several.js';
import type { SeveralFactory } from '../accumulators/several.js';
import { Average, Sum } from '../accumulators/sum.js';
import { fold } from '../constant.js';
import type { Scope } from '../scope.js';
import { typeName } from '../values.js';
import { unary, variadic } from './arguments.js';
import type { Operator, OperatorFamily } from './arguments.js';

/** An accumulator as an operator: over the elements of one array, or over several arguments. */
function overArguments(create: (scope: Scope) => Accumulator): Operator {
  return variadic((list, scope) => {
    const [only] = list;
    if (list.length !== 1 || only === undefined) {
      return (root) => {
        const accumulator = create(scope);
        for (const operand of list) accumulator.add(operand(root));
        return accumulator.result();
      };
    }
    return (root) => {
      const accumulator = create(scope);
      const value = only(root);
      if (Array.isArray(value)) for (const element of value) accumulator.add(element);
      else accumulator.add(value);
      return accumulator.result();
    };
  });
}

function firstOrLast(position: 0 | -1): Operator {
  return unary((value, _scope, name) => {
    if (value == null) return null;
    if (!Array.isArray(value)) {
      throw new CommandError(28689, `${name}'s argument must be an array, but is ${typeName(value)}`);
    }
    return value.at(position) as unknown;
  });
}

function several(factory: SeveralFactory): Operator {
  return (argument, scope, name) => {
    const { n, input } = compileSeveral(argument, scope, name);
    return fold([n, input], (root) => {
      const accumulator = factory(countArgument(n(root)), scope.collation);
      const values = input(root);
      if (!Array.isArray(values)) throw new CommandError(5788200, 'Input must be an array');
      for (const value of values) accumulator.add(value);
      return accumulator.result();
    });
  };
}

/** `$percentile` and `$median` of one number or of the numbers in an array. */
const percentile: Operator = (argument, scope, name) => {
  const { input, ranks, single } = compilePercentileSpec(argument, scope, name);
  return fold([input], (root) => {
    const accumulator = new Percentile(ranks, single);
    const value = input(root);
    if (Array.isArray(value)) for (const element of value) accumulator.add(element);
    else if (isNumeric(value)) accumulator.add(value);
    return accumulator.result();
  });
};

export const accumulatorOperators: OperatorFamily = [
  ['$sum', overArguments(() => new Sum())],
  ['$avg', overArguments(() => new Average())],
  ['$min', overArguments((scope) => new Extreme(-1, scope.collation))],
  ['$max', overArguments((scope) => new Extreme(1, scope.collation))],
  ['$stdDevPop', overArguments(() => new Deviation(false))],
  ['$stdDevSamp', overArguments(() => new Deviation(true))],
  ['$first', firstOrLast(0)],
  ['$last', firstOrLast(-1)],
  ['$median', percentile],
  ['$percentile', percentile],
  ...[...SEVERAL].map(([name, factory]) => [name, several(factory)] as const),
];
