import { isNumeric, makeDouble, toDouble } from '../../bson/numbers.js';
import { isDocument } from '../../bson/types.js';
import { CommandError } from '../../errors.js';
import { TICK } from '../../types.js';
import type { Document } from '../../types.js';
import type { Accumulator } from '../accumulators/accumulator.js';
import { compareResults } from '../compare.js';
import { entriesOf } from '../documents.js';
import { approximateBytes } from '../memory.js';
import type { MemoryBudget } from '../memory.js';
import { compile } from '../scope.js';
import type { Expression, Scope } from '../scope.js';
import { asInt32, show, typeName } from '../values.js';
import { requireGroupBy } from './bucket.js';
import { findGranularity } from './granularity.js';
import type { Granularity } from './granularity.js';
import { groupDocument, outputFields } from './group.js';
import type { OutputField } from './group.js';
import { Sorter, withTicks } from './sorting.js';
import { consume } from './stage.js';
import type { StageCompiler } from './stage.js';

const OPTIONS = new Set(['groupBy', 'buckets', 'output', 'granularity']);
const DEFAULT_OUTPUT = { count: { $sum: 1 } };

interface BucketAutoSpec {
  readonly groupBy: Expression;
  readonly buckets: number;
  readonly fields: readonly OutputField[];
  readonly granularity: Granularity | undefined;
}

interface Entry {
  readonly key: unknown;
  readonly document: Document;
}

export const bucketAuto: StageCompiler = (spec, { scope, context: { memory } }) => {
  const parsed = parseSpec(spec, scope);
  return function* (source) {
    const sorter = new Sorter<Entry>(
      (left, right) => compareResults(left.key, right.key, scope.collation),
      memory,
    );
    let documents = 0;
    try {
      yield* consume(source, (document) => {
        documents++;
        sorter.add({ key: keyOf(document, parsed), document }, approximateBytes(document));
      });
      yield* new BucketMaker(parsed, documents, scope, memory).run(withTicks(sorter.sorted()));
    } finally {
      sorter.dispose();
    }
  };
};

function parseSpec(spec: unknown, scope: Scope): BucketAutoSpec {
  if (!isDocument(spec)) {
    throw new CommandError(
      40240,
      `The argument to $bucketAuto must be an object, but found type: ${typeName(spec)}`,
    );
  }
  const unknownOption = Object.keys(spec).find((key) => !OPTIONS.has(key));
  if (unknownOption !== undefined)
    throw new CommandError(40245, `Unrecognized option to $bucketAuto: ${unknownOption}`);
  const { groupBy, buckets, granularity } = spec;
  if (groupBy !== undefined) requireGroupBy(groupBy, 40239, '$bucketAuto');
  if (buckets !== undefined && !isNumeric(buckets)) {
    throw new CommandError(
      40241,
      `The $bucketAuto 'buckets' field must be a numeric value, but found type: ${typeName(buckets)}`,
    );
  }
  const output = spec.output ?? DEFAULT_OUTPUT;
  if (!isDocument(output)) {
    throw new CommandError(
      40244,
      `The $bucketAuto 'output' field must be an object, but found type: ${typeName(output)}`,
    );
  }
  if (granularity !== undefined && typeof granularity !== 'string') {
    throw new CommandError(
      40261,
      `The $bucketAuto 'granularity' field must be a string, but found type: ${typeName(granularity)}`,
    );
  }
  if (groupBy === undefined || buckets === undefined) {
    throw new CommandError(40246, "$bucketAuto requires 'groupBy' and 'buckets' to be specified");
  }
  const specs = entriesOf(output);
  return {
    groupBy: compile(groupBy, scope),
    buckets: bucketCount(buckets),
    fields: outputFields(specs.length === 0 ? entriesOf(DEFAULT_OUTPUT) : specs, scope),
    granularity: granularity === undefined ? undefined : findGranularity(granularity),
  };
}

