import { hashValue } from '../../bson/compare.js';
import { isDocument } from '../../bson/types.js';
import { CommandError } from '../../errors.js';
import type { Document, Rows, TICK } from '../../types.js';
import type { Accumulator, CompiledAccumulator } from '../accumulators/accumulator.js';
import { compileAccumulatorField } from '../accumulators/registry.js';
import { DocumentBuilder, entriesOf } from '../documents.js';
import { requireFieldName } from '../field-path.js';
import { valueKeys } from '../keys.js';
import type { ValueKey } from '../keys.js';
import { approximateBytes } from '../memory.js';
import type { MemoryBudget } from '../memory.js';
import { compile } from '../scope.js';
import type { Expression, Scope } from '../scope.js';
import { consume, ticking } from './stage.js';
import type { StageCompiler } from './stage.js';

/** An output field and how it is accumulated. */
export interface OutputField {
  readonly name: string;
  readonly accumulator: CompiledAccumulator;
}

/** The accumulated fields of `$group`, or of `output` in `$bucket` and `$bucketAuto`. */
export function outputFields(spec: readonly (readonly [string, unknown])[], scope: Scope): OutputField[] {
  return spec.map(([name, field]) => ({ name, accumulator: compileAccumulatorField(name, field, scope) }));
}

/** How the documents of one group are told from those of others. */
interface Grouping {
  /** Computes the parts of a document's `_id`; one part for a plain expression. */
  readonly parts: readonly Expression[];
  /** Whether the parts are fields, of which a missing one differs from `null`. */
  readonly composite: boolean;
  /** The `_id` of a group, from its parts. */
  readonly id: (parts: readonly unknown[]) => unknown;
}

/** One group while it grows. */
interface Group {
  readonly id: unknown;
  readonly accumulators: Accumulator[];
}

/** Memory that a group takes beside its `_id` and what its accumulators keep. */
const GROUP_OVERHEAD = 160;

/** Collects documents into groups; what it holds is charged until {@link GroupTable.dispose}. */
export class GroupTable {
  private readonly groups = new Map<ValueKey, Group>();
  private readonly inputs: Expression[];
  private readonly key: (value: unknown) => ValueKey;
  private held = 0;

  constructor(
    private readonly grouping: Grouping,
    private readonly fields: readonly OutputField[],
    scope: Scope,
    private readonly memory: MemoryBudget,
  ) {
    this.inputs = fields.map(({ accumulator }) => accumulator.input);
    this.key = valueKeys(scope.collation);
  }

  add(document: Document): void {
    const { accumulators } = this.groupOf(document);
    const { inputs } = this;
    let bytes = 0;
    for (let index = 0; index < inputs.length; index++) {
      bytes += accumulators[index].add(inputs[index](document));
    }
    if (bytes > 0) this.charge(bytes);
  }

  private groupOf(document: Document): Group {
    const { parts, composite } = this.grouping;
    if (!composite) {
      const value = parts[0](document);
      const key = this.key(value === undefined ? null : value);
      return this.groups.get(key) ?? this.create(key, [value]);
    }
    const values = parts.map((part) => part(document));
    const key = this.compositeKey(values);
    return this.groups.get(key) ?? this.create(key, values);
  }

  private compositeKey(values: readonly unknown[]): string {
    let key = '';
    for (const value of values) {
      if (value === undefined) key += 'm';
      else {
        const part = this.key(value);
        key += typeof part === 'string' ? `s${part.length}:${part}` : hashValue(part);
      }
    }
    return key;
  }

  private create(key: ValueKey, parts: readonly unknown[]): Group {
    const id = this.grouping.id(parts);
    const scope = isDocument(id) ? id : {};
    const group = { id, accumulators: this.fields.map(({ accumulator }) => accumulator.start(scope)) };
    this.groups.set(key, group);
    this.charge(GROUP_OVERHEAD + approximateBytes(id) + 64 * this.fields.length);
    return group;
  }

  private charge(bytes: number): void {
    this.memory.charge(bytes);
    this.held += bytes;
  }

  dispose(): void {
    this.memory.release(this.held);
    this.held = 0;
  }

  /** The finished groups, in order of first appearance. */
  *documents(): Generator<Document, void> {
    for (const { id, accumulators } of this.groups.values())
      yield groupDocument(id, this.fields, accumulators);
  }
}

/** The output document of a group; a field without a value is `null`. */
export function groupDocument(
  id: unknown,
  fields: readonly OutputField[],
  accumulators: readonly Accumulator[],
): Document {
  const result = new DocumentBuilder();
  result.set('_id', id);
  fields.forEach(({ name }, index) => {
    result.set(name, accumulators[index].result() ?? null);
  });
  return result.finish();
}

/** `_id` of a `$group`: a document of expressions is computed part by part, everything else as one expression. */
export function compileGrouping(spec: unknown, scope: Scope): Grouping {
  if (isDocument(spec) && !Object.keys(spec).some((key) => key.startsWith('$'))) {
    const fields = entriesOf(spec);
    for (const [name] of fields) requireFieldName(name);
    return {
      parts: fields.map(([, expression]) => compile(expression, scope)),
      composite: true,
      id: (parts) => {
        const id = new DocumentBuilder();
        fields.forEach(([name], index) => {
          if (parts[index] !== undefined) id.set(name, parts[index]);
        });
        return id.finish();
      },
    };
  }
  return { parts: [compile(spec, scope)], composite: false, id: ([value]) => value ?? null };
}

/** Groups a source and gives the groups out. */
export function* runGroups(table: GroupTable, source: Rows): Generator<Document | typeof TICK, void> {
  try {
    yield* consume(source, (document) => {
      table.add(document);
    });
    yield* ticking(table.documents());
  } finally {
    table.dispose();
  }
}

export const group: StageCompiler = (spec, { scope, context: { memory } }) => {
  if (!isDocument(spec)) throw new CommandError(15947, "a group's fields must be specified in an object");
  if (!Object.hasOwn(spec, '_id')) throw new CommandError(15955, 'a group specification must include an _id');
  const grouping = compileGrouping(spec._id, scope);
  const fields = outputFields(
    entriesOf(spec).filter(([name]) => name !== '_id'),
    scope,
  );
  return (source) => runGroups(new GroupTable(grouping, fields, scope, memory), source);
};
