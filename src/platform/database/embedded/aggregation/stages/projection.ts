import { isDocument } from '../../bson/types.js';
import { CommandError } from '../../errors.js';
import { compileStageProjection } from '../../projection/projection.js';
import type { Document } from '../../types.js';
import { DocumentBuilder } from '../documents.js';
import { expressionOptions, mapping } from './stage.js';
import type { StageCompiler } from './stage.js';

export const project: StageCompiler = (spec, { scope }, name) => {
  if (!isDocument(spec)) throw new CommandError(15969, `${name} specification must be an object`);
  return mapping(compileStageProjection(spec, expressionOptions(scope)).apply);
};

export const unset: StageCompiler = (spec, { scope }) =>
  mapping(compileStageProjection(unsetSpec(spec), expressionOptions(scope)).apply);

/** `$unset` is the exclusion of its fields. */
function unsetSpec(spec: unknown): Document {
  if (typeof spec !== 'string' && !Array.isArray(spec)) {
    throw new CommandError(31002, '$unset specification must be a string or an array');
  }
  const paths: readonly unknown[] = Array.isArray(spec) ? spec : [spec];
  if (paths.length === 0) {
    throw new CommandError(
      31119,
      '$unset specification must be a string or an array with at least one field',
    );
  }
  const result = new DocumentBuilder();
  for (const path of paths) {
    if (typeof path !== 'string') {
      throw new CommandError(
        31120,
        '$unset specification must be a string or an array containing only string values',
      );
    }
    result.set(path, 0);
  }
  return result.finish();
}
