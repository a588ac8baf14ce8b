import { Timestamp } from 'bson';
import { equalValues } from '../bson/compare.js';
import { copyDocument, keysOf, pickKeys } from '../bson/key-order.js';
import { getOwn, setOwn } from '../bson/types.js';
import { CommandError } from '../errors.js';
import type { Filter } from '../query/filter.js';
import type { Collation, Document } from '../types.js';
import { compileOperators } from './operators.js';
import { compileUpdatePipeline } from './pipeline.js';
import { unlessSame } from './same-value.js';

/** What an update is compiled with. */
export interface UpdateOptions {
  arrayFilters?: Document[];
  collation?: Collation;
  /** Values of the command's `let`. */
  variables?: Record<string, unknown>;
  /** The statement's `c`, which only a pipeline may have. */
  constants?: Document;
}

/** What an update is applied with. */
export interface ApplyContext {
  /** The query that found the document, for the positional `$`. */
  filter?: Filter;
  /** Time of the command. */
  now: Date;
  /** Whether an upsert inserts; only then `$setOnInsert` counts. */
  inserting?: boolean;
}

/** A compiled update. */
export interface Update {
  readonly kind: 'operators' | 'replacement' | 'pipeline';
  /** The changed document, or the very same when nothing changed; the given one is never mutated. */
  readonly apply: (document: Document, context: ApplyContext) => Document;
}

/**
 * Compiles an update: operators, a replacement, or a pipeline.
 *
 * @throws CommandError `FailedToParse` (9) for unknown operators and wrong operands, `ConflictingUpdateOperators` (40),
 * `DollarPrefixedFieldName` (52), `EmptyFieldName` (56), `BadValue` and `TypeMismatch`; when it is applied, also
 * `PathNotViable` (28) and `ImmutableField` (66)
 */
export function compileUpdate(update: Document | Document[], options: UpdateOptions = {}): Update {
  if (Array.isArray(update)) {
    refuseArrayFilters(options, 'pipeline-style updates');
    return guarded('pipeline', compileUpdatePipeline(update, options));
  }
  if (options.constants !== undefined) {
    throw new CommandError(51198, 'Constant values may only be specified for pipeline updates');
  }
  const keys = keysOf(update);
  if (keys[0]?.startsWith('$') === true) return guarded('operators', compileOperators(update, options));
  refuseArrayFilters(options, 'replacement-style updates');
  const dollar = keys.find((key) => key.startsWith('$'));
  if (dollar !== undefined) {
    throw new CommandError(
      'DollarPrefixedFieldName',
      `The dollar ($) prefixed field '${dollar}' in '${dollar}' is not allowed in the context of an update's replacement document. Consider using an aggregation pipeline with $replaceWith.`,
    );
  }
  return guarded('replacement', (document, { now }) => replace(document, update, now));
}

function refuseArrayFilters({ arrayFilters = [] }: UpdateOptions, kind: string): void {
  if (arrayFilters.length > 0) {
    throw new CommandError('FailedToParse', `arrayFilters may not be specified for ${kind}`);
  }
}

function replace(document: Document, replacement: Document, now: Date): Document {
  const filled = fillTimestamps(replacement, now);
  const result = filled._id === undefined ? withId(filled, document._id) : idFirst(filled);
  return unlessSame(document, result) as Document;
}

/** The document with an `_id` in front, when there is one. */
export function withId(document: Document, id: unknown): Document {
  if (id === undefined) return document;
  const copy = copyDocument(document);
  copy._id = id;
  return idFirst(copy);
}

/** An empty timestamp at the top level means the present. */
function fillTimestamps(document: Document, now: Date): Document {
  let copy: Document | undefined;
  for (const key of keysOf(document)) {
    const value = document[key];
    if (key === '_id' || !(value instanceof Timestamp) || !value.isZero()) continue;
    copy ??= copyDocument(document);
    setOwn(copy, key, new Timestamp({ t: Math.floor(now.getTime() / 1000), i: 1 }));
  }
  return copy ?? document;
}

/** `_id` never changes, whatever the form of the update. */
function guarded(kind: Update['kind'], apply: Update['apply']): Update {
  return {
    kind,
    apply: (document, context) => {
      const result = apply(document, context);
      if (result === document || document._id === undefined) return result;
      const id = getOwn(result, '_id');
      if (id === undefined || !equalValues(document._id, id)) {
        throw new CommandError(
          'ImmutableField',
          "Performing an update on the path '_id' would modify the immutable field '_id'",
        );
      }
      return result;
    },
  };
}

/** The document with `_id` as its first field, where MongoDB keeps it. */
export function idFirst(document: Document): Document {
  const keys = keysOf(document);
  const at = keys.indexOf('_id');
  return at <= 0 ? document : pickKeys(document, ['_id', ...keys.filter((key) => key !== '_id')]);
}
