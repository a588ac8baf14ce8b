import { CommandError } from '../../errors.js';
import { emptyReport, validateCollection, type ValidationReport } from '../../storage/validate.js';
import type { Document } from '../../types.js';
import type { CommandContext } from '../context.js';
import { checkNamespace } from '../namespaces.js';

/** Checks a collection for damage, and its indexes against its documents. */
export async function validate({
  arguments: fields,
  database,
  engine,
  operation,
}: CommandContext): Promise<Document> {
  const name = fields.any('validate');
  fields.ignore('full', 'background', 'metadata', 'checkBSONConformance');
  if (fields.boolean('repair', false))
    throw new CommandError('CommandNotSupported', 'validate does not repair; restore a backup instead');
  fields.rejectUnknown();
  const ns = checkNamespace(database, name);
  const collection = engine.catalog.find(database, String(name));
  if (!collection)
    throw new CommandError('NamespaceNotFound', `Collection '${ns}' does not exist to validate.`);
  const report = emptyReport();
  for (const _ of validateCollection(collection, report)) await operation.pause();
  return toReply(ns, report);
}

function toReply(ns: string, report: ValidationReport): Document {
  const entries = [...report.entries];
  return {
    ns,
    nInvalidDocuments: report.damaged.length,
    nNonCompliantDocuments: 0,
    nrecords: report.records,
    nIndexes: entries.length,
    keysPerIndex: Object.fromEntries(entries),
    indexDetails: Object.fromEntries(
      entries.map(([name]) => [
        name,
        { valid: !report.errors.some((error) => error.startsWith(`index ${name}:`)) },
      ]),
    ),
    valid: report.errors.length === 0,
    repaired: false,
    warnings: [],
    errors: report.errors,
    corruptRecords: report.damaged.map(BigInt),
    ok: 1,
  };
}
