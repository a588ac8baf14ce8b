import { decode } from '../../bson/codec.js';
import { CommandError } from '../../errors.js';
import type { Document } from '../../types.js';
import { Arguments } from '../arguments.js';
import type { CommandContext } from '../context.js';
import { checkNamespace, checkWritable } from '../namespaces.js';

const MAX_STATEMENTS = 100_000;

/** What `insert`, `update` and `delete` have in common. */
export interface WriteBatch {
  database: string;
  collection: string;
  ordered: boolean;
  bypassValidation: boolean;
}

/** @param name field that names the collection */
export function parseBatch({ arguments: fields, database }: CommandContext, name: string): WriteBatch {
  const collection = fields.any(name);
  const namespace = checkNamespace(database, collection);
  checkWritable(namespace, String(collection));
  return {
    database,
    collection: String(collection),
    ordered: fields.boolean('ordered', true),
    bypassValidation: fields.boolean('bypassDocumentValidation', false),
  };
}

/** @throws CommandError InvalidLength */
export function checkBatchSize(size: number): void {
  if (size < 1 || size > MAX_STATEMENTS)
    throw new CommandError(
      'InvalidLength',
      `Write batch sizes must be between 1 and ${MAX_STATEMENTS}. Got ${size} operations.`,
    );
}

/** The statements of an `update` or `delete`, from the command or from the section beside it. */
export function readStatements({ arguments: fields, sequences }: CommandContext, name: string): Arguments[] {
  const sent = sequences.get(name);
  const documents: Document[] = sent ? sent.map((bytes) => decode(bytes)) : fields.requiredDocuments(name);
  checkBatchSize(documents.length);
  return documents.map((document) => new Arguments(document, name));
}
