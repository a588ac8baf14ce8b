import { isDocument } from '../../bson/types.js';
import { CommandError } from '../../errors.js';
import { TICK } from '../../types.js';
import type { Document } from '../../types.js';
import { DocumentBuilder, entriesOf } from '../documents.js';
import { requireFieldName } from '../field-path.js';
import { approximateBytes } from '../memory.js';
import { typeName } from '../values.js';
import { consume } from './stage.js';
import type { StageCompiler } from './stage.js';

export const facet: StageCompiler = (spec, stage) => {
  if (!isDocument(spec) || Object.keys(spec).length === 0) {
    throw new CommandError(
      40169,
      `the $facet specification must be a non-empty object, but found: ${typeName(spec)}`,
    );
  }
  const pipelines = entriesOf(spec).map(([name, stages]) => {
    requireFieldName(name);
    if (!Array.isArray(stages)) {
      throw new CommandError(
        40170,
        `arguments to $facet must be arrays, ${name} is type ${typeName(stages)}`,
      );
    }
    const pipeline = stage.nested(stages as Document[], {
      place: '$facet',
      collection: stage.collection,
    });
    return { name, pipeline };
  });
  const { memory } = stage.context;
  return function* (source) {
    const documents: Document[] = [];
    let held = 0;
    const keep = (document: Document): Document => {
      const bytes = approximateBytes(document);
      memory.charge(bytes);
      held += bytes;
      return document;
    };
    try {
      yield* consume(source, (document) => documents.push(keep(document)));
      const result = new DocumentBuilder();
      for (const { name, pipeline } of pipelines) {
        const output: Document[] = [];
        for (const row of pipeline.run(documents)) {
          if (row === TICK) yield TICK;
          else output.push(keep(row));
        }
        result.set(name, output);
      }
      yield result.finish();
    } finally {
      memory.release(held);
    }
  };
};
