import { keysOf } from '../../bson/key-order.js';
import { CommandError } from '../../errors.js';
import type { Query } from '../../planner/plan.js';
import { compileProjection } from '../../projection/projection.js';
import { compileFilter, type Filter } from '../../query/filter.js';
import type { Document } from '../../types.js';
import { readCollation } from '../collation.js';
import type { CommandContext } from '../context.js';
import { checkNamespace, checkWritable } from '../namespaces.js';
import { readVariables } from '../variables.js';
import { changeFirst } from './matching.js';
import { compileStatement, readChange, readUpdate, runUpdate, type Target } from './update.js';

/** Where a `findAndModify` works, and what it answers with. */
interface Request extends Target {
  filter: Document;
  sort?: Document;
  projection?: Document;
  variables?: Document;
}

export async function findAndModify(context: CommandContext): Promise<Document> {
  const { arguments: fields } = context;
  const name = fields.any(context.name);
  checkWritable(checkNamespace(context.database, name), String(name));
  const target: Request = {
    database: context.database,
    collection: String(name),
    bypassValidation: fields.boolean('bypassDocumentValidation', false),
    filter: fields.optionalDocument('query') ?? {},
    sort: fields.optionalDocument('sort'),
    projection: fields.optionalDocument('fields'),
    variables: readVariables(context),
  };
  const remove = fields.boolean('remove', false);
  const wantsNew = fields.boolean('new', false);
  if (!remove) return modify(context, target, wantsNew);
  if (fields.any('update') !== undefined)
    throw new CommandError('FailedToParse', "Cannot specify both an 'update' and 'remove'=true");
  if (wantsNew)
    throw new CommandError(
      'FailedToParse',
      "Cannot specify both new=true and remove=true; 'remove' always returns the deleted document",
    );
  if (fields.boolean('upsert', false))
    throw new CommandError('FailedToParse', "Cannot specify both 'upsert'=true and 'remove'=true");
  return removeOne(context, target);
}

async function modify(context: CommandContext, target: Request, wantsNew: boolean): Promise<Document> {
  const { arguments: fields, now } = context;
  if (fields.any('update') === undefined)
    throw new CommandError('FailedToParse', "Either an 'update' or 'remove' parameter must be specified");
  const change = readUpdate(fields, 'update');
  const given = readChange(fields, target.filter, change);
  fields.rejectUnknown();
  const statement = compileStatement(given, target.variables, now);
  const project = projector(target, statement.filter, statement.query, now);
  let value: Document | null = null;
  const query = { ...statement.query, sort: target.sort };
  const { matched, upserted } = await runUpdate(
    context,
    target,
    { ...statement, query },
    (before, after) => (value = project(wantsNew ? after : before.document)),
  );
  if (upserted && wantsNew) value = project(upserted);
  return {
    lastErrorObject: {
      n: upserted ? 1 : matched,
      updatedExisting: matched > 0,
      ...(upserted && { upserted: upserted._id }),
    },
    value,
    ok: 1,
  };
}

async function removeOne(context: CommandContext, target: Request): Promise<Document> {
  const { arguments: fields, now } = context;
  const collation = readCollation(fields);
  fields.ignore('arrayFilters');
  const query: Query = {
    filter: target.filter,
    sort: target.sort,
    skip: 0,
    limit: 0,
    hint: fields.any('hint'),
    collation,
  };
  fields.rejectUnknown();
  const filter = compileFilter(target.filter, { collation, variables: target.variables, now });
  const project = projector(target, filter, query, now);
  const collection = context.engine.catalog.find(target.database, target.collection);
  let value: Document | null = null;
  if (collection)
    await changeFirst(context, collection, {
      query,
      filter,
      apply: (row) => {
        value = project(row.document);
        collection.remove(row);
        return true;
      },
    });
  return { lastErrorObject: { n: value ? 1 : 0 }, value, ok: 1 };
}

function projector(
  { projection, variables }: Request,
  filter: Filter,
  { collation }: Query,
  now: Date,
): (document: Document) => Document {
  if (!projection || keysOf(projection).length === 0) return (document) => document;
  return compileProjection(projection, { filter, collation, variables, now });
}
