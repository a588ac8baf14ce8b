import { ObjectId } from 'bson';
import { equalValues } from '../../bson/compare.js';
import { CommandError } from '../../errors.js';
import { TICK } from '../../types.js';
import type { Document } from '../../types.js';
import type { MergeTarget } from '../context.js';
import { DocumentBuilder } from '../documents.js';
import { readPlainPath } from '../paths.js';
import { typeName } from '../values.js';
import { parseMerge } from './merge-spec.js';
import type { MergeSpec } from './merge-spec.js';
import { requireWriter } from './out.js';
import type { StageCompiler } from './stage.js';

/** `$merge`: each result updates, or is added to, the documents of a collection. */
export const merge: StageCompiler = (spec, stage, name) => {
  const parsed = parseMerge(spec, stage);
  const target = requireWriter(stage.context, name).merge(parsed.database, parsed.collection);
  if (!target.hasUniqueIndex(parsed.on)) {
    throw new CommandError(51183, 'Cannot find index to verify that join fields will be unique');
  }
  return function* (source) {
    let written = 0;
    for (const row of source) {
      if (row === TICK) yield TICK;
      else {
        mergeOne(target, parsed, row);
        if (++written % 128 === 0) yield TICK;
      }
    }
  };
};

function mergeOne(target: MergeTarget, spec: MergeSpec, row: Document): void {
  const document = withId(row);
  const filter: Document = {};
  for (const path of spec.on) filter[path] = { $eq: joinValue(document, path) };
  const matched = target.update(filter, (existing) => changed(spec, existing, row, document));
  if (matched) return;
  switch (spec.whenNotMatched) {
    case 'insert':
      target.insert(document);
      return;
    case 'discard':
      return;
    case 'fail':
      throw new CommandError(
        'MergeStageNoMatchingDocument',
        '$merge could not find a matching document in the target collection for at least one document in the source ' +
          'collection',
      );
  }
}

function withId(row: Document): Document {
  return row._id === undefined ? { _id: new ObjectId(), ...row } : row;
}

function joinValue(document: Document, path: string): unknown {
  const value = readPlainPath(document, path.split('.'));
  if (value == null) {
    throw new CommandError(
      51132,
      `$merge write error: 'on' field cannot be missing, null, undefined or an array: ${path}`,
    );
  }
  if (Array.isArray(value)) {
    throw new CommandError(
      51185,
      `$merge write error: 'on' field '${path}' cannot be of type ${typeName(value)}`,
    );
  }
  return value;
}

/** The new form of a matched document; `undefined` leaves it as it is. */
function changed(
  spec: MergeSpec,
  existing: Document,
  row: Document,
  document: Document,
): Document | undefined {
  switch (spec.whenMatched) {
    case 'keepExisting':
      return undefined;
    case 'fail':
      throw new CommandError(
        'DuplicateKey',
        `$merge found a matching document for one with _id ${String(document._id)}`,
        {
          keyPattern: Object.fromEntries(spec.on.map((path) => [path, 1])),
          keyValue: Object.fromEntries(
            spec.on.map((path) => [path, readPlainPath(existing, path.split('.'))]),
          ),
        },
      );
    case 'replace':
      return keepingId(existing, row);
    case 'merge': {
      const merged = new DocumentBuilder();
      merged.assign(existing);
      merged.assign(row);
      return keepingId(existing, merged.finish());
    }
    default:
      return keepingId(existing, spec.whenMatched(existing, document));
  }
}

function keepingId(existing: Document, result: Document): Document {
  if (result._id === undefined) return { _id: existing._id, ...result };
  if (equalValues(existing._id, result._id)) return result;
  throw new CommandError(
    'ImmutableField',
    '$merge failed to update the matching document, did you attempt to modify the _id or the shard key?',
  );
}
