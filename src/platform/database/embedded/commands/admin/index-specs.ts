import { equalValues } from '../../bson/compare.js';
import { keysOf } from '../../bson/key-order.js';
import { isDocument } from '../../bson/types.js';
import { CommandError } from '../../errors.js';
import { compileFilter } from '../../query/filter.js';
import type { IndexOptions } from '../../storage/catalog-records.js';
import type { Collection } from '../../storage/collection.js';
import type { CollectionIndex } from '../../storage/collection-index.js';
import type { IndexRequest } from '../../storage/index-builder.js';
import type { Document } from '../../types.js';
import { toNumber, type Arguments } from '../arguments.js';
import { readCollation } from '../collation.js';

const MAX_FIELDS = 32;
const MAX_EXPIRY = 2 ** 31 - 1;
const PARTIAL_OPERATORS = new Set(['$eq', '$exists', '$gt', '$gte', '$lt', '$lte', '$type', '$in']);
/** Kinds of indexes that there are none of. */
const UNSUPPORTED_KINDS = new Set(['text', '2d', '2dsphere', 'hashed', 'geoHaystack', 'columnstore']);

/**
 * Reads one of the specifications of `createIndexes`.
 *
 * @throws CommandError CannotCreateIndex, InvalidIndexSpecificationOption, FailedToParse
 */
export function readIndexSpec(fields: Arguments): IndexRequest {
  const key = fields.optionalDocument('key') ?? missing('key');
  const name = fields.optionalString('name') ?? missing('name');
  checkKey(key);
  if (name === '*') throw new CommandError('BadValue', "The index name '*' is not valid.");
  if (name === '' || name.includes('\0'))
    throw new CommandError('CannotCreateIndex', `The index name '${name}' is not valid`);
  if (readCollation(fields))
    throw new CommandError('CannotCreateIndex', 'Indexes with a collation are not supported');
  for (const option of ['wildcardProjection', 'weights', 'bucketSize', 'clustered'])
    if (fields.any(option) !== undefined)
      throw new CommandError('CannotCreateIndex', `The index option '${option}' is not supported`);
  fields.ignore('v', 'background', 'ns', 'storageEngine', 'dropDups');
  const options = readOptions(fields);
  rejectUnknownOptions(fields);
  checkOptions(key, options);
  return { name, key, options };
}

function missing(property: string): never {
  throw new CommandError(
    'FailedToParse',
    `The '${property}' field is a required property of an index specification`,
  );
}

/** What has been asked for and is there already is left out. @throws CommandError 85, 86 */
export function isExisting(collection: Collection, request: IndexRequest): boolean {
  const same = collection.findIndex(request.name);
  if (same) {
    if (!hasSameSignature(same, request))
      throw new CommandError(
        'IndexKeySpecsConflict',
        `An existing index has the same name as the requested index. Requested index: ${request.name}`,
      );
    if (same.record.options.expireAfterSeconds !== request.options.expireAfterSeconds)
      throw new CommandError(
        'IndexOptionsConflict',
        'An equivalent index already exists with the same name but different options.',
      );
    return true;
  }
  if (isIdIndex(request.key)) return true;
  const twin = collection.indexes.find((index) => hasSameSignature(index, request));
  if (twin)
    throw new CommandError(
      'IndexOptionsConflict',
      `Index already exists with a different name: ${twin.name}`,
    );
  return false;
}

/** Two indexes with the same signature would be the same index. */
function hasSameSignature({ record }: CollectionIndex, { key, options }: IndexRequest): boolean {
  if (isIdIndex(key)) return isIdIndex(record.key);
  return (
    keysOf(record.key).join() === keysOf(key).join() &&
    equalValues(record.key, key) &&
    (record.options.unique ?? false) === (options.unique ?? false) &&
    (record.options.sparse ?? false) === (options.sparse ?? false) &&
    equalValues(record.options.partialFilterExpression ?? null, options.partialFilterExpression ?? null)
  );
}

function isIdIndex(key: Document): boolean {
  const fields = keysOf(key);
  return fields.length === 1 && fields[0] === '_id';
}

