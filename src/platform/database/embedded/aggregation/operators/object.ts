import { keysOf } from '../../bson/key-order.js';
import { getOwn, isDocument } from '../../bson/types.js';
import { CommandError } from '../../errors.js';
import { fold, isConstant } from '../constant.js';
import { DocumentBuilder } from '../documents.js';
import { withField } from '../paths.js';
import { compile } from '../scope.js';
import type { Expression } from '../scope.js';
import { typeName } from '../values.js';
import { compileNamed, namedArguments, required, unary, variadic } from './arguments.js';
import type { NamedShape, Operator, OperatorFamily } from './arguments.js';

const mergeObjects = variadic((list) => (root) => {
  const result = new DocumentBuilder();
  for (const operand of list) {
    const value = operand(root);
    if (value == null) continue;
    if (!isDocument(value)) {
      throw new CommandError(
        40400,
        `$mergeObjects requires object inputs, but input of type ${typeName(value)} was given`,
      );
    }
    result.assign(value);
  }
  return result.finish();
});

const objectToArray = unary((value) => {
  if (value == null) return null;
  if (!isDocument(value)) {
    throw new CommandError(40390, `$objectToArray requires a document input, found: ${typeName(value)}`);
  }
  return keysOf(value).map((k) => ({ k, v: value[k] }));
});

/** Codes of a `field` argument that is a path, no constant, or no string. */
interface FieldNameCodes {
  readonly path: number;
  readonly notConstant: number;
  readonly notString: number;
}

function constantFieldName(spec: unknown, field: Expression, name: string, codes: FieldNameCodes): string {
  if (typeof spec === 'string' && spec.startsWith('$')) {
    throw new CommandError(
      codes.path,
      `'${spec}' is a field path reference which is not allowed in this context. Did you mean {$literal: '${spec}'}?`,
    );
  }
  if (!isConstant(field)) {
    throw new CommandError(
      codes.notConstant,
      `${name} requires 'field' to evaluate to a constant, but got a non-constant argument`,
    );
  }
  const value = field({});
  if (typeof value !== 'string') {
    throw new CommandError(
      codes.notString,
      `${name} requires 'field' to evaluate to type String, but got ${typeName(value)}`,
    );
  }
  return value;
}

const GET_FIELD: NamedShape = {
  notObject: 3041701,
  unknown: 3041701,
  required: { field: 3041702, input: 3041703 },
};
const GET_FIELD_NAME: FieldNameCodes = { path: 5654600, notConstant: 5654601, notString: 5654602 };

const getFieldOperator: Operator = (argument, scope, name) => {
  const short = !isDocument(argument) || keysOf(argument)[0]?.startsWith('$') === true;
  const fields = short
    ? new Map<string, unknown>([
        ['field', argument],
        ['input', '$$CURRENT'],
      ])
    : namedArguments(argument, name, GET_FIELD);
  const spec = fields.get('field');
  const fieldName = constantFieldName(spec, compile(spec, scope), name, GET_FIELD_NAME);
  const input = compile(fields.get('input'), scope);
  return fold([input], (root) => {
    const value = input(root);
    if (value === null) return null;
    return isDocument(value) ? getOwn(value, fieldName) : undefined;
  });
};

const SET_FIELD: NamedShape = {
  notObject: 4161100,
  unknown: 4161101,
  required: { field: 4161102, value: 4161103, input: 4161109 },
};
const UNSET_FIELD: NamedShape = {
  notObject: 4161100,
  unknown: 4161101,
  required: { field: 4161102, input: 4161109 },
};
const SET_FIELD_NAME: FieldNameCodes = { path: 4161108, notConstant: 4161106, notString: 4161107 };

function fieldSetter(shape: NamedShape): Operator {
  return (argument, scope, name) => {
    const spec = namedArguments(argument, name, shape).get('field');
    const compiled = compileNamed(argument, scope, name, shape);
    const fieldName = constantFieldName(spec, required(compiled, 'field'), name, SET_FIELD_NAME);
    const input = required(compiled, 'input');
    const value = compiled.get('value');
    return fold([...compiled.values()], (root) => {
      const document = input(root);
      if (document == null) return null;
      if (!isDocument(document)) {
        throw new CommandError(4161105, `${name} requires 'input' to evaluate to type Object`);
      }
      return withField(document, fieldName, value?.(root));
    });
  };
}

export const objectOperators: OperatorFamily = [
  ['$mergeObjects', mergeObjects],
  ['$objectToArray', objectToArray],
  ['$getField', getFieldOperator],
  ['$setField', fieldSetter(SET_FIELD)],
  ['$unsetField', fieldSetter(UNSET_FIELD)],
];
