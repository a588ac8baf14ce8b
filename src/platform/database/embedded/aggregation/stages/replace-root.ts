import { isDocument } from '../../bson/types.js';
import { CommandError } from '../../errors.js';
import { compile } from '../scope.js';
import type { Scope } from '../scope.js';
import { show, typeName } from '../values.js';
import { mapping } from './stage.js';
import type { Stage, StageCompiler } from './stage.js';

function replacement(spec: unknown, scope: Scope, what: string): Stage {
  const evaluate = compile(spec, scope);
  return mapping((document) => {
    const result = evaluate(document);
    if (!isDocument(result)) {
      throw new CommandError(
        40228,
        `${what} expression must evaluate to an object, but resulting value was: ${show(result)}. ` +
          `Type of resulting value: '${typeName(result)}'`,
      );
    }
    return result;
  });
}

export const replaceWith: StageCompiler = (spec, { scope }) =>
  replacement(spec, scope, "'replacement document'");

export const replaceRoot: StageCompiler = (spec, { scope }) => {
  if (!isDocument(spec)) {
    throw new CommandError(
      40229,
      `expected an object as specification for $replaceRoot stage, got ${typeName(spec)}`,
    );
  }
  const unknownOption = Object.keys(spec).find((key) => key !== 'newRoot');
  if (unknownOption !== undefined) {
    throw new CommandError(40415, `BSON field '$replaceRoot.${unknownOption}' is an unknown field.`);
  }
  if (spec.newRoot === undefined) {
    throw new CommandError(40414, "BSON field '$replaceRoot.newRoot' is missing but a required field");
  }
  return replacement(spec.newRoot, scope, "'newRoot'");
};
