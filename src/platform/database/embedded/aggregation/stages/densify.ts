import { CommandError } from '../../errors.js';
import { compareValues } from '../../bson/compare.js';
import { TICK } from '../../types.js';
import type { Document } from '../../types.js';
import { compareResults } from '../compare.js';
import { parsePath, readPath } from '../field-path.js';
import { valueKey } from '../keys.js';
import type { ValueKey } from '../keys.js';
import { approximateBytes } from '../memory.js';
import { writePath } from '../paths.js';
import { parseRange, requireWritable } from './densify-values.js';
import type { Range } from './densify-values.js';
import { requireFields, stringList, wrongType } from './idl.js';
import { Sorter, withTicks } from './sorting.js';
import { consume } from './stage.js';
import type { StageCompiler } from './stage.js';

/** MongoDB's `internalQueryMaxAllowedDensifyDocs`. */
const MAX_GENERATED = 500_000;

interface DensifySpec {
  readonly field: readonly string[];
  readonly partitionBy: readonly (readonly string[])[];
  readonly range: Range;
}

interface Held {
  readonly document: Document;
  readonly keys: readonly unknown[];
}

export const densify: StageCompiler = (spec, { context: { memory } }) => {
  const parsed = parseSpec(spec);
  const { field, partitionBy, range } = parsed;
  // With full bounds the partitions share one order, so that each document moves the common end forward.
  const sortPaths = range.bounds === 'full' ? [field] : [...partitionBy, field];
  return function* (source) {
    const sorter = new Sorter<Held>(compareKeys, memory);
    const filler = new Filler(parsed);
    try {
      yield* consume(source, (document) => {
        const keys = sortPaths.map((path) => readPath(document, path));
        sorter.add({ document, keys }, approximateBytes(document));
      });
      for (const held of withTicks(sorter.sorted())) {
        if (held === TICK) yield TICK;
        else yield* withTicks(filler.take(held.document));
      }
      yield* withTicks(filler.finish());
    } finally {
      sorter.dispose();
    }
  };
};

function compareKeys({ keys: left }: Held, { keys: right }: Held): number {
  for (let index = 0; index < left.length; index++) {
    const order = compareValues(left[index], right[index]);
    if (order !== 0) return order;
  }
  return 0;
}

function parseSpec(spec: unknown): DensifySpec {
  const fields = requireFields(spec, '$densify', ['field', 'range'], ['partitionByFields']);
  const range = parseRange(fields.range);
  if (typeof fields.field !== 'string') throw wrongType('$densify', 'field', fields.field, 'string');
  const partitionBy = stringList(fields, 'partitionByFields', '$densify') ?? [];
  if (range.bounds === 'partition' && partitionBy.length === 0) {
    throw new CommandError(
      5733408,
      "One cannot specify the bounds as 'partition' without specifying a non-empty array of partitionByFields. " +
        "You may have meant to specify 'full' bounds.",
    );
  }
  return { field: parsePath(fields.field), partitionBy: partitionBy.map((path) => parsePath(path)), range };
}

/** How far one partition is filled. */
interface Progress {
  /** The fields that tell the partition, for the documents that are made up. */
  readonly template: Document;
  /** The last value on the grid that is there. */
  last: unknown;
}

/** Puts made-up documents between the sorted ones. */
class Filler {
  private readonly partitions = new Map<ValueKey, Progress>();
  private least: unknown;
  private greatest: unknown;
  private generated = 0;

  constructor(private readonly spec: DensifySpec) {}

  *take(document: Document): Generator<Document, void> {
    const { field, range } = this.spec;
    const value = readPath(document, field);
    if (value != null) {
      range.requireValue(value);
      this.least ??= value;
      this.greatest = value;
      const progress = this.progressOf(document, value);
      if (progress !== undefined) yield* this.fill(progress, value, this.limitBefore(value));
    }
    yield document;
  }

  /** After the last document: partitions reach the common end, explicit bounds their upper one. */
  *finish(): Generator<Document, void> {
    const { bounds } = this.spec.range;
    if (bounds === 'partition') return;
    if (bounds === 'full') {
      const limit = this.greatest;
      for (const progress of this.partitions.values()) yield* this.generate(progress, limit, true);
      return;
    }
    if (this.partitions.size === 0 && this.spec.partitionBy.length === 0) this.start({}, bounds.lower);
    for (const progress of this.partitions.values()) yield* this.generate(progress, bounds.upper, false);
  }

  /** Where a document's partition stands; the first document of some partitions only begins it. */
  private progressOf(document: Document, value: unknown): Progress | undefined {
    const { range } = this.spec;
    const known = this.partitions.get(this.partitionKey(document));
    if (known !== undefined) return known;
    if (typeof range.bounds === 'object') return this.start(document, range.bounds.lower);
    if (range.bounds === 'full' && this.least !== value) return this.start(document, this.least);
    this.start(document, value).last = value;
    return undefined;
  }

  /** Begins a partition one step before the first value that it should have. */
  private start(document: Document, first: unknown): Progress {
    const template = this.templateOf(document);
    requireWritable(template, this.spec.field);
    const progress = { template, last: this.spec.range.after(first, -1) };
    this.partitions.set(this.partitionKey(document), progress);
    return progress;
  }

  private limitBefore(value: unknown): unknown {
    const { bounds } = this.spec.range;
    return typeof bounds === 'object' && compareResults(bounds.upper, value) < 0 ? bounds.upper : value;
  }

  private *fill(progress: Progress, value: unknown, limit: unknown): Generator<Document, void> {
    yield* this.generate(progress, limit, false);
    const { range } = this.spec;
    const next = range.after(progress.last, 1);
    if (compareResults(next, value) === 0 && this.isWithin(value)) progress.last = value;
  }

  private isWithin(value: unknown): boolean {
    const { bounds } = this.spec.range;
    return typeof bounds !== 'object' || compareResults(value, bounds.upper) < 0;
  }

  /** Makes the documents after the last one up to a limit. */
  private *generate(progress: Progress, limit: unknown, inclusive: boolean): Generator<Document, void> {
    const { field, range } = this.spec;
    for (;;) {
      const next = range.after(progress.last, 1);
      const order = compareResults(next, limit);
      if (order > 0 || (order === 0 && !inclusive)) return;
      if (++this.generated > MAX_GENERATED) {
        throw new CommandError(5897900, `Generated more than ${MAX_GENERATED} documents in $densify`);
      }
      progress.last = next;
      yield writePath(progress.template, field, next);
    }
  }

  private partitionKey(document: Document): ValueKey {
    if (this.spec.partitionBy.length === 0) return null;
    return valueKey(this.spec.partitionBy.map((path) => readPath(document, path) ?? null));
  }

  private templateOf(document: Document): Document {
    let template: Document = {};
    for (const path of this.spec.partitionBy) {
      const value = readPath(document, path);
      if (value !== undefined) template = writePath(template, path, value);
    }
    return template;
  }
}
