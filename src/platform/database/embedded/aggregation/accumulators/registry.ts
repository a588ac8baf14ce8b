import { CommandError } from '../../errors.js';
import { isDocument } from '../../bson/types.js';
import { constant } from '../constant.js';
import { compile } from '../scope.js';
import type { Scope } from '../scope.js';
import type { Accumulator, AccumulatorCompiler, CompiledAccumulator } from './accumulator.js';
import { AddToSet, First, Last, MergeObjects, Push } from './collecting.js';
import { Deviation } from './deviation.js';
import { Extreme } from './extremes.js';
import { compilePercentile } from './percentile.js';
import { rankedCompiler } from './ranked.js';
import { SEVERAL, severalCompiler } from './several.js';
import { Average, Count, Sum } from './sum.js';

/** An accumulator whose argument is one expression. */
function simple(create: (scope: Scope) => Accumulator): AccumulatorCompiler {
  return (argument, scope) => ({ input: compile(argument, scope), start: () => create(scope) });
}

const count: AccumulatorCompiler = (argument, _scope, name) => {
  if (!isDocument(argument) || Object.keys(argument).length > 0) {
    throw new CommandError('TypeMismatch', `${name} takes no arguments, i.e. ${name}:{}`);
  }
  return { input: constant(1), start: () => new Count() };
};

const refused: AccumulatorCompiler = (_argument, _scope, name) => {
  throw new CommandError('CommandNotSupported', `${name} is not supported: the engine runs no JavaScript`);
};

/** Accumulators whose argument is one expression, which an array literal is not. */
const UNARY: ReadonlyMap<string, AccumulatorCompiler> = new Map([
  ['$sum', simple(() => new Sum())],
  ['$avg', simple(() => new Average())],
  ['$min', simple((scope) => new Extreme(-1, scope.collation))],
  ['$max', simple((scope) => new Extreme(1, scope.collation))],
  ['$first', simple(() => new First())],
  ['$last', simple(() => new Last())],
  ['$push', simple(() => new Push())],
  ['$addToSet', simple((scope) => new AddToSet(scope.collation))],
  ['$mergeObjects', simple(() => new MergeObjects())],
  ['$stdDevPop', simple(() => new Deviation(false))],
  ['$stdDevSamp', simple(() => new Deviation(true))],
]);

const STRUCTURED: ReadonlyMap<string, AccumulatorCompiler> = new Map<string, AccumulatorCompiler>([
  ['$count', count],
  ['$top', rankedCompiler(false, true)],
  ['$bottom', rankedCompiler(true, true)],
  ['$topN', rankedCompiler(false, false)],
  ['$bottomN', rankedCompiler(true, false)],
  ['$median', compilePercentile],
  ['$percentile', compilePercentile],
  ['$accumulator', refused],
  ...[...SEVERAL].map(([name, factory]): [string, AccumulatorCompiler] => [name, severalCompiler(factory)]),
]);

/** Whether a name is an accumulator of `$group`. */
export function isAccumulator(name: string): boolean {
  return UNARY.has(name) || STRUCTURED.has(name);
}

/** Compiles `{$sum: "$price"}` given as name and argument, as `$setWindowFields` takes it. */
export function compileAccumulator(name: string, argument: unknown, scope: Scope): CompiledAccumulator {
  const compiler = UNARY.get(name) ?? STRUCTURED.get(name);
  if (compiler === undefined) throw new CommandError(15952, `unknown group operator '${name}'`);
  return compiler(argument, scope, name);
}

/** Compiles one output field of `$group`, `$bucket` or `$bucketAuto`. */
export function compileAccumulatorField(field: string, spec: unknown, scope: Scope): CompiledAccumulator {
  const [name, ...others] = isDocument(spec) ? Object.keys(spec) : [];
  if (!isDocument(spec) || name === undefined || !name.startsWith('$')) {
    throw new CommandError(40234, `The field '${field}' must be an accumulator object`);
  }
  if (field.includes('.')) throw new CommandError(40235, `The field name '${field}' cannot contain '.'`);
  if (field.startsWith('$')) {
    throw new CommandError(40236, `The field name '${field}' cannot be an operator name`);
  }
  if (others.length > 0) throw new CommandError(40238, `The field '${field}' must specify one accumulator`);
  if (UNARY.has(name) && Array.isArray(spec[name])) {
    throw new CommandError(40237, `The ${name} accumulator is a unary operator`);
  }
  return compileAccumulator(name, spec[name], scope);
}
