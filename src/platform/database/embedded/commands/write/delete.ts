import { CommandError } from '../../errors.js';
import { compileFilter } from '../../query/filter.js';
import type { Document } from '../../types.js';
import type { Arguments } from '../arguments.js';
import { readCollation } from '../collation.js';
import type { CommandContext } from '../context.js';
import { changeAll, changeFirst, type ChangeCount } from './matching.js';
import { parseBatch, readStatements, type WriteBatch } from './statements.js';
import { runStatements } from './write-errors.js';

export async function deleteDocuments(context: CommandContext): Promise<Document> {
  const batch = parseBatch(context, 'delete');
  const variables = context.arguments.optionalDocument('let');
  const statements = readStatements(context, 'deletes');
  context.arguments.rejectUnknown();
  let n = 0;
  const writeErrors = await runStatements(statements, batch.ordered, context.operation, async (fields) => {
    const { matched } = await runStatement(context, batch, fields, variables);
    n += matched;
  });
  return { n, ...(writeErrors.length > 0 && { writeErrors }), ok: 1 };
}

async function runStatement(
  context: CommandContext,
  batch: WriteBatch,
  fields: Arguments,
  variables: Document | undefined,
): Promise<ChangeCount> {
  const limit = fields.optionalInteger('limit') ?? 0;
  if (limit !== 0 && limit !== 1)
    throw new CommandError('FailedToParse', `The limit field in delete objects must be 0 or 1. Got ${limit}`);
  const collation = readCollation(fields);
  const query = {
    filter: fields.requiredDocument('q'),
    skip: 0,
    limit: 0,
    hint: fields.any('hint'),
    collation,
  };
  fields.rejectUnknown();
  const filter = compileFilter(query.filter, { collation, variables, now: context.now });
  const collection = context.engine.catalog.find(batch.database, batch.collection);
  if (!collection) return { matched: 0, modified: 0 };
  const run = limit === 1 ? changeFirst : changeAll;
  return run(context, collection, {
    query,
    filter,
    apply: (row) => {
      collection.remove(row);
      return true;
    },
  });
}
