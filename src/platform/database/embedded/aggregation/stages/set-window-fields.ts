import { isDocument } from '../../bson/types.js';
import { CommandError } from '../../errors.js';
import type { Sort } from '../../sort/sort.js';
import type { Document, TICK } from '../../types.js';
import { compareResults } from '../compare.js';
import { DocumentBuilder, entriesOf } from '../documents.js';
import { readPath } from '../field-path.js';
import { valueKeys } from '../keys.js';
import type { ValueKey } from '../keys.js';
import { approximateBytes } from '../memory.js';
import { bind, compile, Variable } from '../scope.js';
import type { Scope } from '../scope.js';
import type { WindowFunction } from '../windows/accumulating.js';
import type { Partition } from '../windows/partition.js';
import { compileWindowFunction } from '../windows/registry.js';
import { compileAddFields } from './add-fields.js';
import { requireFields, wrongType } from './idl.js';
import { sortArgument } from './sort.js';
import { withTicks } from './sorting.js';
import { consume } from './stage.js';
import type { StageCompiler } from './stage.js';

/** One output field: the function, and the place from which its value is set. */
interface Output {
  readonly compute: WindowFunction;
  readonly variable: Variable;
}

interface Held {
  readonly document: Document;
  readonly values: readonly unknown[];
}

interface PartitionRows {
  readonly key: unknown;
  readonly rows: Held[];
}

export const setWindowFields: StageCompiler = (spec, { scope, context: { memory } }, name) => {
  const fields = requireFields(spec, name, ['output'], ['partitionBy', 'sortBy']);
  const partitionBy = compile(fields.partitionBy ?? null, scope);
  const sort = fields.sortBy === undefined ? undefined : readSort(fields.sortBy, scope, name);
  const { outputs, setFields } = compileOutputs(fields.output, sort, scope, name);
  return function* (source) {
    const partitions = new Map<ValueKey, PartitionRows>();
    const keyOf = valueKeys(scope.collation);
    let held = 0;
    const take = (document: Document): void => {
      const bytes = approximateBytes(document) + 64;
      memory.charge(bytes);
      held += bytes;
      const value = partitionBy(document) ?? null;
      if (Array.isArray(value)) {
        throw new CommandError(
          'TypeMismatch',
          'An expression used to partition cannot evaluate to value of type array',
        );
      }
      const key = keyOf(value);
      let partition = partitions.get(key);
      if (partition === undefined) {
        partition = { key: value, rows: [] };
        partitions.set(key, partition);
      }
      partition.rows.push({ document, values: sort?.valuesOf(document) ?? [] });
    };
    try {
      yield* consume(source, take);
      const ordered = [...partitions.values()].sort((left, right) =>
        compareResults(left.key, right.key, scope.collation),
      );
      for (const partition of ordered) yield* computePartition(partition, sort, outputs, setFields);
    } finally {
      memory.release(held);
    }
  };
};

function* computePartition(
  { rows }: PartitionRows,
  sort: Sort | undefined,
  outputs: readonly Output[],
  setFields: (document: Document) => Document,
): Generator<Document | typeof TICK, void> {
  if (sort !== undefined) rows.sort((left, right) => sort.compareValues(left.values, right.values));
  const documents = rows.map(({ document }) => document);
  const path = sort?.keys[0].path.split('.');
  const partition: Partition = {
    documents,
    sort,
    sortValues: path === undefined ? [] : documents.map((document) => readPath(document, path)),
  };
  const running = outputs.map(({ compute, variable }) => ({ value: compute(partition), variable }));
  const computed = function* (): Generator<Document, void> {
    for (let position = 0; position < documents.length; position++) {
      for (const { value, variable } of running) variable.value = value(position);
      yield setFields(documents[position]);
    }
  };
  yield* withTicks(computed());
}

function readSort(spec: unknown, scope: Scope, name: string): Sort {
  if (!isDocument(spec)) throw wrongType(name, 'sortBy', spec, 'object');
  return sortArgument(spec, scope.collation);
}

/** Output fields are set as `$addFields` would, each from a variable that holds the function's value. */
function compileOutputs(
  spec: unknown,
  sort: Sort | undefined,
  scope: Scope,
  name: string,
): { outputs: readonly Output[]; setFields: (document: Document) => Document } {
  if (!isDocument(spec)) throw wrongType(name, 'output', spec, 'object');
  const newFields = new DocumentBuilder();
  const bindings: [string, Variable][] = [];
  const outputs = entriesOf(spec).map(([field, how], index): Output => {
    const variable = new Variable();
    bindings.push([`output${index}`, variable]);
    newFields.set(field, `$$output${index}`);
    return { compute: compileWindowFunction(how, sort, scope), variable };
  });
  const setFields = compileAddFields(newFields.finish(), bind(scope, bindings));
  return { outputs, setFields };
}
