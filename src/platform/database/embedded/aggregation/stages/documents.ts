import { isDocument } from '../../bson/types.js';
import { CommandError } from '../../errors.js';
import { compile } from '../scope.js';
import { typeName } from '../values.js';
import { ticking } from './stage.js';
import type { StageCompiler } from './stage.js';

/** The name under which a pipeline on the database as a whole runs. */
const DATABASE_PIPELINE = '$cmd.aggregate';

/** `$documents`: literal documents, instead of those of a collection. */
export const documents: StageCompiler = (spec, { scope, collection, place }) => {
  if (place === 'top' && collection !== DATABASE_PIPELINE) {
    throw new CommandError('InvalidNamespace', "'$documents' can only be run with {aggregate: 1}");
  }
  const evaluate = compile(spec, scope);
  return function* () {
    const list = evaluate({});
    if (!Array.isArray(list)) {
      throw new CommandError(
        5858203,
        `error during evaluation of $documents: expected an array, found ${typeName(list)}`,
      );
    }
    yield* ticking(
      list.map((element: unknown) => {
        if (!isDocument(element)) {
          throw new CommandError(40228, `$documents must be an array of objects, found ${typeName(element)}`);
        }
        return element;
      }),
    );
  };
};
