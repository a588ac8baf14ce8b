import { isDocument } from '../../bson/types.js';
import { CommandError } from '../../errors.js';
import type { Document } from '../../types.js';
import { typeName } from '../values.js';
import { scanFor } from './nested-source.js';
import { requireStages } from './stage.js';
import type { StageCompiler } from './stage.js';

export const unionWith: StageCompiler = (spec, stage) => {
  const { collection, stages } = parseSpec(spec);
  const nested = scanFor(stage, stages, { place: '$unionWith', collection });
  return function* (source) {
    yield* source;
    yield* nested();
  };
};

function parseSpec(spec: unknown): { collection: string | undefined; stages: readonly Document[] } {
  if (typeof spec === 'string') return { collection: spec, stages: [] };
  if (!isDocument(spec)) {
    throw new CommandError(
      'FailedToParse',
      `the $unionWith stage specification must be an object or string, but found ${typeName(spec)}`,
    );
  }
  for (const key of Object.keys(spec)) {
    if (key !== 'coll' && key !== 'pipeline') {
      throw new CommandError(40415, `BSON field '$unionWith.${key}' is an unknown field.`);
    }
  }
  const { coll, pipeline } = spec;
  if (coll !== undefined && typeof coll !== 'string') {
    throw new CommandError(
      'TypeMismatch',
      `BSON field '$unionWith.coll' is the wrong type '${typeName(coll)}'`,
    );
  }
  const stages = pipeline === undefined ? [] : requireStages(pipeline, 'TypeMismatch');
  if (coll === undefined && !(isDocument(stages[0]) && Object.hasOwn(stages[0], '$documents'))) {
    throw new CommandError(
      'FailedToParse',
      '$unionWith stage without explicit collection must have a pipeline with $documents as first stage',
    );
  }
  return { collection: coll, stages };
}
