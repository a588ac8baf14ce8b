import { isDocument } from '../../bson/types.js';
import { CommandError } from '../../errors.js';
import type { Query } from '../../planner/plan.js';
import { compileFilter, type Filter } from '../../query/filter.js';
import type { Collection } from '../../storage/collection.js';
import type { Row } from '../../storage/row.js';
import type { Document } from '../../types.js';
import { compileUpdate, type Update } from '../../update/update.js';
import { buildUpsert } from '../../update/upsert.js';
import type { Arguments } from '../arguments.js';
import { readCollation } from '../collation.js';
import type { CommandContext } from '../context.js';
import { readVariables } from '../variables.js';
import { checkId, encodeStored, fromDocument } from './document-input.js';
import { changeAll, changeFirst, type ChangeCount } from './matching.js';
import { parseBatch, readStatements, type WriteBatch } from './statements.js';
import { runStatements } from './write-errors.js';

/** A statement of an `update` as it is sent. */
export interface GivenStatement {
  query: Query;
  change: Document | Document[];
  /** Values for the pipeline, as `$$name`. */
  constants?: Document;
  arrayFilters?: Document[];
  upsert: boolean;
  multi: boolean;
}

/** A compiled statement of an `update`. */
export interface UpdateStatement {
  query: Query;
  filter: Filter;
  update: Update;
  multi: boolean;
  upsert: boolean;
}

/** Where an update goes. */
export type Target = Omit<WriteBatch, 'ordered'>;

/** What a statement did. */
export interface UpdateResult extends ChangeCount {
  /** The document that was inserted because none matched. */
  upserted?: Document;
}

export async function update(context: CommandContext): Promise<Document> {
  const batch = parseBatch(context, 'update');
  const variables = readVariables(context);
  // All are read before the first runs: a malformed one fails the command, and nothing is changed.
  const statements = readStatements(context, 'updates').map(readStatement);
  context.arguments.rejectUnknown();
  const reply = { n: 0, nModified: 0, upserted: [] as Document[] };
  const writeErrors = await runStatements(
    statements,
    batch.ordered,
    context.operation,
    async (given, index) => {
      const statement = compileStatement(given, variables, context.now);
      const { matched, modified, upserted } = await runUpdate(context, batch, statement);
      reply.n += upserted ? 1 : matched;
      reply.nModified += modified;
      if (upserted) reply.upserted.push({ index, _id: upserted._id });
    },
  );
  return {
    n: reply.n,
    nModified: reply.nModified,
    ...(reply.upserted.length > 0 && { upserted: reply.upserted }),
    ...(writeErrors.length > 0 && { writeErrors }),
    ok: 1,
  };
}

function readStatement(fields: Arguments): GivenStatement {
  const given = readChange(fields, fields.requiredDocument('q'), readUpdate(fields, 'u'));
  const multi = fields.boolean('multi', false);
  fields.rejectUnknown();
  return { ...given, multi };
}

/** Reads the fields that an `update` statement and `findAndModify` share. */
export function readChange(
  fields: Arguments,
  filter: Document,
  change: Document | Document[],
): GivenStatement {
  return {
    query: { filter, skip: 0, limit: 0, hint: fields.any('hint'), collation: readCollation(fields) },
    change,
    constants: fields.optionalDocument('c'),
    arrayFilters: fields.optionalDocuments('arrayFilters'),
    upsert: fields.boolean('upsert', false),
    multi: false,
  };
}

/** @throws CommandError for a query or an update that makes no sense, which is the statement's own error */
export function compileStatement(
  { query, change, constants, arrayFilters, upsert, multi }: GivenStatement,
  variables: Document | undefined,
  now: Date,
): UpdateStatement {
  const { filter, collation } = query;
  const compiled = compileUpdate(change, { arrayFilters, collation, variables, constants });
  if (multi && compiled.kind === 'replacement')
    throw new CommandError('FailedToParse', 'multi update is not supported for replacement-style update');
  return {
    query,
    filter: compileFilter(filter, { collation, variables, now }),
    update: compiled,
    upsert,
    multi,
  };
}

/** An update is a document, or a pipeline of them. */
export function readUpdate(fields: Arguments, name: string): Document | Document[] {
  const change = fields.any(name);
  if (Array.isArray(change)) return fields.requiredDocuments(name);
  if (change !== undefined && !isDocument(change))
    throw new CommandError('FailedToParse', 'Update argument must be either an object or an array');
  return fields.requiredDocument(name);
}

/**
 * Runs one statement. An upsert whose document somebody else inserts at the same moment is tried again: then there
 * is one to update.
 */
export async function runUpdate(
  context: CommandContext,
  target: Target,
  statement: UpdateStatement,
  onChange?: (before: Row, after: Document) => void,
): Promise<UpdateResult> {
  const { catalog } = context.engine;
  for (let attempt = 1; ; attempt++) {
    const collection = catalog.find(target.database, target.collection);
    const count = collection
      ? await updateMatching(context, target, collection, statement, onChange)
      : { matched: 0, modified: 0 };
    if (count.matched > 0 || !statement.upsert) return count;
    try {
      return { ...count, upserted: insertUpsert(context, target, statement) };
    } catch (error) {
      const isRace = error instanceof CommandError && error.codeName === 'DuplicateKey' && attempt < 3;
      if (!isRace) throw error;
    }
  }
}

function updateMatching(
  context: CommandContext,
  { bypassValidation }: Target,
  collection: Collection,
  { query, filter, update: compiled, multi }: UpdateStatement,
  onChange?: (before: Row, after: Document) => void,
): Promise<ChangeCount> {
  const apply = (row: Row): boolean => {
    const after = compiled.apply(row.document, { filter, now: context.now });
    const isChanged = after !== row.document;
    if (isChanged) {
      if (!bypassValidation) collection.validator.check(after, row.document);
      collection.replace(row, after, encodeStored(after));
    }
    onChange?.(row, after);
    return isChanged;
  };
  return (multi ? changeAll : changeFirst)(context, collection, { query, filter, apply });
}

function insertUpsert(
  context: CommandContext,
  target: Target,
  { filter, update: compiled }: UpdateStatement,
): Document {
  const { document, bytes } = fromDocument(buildUpsert(filter, compiled, context.now));
  checkId(document._id);
  context.engine.catalog.environment.transaction(() => {
    const { catalog } = context.engine;
    const { database, collection: name } = target;
    const collection = catalog.find(database, name) ?? catalog.create(database, name);
    if (!target.bypassValidation) collection.validator.check(document);
    collection.insert(document, bytes);
  });
  return document;
}
