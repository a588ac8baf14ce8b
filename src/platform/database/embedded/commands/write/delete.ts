import { CommandError } from '../../errors.js';
import type { Query } from '../../planner/plan.js';
import { compileFilter } from '../../query/filter.js';
import type { Document } from '../../types.js';
import type { Arguments } from '../arguments.js';
import { readCollation } from '../collation.js';
import type { CommandContext } from '../context.js';
import { readVariables } from '../variables.js';
import { changeAll, changeFirst, type ChangeCount } from './matching.js';
import { parseBatch, readStatements, type WriteBatch } from './statements.js';
import { runStatements } from './write-errors.js';

interface DeleteStatement {
  query: Query;
  justOne: boolean;
}

export async function deleteDocuments(context: CommandContext): Promise<Document> {
  const batch = parseBatch(context, 'delete');
  const variables = readVariables(context);
  // All are read before the first runs: a malformed one fails the command, and nothing is deleted.
  const statements = readStatements(context, 'deletes').map(readStatement);
  context.arguments.rejectUnknown();
  let n = 0;
  const writeErrors = await runStatements(statements, batch.ordered, context.operation, async (statement) => {
    const { matched } = await runStatement(context, batch, statement, variables);
    n += matched;
  });
  return { n, ...(writeErrors.length > 0 && { writeErrors }), ok: 1 };
}

function readStatement(fields: Arguments): DeleteStatement {
  const limit = fields.requiredInteger('limit');
  if (limit !== 0 && limit !== 1)
    throw new CommandError('FailedToParse', `The limit field in delete objects must be 0 or 1. Got ${limit}`);
  const query = {
    filter: fields.requiredDocument('q'),
    skip: 0,
    limit: 0,
    hint: fields.any('hint'),
    collation: readCollation(fields),
  };
  fields.rejectUnknown();
  return { query, justOne: limit === 1 };
}

async function runStatement(
  context: CommandContext,
  batch: WriteBatch,
  { query, justOne }: DeleteStatement,
  variables: Document | undefined,
): Promise<ChangeCount> {
  const filter = compileFilter(query.filter, { collation: query.collation, variables, now: context.now });
  const collection = context.engine.catalog.find(batch.database, batch.collection);
  if (!collection) return { matched: 0, modified: 0 };
  const run = justOne ? changeFirst : changeAll;
  return run(context, collection, {
    query,
    filter,
    apply: (row) => {
      collection.remove(row);
      return true;
    },
    purpose: 'remove',
  });
}
