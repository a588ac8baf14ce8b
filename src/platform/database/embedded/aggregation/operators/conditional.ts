import { isDocument } from '../../bson/types.js';
import { CommandError } from '../../errors.js';
import { fold, isConstant } from '../constant.js';
import { compile } from '../scope.js';
import type { Expression } from '../scope.js';
import { isTrue, typeName } from '../values.js';
import { compileNamed, namedArguments, operands, required, variadic } from './arguments.js';
import type { NamedShape, Operator, OperatorFamily } from './arguments.js';

const COND: NamedShape = {
  notObject: 16020,
  unknown: 17083,
  required: { if: 17080, then: 17081, else: 17082 },
};

const cond: Operator = (argument, scope, name) => {
  let list: Expression[];
  if (isDocument(argument)) {
    const compiled = compileNamed(argument, scope, name, COND);
    list = [required(compiled, 'if'), required(compiled, 'then'), required(compiled, 'else')];
  } else {
    list = operands(argument, scope);
    if (list.length !== 3) {
      throw new CommandError(
        16020,
        `Expression $cond takes exactly 3 arguments. ${list.length} were passed in.`,
      );
    }
  }
  const [test, then, otherwise] = list as [Expression, Expression, Expression];
  if (isConstant(test)) return isTrue(test({})) ? then : otherwise;
  return (root) => (isTrue(test(root)) ? then(root) : otherwise(root));
};

const ifNull = variadic((list) => {
  if (list.length < 2) {
    throw new CommandError(1257300, `$ifNull needs at least two arguments, had: ${list.length}`);
  }
  return (root) => {
    let value: unknown;
    for (const operand of list) {
      value = operand(root);
      if (value != null) break;
    }
    return value;
  };
});

const SWITCH: NamedShape = {
  notObject: 40060,
  unknown: 40067,
  required: {},
  optional: ['branches', 'default'],
};
const BRANCH: NamedShape = { notObject: 40062, unknown: 40063, required: { case: 40064, then: 40065 } };

const switchOperator: Operator = (argument, scope, name) => {
  const fields = namedArguments(argument, name, SWITCH);
  const specs = fields.get('branches') ?? [];
  if (!Array.isArray(specs)) {
    throw new CommandError(40061, `$switch expected an array for 'branches', found: ${typeName(specs)}`);
  }
  if (specs.length === 0) throw new CommandError(40068, '$switch requires at least one branch.');
  const branches = specs.map((spec) => {
    const compiled = compileNamed(spec, scope, 'a branch of $switch', BRANCH);
    return { test: required(compiled, 'case'), then: required(compiled, 'then') };
  });
  const otherwise = fields.has('default') ? compile(fields.get('default'), scope) : undefined;
  const choose: Expression = (root) => {
    for (const { test, then } of branches) {
      if (isTrue(test(root))) return then(root);
    }
    if (otherwise !== undefined) return otherwise(root);
    throw new CommandError(
      40066,
      '$switch could not find a matching branch for an input, and no default was specified.',
    );
  };
  const parts = branches.flatMap(({ test, then }) => [test, then]);
  return fold(otherwise === undefined ? parts : [...parts, otherwise], choose);
};

export const conditionalOperators: OperatorFamily = [
  ['$cond', cond],
  ['$ifNull', ifNull],
  ['$switch', switchOperator],
];
