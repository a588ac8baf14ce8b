import { Double } from 'bson';
import { encode, MAX_DOCUMENT_BYTES } from '../../bson/codec.js';
import { compareValues, equalValues } from '../../bson/compare.js';
import { hashValue } from '../../bson/hash.js';
import { expandPath } from '../../bson/paths.js';
import { pull } from '../../cursors/pull.js';
import { prepareQuery } from '../../planner/execute.js';
import { MemoryBudget } from '../../planner/memory-budget.js';
import type { Query } from '../../planner/plan.js';
import { compileFilter } from '../../query/filter.js';
import type { Row } from '../../storage/row.js';
import type { Collation, Document } from '../../types.js';
import type { Arguments } from '../arguments.js';
import { readCollation } from '../collation.js';
import type { CommandContext } from '../context.js';
import { checkNamespace } from '../namespaces.js';

export async function distinct(context: CommandContext): Promise<Uint8Array | Document> {
  const { collection: name, key, query } = parseDistinct(context.arguments);
  context.arguments.rejectUnknown();
  checkNamespace(context.database, name);
  const filter = compileFilter(query.filter, { collation: query.collation, now: context.now });
  const collection = context.engine.catalog.find(context.database, String(name));
  if (!collection) return { values: [], ok: 1 };
  const memory = new MemoryBudget(context.engine.maxMemoryPerQuery);
  const { rows } = prepareQuery(collection, query, filter, memory);
  const values = new Map<string, unknown>();
  await pull<Row>(rows(), context.operation, (row) => {
    for (const { value } of valuesAt(row.document, key)) {
      const hash = hashValue(value);
      if (values.has(hash)) continue;
      memory.charge(hash.length * 2 + 64);
      values.set(hash, value);
    }
    return true;
  });
  const distinctValues = fold([...values.values()], query.collation);
  return encode({ values: distinctValues, ok: new Double(1) }, MAX_DOCUMENT_BYTES);
}

export function parseDistinct(fields: Arguments): { collection: unknown; key: string; query: Query } {
  return {
    collection: fields.any('distinct'),
    key: fields.string('key'),
    query: {
      filter: fields.optionalDocument('query') ?? {},
      skip: 0,
      limit: 0,
      hint: fields.any('hint'),
      collation: readCollation(fields),
    },
  };
}

/** Elements of an array count one by one, the array itself does not; what is missing is no value. */
function valuesAt(document: Document, key: string): { value: unknown }[] {
  return expandPath(document, key).filter(
    ({ value, element }) => value !== undefined && (element || !Array.isArray(value)),
  );
}

/** Under a collation, texts that differ may be the same value: the first of them stays. */
function fold(values: unknown[], collation: Collation | undefined): unknown[] {
  if (!collation) return values;
  const sorted = values.sort((a, b) => compareValues(a, b, collation));
  return sorted.filter((value, i) => i === 0 || !equalValues(value, sorted[i - 1], collation));
}