function bucketCount(value: unknown): number {
  const count = asInt32(value);
  if (count === undefined) {
    throw new CommandError(
      40242,
      `The $bucketAuto 'buckets' field must be representable as a 32-bit integer, but found ${show(value)}`,
    );
  }
  if (count <= 0) {
    throw new CommandError(
      40243,
      `The $bucketAuto 'buckets' field must be greater than 0, but found: ${count}`,
    );
  }
  return count;
}

function keyOf(document: Document, { groupBy, granularity }: BucketAutoSpec): unknown {
  const key = groupBy(document) ?? null;
  if (granularity === undefined) return key;
  const message = "$bucketAuto can specify a 'granularity' with";
  if (!isNumeric(key)) {
    throw new CommandError(
      40258,
      `${message} numeric boundaries only, but found a value with type: ${typeName(key)}`,
    );
  }
  const number = toDouble(key);
  if (Number.isNaN(number))
    throw new CommandError(40259, `${message} numeric boundaries only, but found a NaN`);
  if (number < 0)
    throw new CommandError(40260, `${message} non-negative numbers only, but found a negative number`);
  return key;
}

/** Cuts sorted entries into buckets of about equal size; equal keys stay together. */
class BucketMaker {
  private readonly size: number;

  constructor(
    private readonly spec: BucketAutoSpec,
    documents: number,
    private readonly scope: Scope,
    private readonly memory: MemoryBudget,
  ) {
    this.size = Math.max(1, Math.round(documents / spec.buckets));
  }

  *run(entries: Iterator<Entry | typeof TICK, void>): Generator<Document | typeof TICK, void> {
    const { buckets, fields, granularity } = this.spec;
    let next = yield* advance(entries);
    let previousMax: unknown;
    for (let made = 1; made <= buckets && next !== undefined; made++) {
      const accumulators = fields.map(({ accumulator }) => accumulator.start({}));
      const min =
        granularity === undefined ? next.key : (previousMax ?? rounded(granularity, 'down', next.key));
      let max: unknown = next.key;
      let held = 0;
      for (let filled = 0; next !== undefined && (filled < this.size || made === buckets); filled++) {
        held += this.accumulate(accumulators, next.document);
        max = next.key;
        next = yield* advance(entries);
      }
      const boundary = granularity === undefined ? max : rounded(granularity, 'up', max);
      while (next !== undefined && this.belongs(next.key, max, boundary)) {
        held += this.accumulate(accumulators, next.document);
        max = next.key;
        next = yield* advance(entries);
      }
      previousMax = upperBound(granularity, boundary, max, next);
      yield groupDocument({ min, max: previousMax }, fields, accumulators);
      this.memory.release(held);
    }
  }

  private accumulate(accumulators: readonly Accumulator[], document: Document): number {
    let bytes = 0;
    this.spec.fields.forEach(({ accumulator }, index) => {
      bytes += accumulators[index].add(accumulator.input(document));
    });
    this.memory.charge(bytes);
    return bytes;
  }

  private belongs(key: unknown, max: unknown, boundary: unknown): boolean {
    const { collation } = this.scope;
    if (compareResults(key, max, collation) === 0) return true;
    return this.spec.granularity !== undefined && compareResults(boundary, key, collation) > 0;
  }
}

function rounded(granularity: Granularity, direction: 'up' | 'down', key: unknown): unknown {
  return makeDouble(granularity[direction](toDouble(isNumeric(key) ? key : 0)));
}

/** A bucket ends, exclusively, where the next one begins; only the last one holds its upper bound. */
function upperBound(
  granularity: Granularity | undefined,
  boundary: unknown,
  max: unknown,
  next: Entry | undefined,
): unknown {
  if (granularity === undefined) return next === undefined ? max : next.key;
  const zero = isNumeric(boundary) && toDouble(boundary) === 0;
  return zero && next !== undefined ? rounded(granularity, 'down', next.key) : boundary;
}

/** The next entry; ticks before it are passed on. */
function* advance(entries: Iterator<Entry | typeof TICK, void>): Generator<typeof TICK, Entry | undefined> {
  for (;;) {
    const next = entries.next();
    if (next.done === true) return undefined;
    if (next.value !== TICK) return next.value;
    yield TICK;
  }
}