function checkKey(key: Document): void {
  const fields = keysOf(key);
  if (fields.length === 0)
    throw new CommandError('CannotCreateIndex', 'Index keys cannot be an empty object.');
  if (fields.length > MAX_FIELDS)
    throw new CommandError('CannotCreateIndex', `Index keys cannot have more than ${MAX_FIELDS} fields.`);
  for (const field of fields) {
    checkFieldName(field);
    const value = key[field];
    if (typeof value === 'string') throw unsupportedKind(value);
    const direction = toNumber(value);
    if (direction === undefined)
      throw new CommandError(
        'CannotCreateIndex',
        `Values in v:2 index key pattern cannot be of this type: ${field}`,
      );
    if (direction === 0 || Number.isNaN(direction))
      throw new CommandError('CannotCreateIndex', 'Values in the index key pattern cannot be 0.');
  }
  if (isIdIndex(key) && toNumber(key._id) !== 1)
    throw new CommandError('BadValue', "The field 'key' for an _id index must be {_id: 1}");
}

function checkFieldName(field: string): void {
  if (field === '$**' || field.endsWith('.$**'))
    throw new CommandError('CannotCreateIndex', 'Wildcard indexes are not supported');
  if (field.split('.').some((component) => component === ''))
    throw new CommandError('CannotCreateIndex', 'Index keys cannot be an empty field.');
  if (field.startsWith('$'))
    throw new CommandError(
      'CannotCreateIndex',
      `Index key contains an illegal field name: field name starts with '$'.`,
    );
}

function unsupportedKind(kind: string): CommandError {
  const message = UNSUPPORTED_KINDS.has(kind)
    ? `Indexes of type '${kind}' are not supported`
    : `Unknown index plugin '${kind}'`;
  return new CommandError('CannotCreateIndex', message);
}

function readOptions(fields: Arguments): IndexOptions {
  const expiry = fields.optionalInteger('expireAfterSeconds');
  const partial = fields.optionalDocument('partialFilterExpression');
  return {
    ...(fields.boolean('unique', false) && { unique: true }),
    ...(fields.boolean('sparse', false) && { sparse: true }),
    ...(fields.boolean('hidden', false) && { hidden: true }),
    ...(expiry !== undefined && { expireAfterSeconds: expiry }),
    ...(partial && { partialFilterExpression: partial }),
  };
}

function checkOptions(
  key: Document,
  { expireAfterSeconds, partialFilterExpression, sparse }: IndexOptions,
): void {
  if (expireAfterSeconds !== undefined) checkExpiry(key, expireAfterSeconds);
  if (!partialFilterExpression) return;
  if (sparse)
    throw new CommandError('CannotCreateIndex', 'cannot mix "partialFilterExpression" and "sparse" options');
  checkPartial(partialFilterExpression);
  compileFilter(partialFilterExpression);
}

/** Shared with `collMod`. */
export function checkExpiry(key: Document, seconds: number): void {
  if (seconds < 0 || seconds > MAX_EXPIRY)
    throw new CommandError(
      'CannotCreateIndex',
      `TTL index 'expireAfterSeconds' option must be within 0 and ${MAX_EXPIRY}`,
    );
  if (keysOf(key).length !== 1)
    throw new CommandError(
      'CannotCreateIndex',
      'TTL indexes are single-field indexes, compound indexes do not support TTL',
    );
  if (isIdIndex(key))
    throw new CommandError(
      'InvalidIndexSpecificationOption',
      "The field 'expireAfterSeconds' is not valid for an _id index",
    );
}

/** Only what a planner can compare with a query may be in the condition of a partial index. */
function checkPartial(condition: Document): void {
  for (const field of keysOf(condition)) {
    const value = condition[field];
    if ((field === '$and' || field === '$or') && Array.isArray(value))
      value.filter(isDocument).forEach(checkPartial);
    else if (field.startsWith('$')) throw unsupportedPartial(field);
    else if (isDocument(value))
      for (const operator of keysOf(value))
        if (operator.startsWith('$') && (!PARTIAL_OPERATORS.has(operator) || value.$exists === false))
          throw unsupportedPartial(operator);
  }
}

function unsupportedPartial(operator: string): CommandError {
  return new CommandError('CannotCreateIndex', `Unsupported expression in partial index: ${operator}`);
}

function rejectUnknownOptions(fields: Arguments): void {
  try {
    fields.rejectUnknown();
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw new CommandError('InvalidIndexSpecificationOption', error.message);
  }
}
