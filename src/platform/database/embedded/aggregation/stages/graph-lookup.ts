import { isNumeric, toExactLong } from '../../bson/numbers.js';
import { isDocument } from '../../bson/types.js';
import { CommandError } from '../../errors.js';
import { TICK } from '../../types.js';
import type { Document } from '../../types.js';
import { parsePath } from '../field-path.js';
import { valueKeys } from '../keys.js';
import type { ValueKey } from '../keys.js';
import { approximateBytes } from '../memory.js';
import { writePath } from '../paths.js';
import { compile } from '../scope.js';
import type { Expression, Scope } from '../scope.js';
import { typeName } from '../values.js';
import { bindVariables } from './bind-variables.js';
import { connectingValues, equalityFilter } from './equality.js';
import type { StageCompiler, StageContext } from './stage.js';

const STRINGS = ['from', 'as', 'connectFromField', 'connectToField', 'depthField'] as const;
const OPTIONS = new Set<string>([...STRINGS, 'startWith', 'maxDepth', 'restrictSearchWithMatch']);

interface GraphLookupSpec {
  readonly from: string;
  readonly as: readonly string[];
  readonly connectFrom: string;
  readonly connectTo: string;
  readonly depthField: readonly string[] | undefined;
  readonly startWith: Expression;
  readonly maxDepth: number;
  readonly restriction: Document | undefined;
}

export const graphLookup: StageCompiler = (spec, stage) => {
  const parsed = parseSpec(spec, stage.scope);
  const { memory } = stage.context;
  return function* (source) {
    for (const row of source) {
      if (row === TICK) {
        yield TICK;
        continue;
      }
      const search = new Search(parsed, stage);
      try {
        yield* search.run(row);
        yield writePath(row, parsed.as, search.found());
      } finally {
        memory.release(search.held);
      }
    }
  };
};

/** One breadth-first search; a document is visited once, at its least depth. */
class Search {
  /** Bytes charged for the visited documents. */
  held = 0;
  private readonly visited = new Map<ValueKey, Document>();
  private readonly asked = new Set<ValueKey>();
  private readonly key: (value: unknown) => ValueKey;

  constructor(
    private readonly spec: GraphLookupSpec,
    private readonly stage: StageContext,
  ) {
    this.key = valueKeys(stage.scope.collation);
  }

  *run(row: Document): Generator<typeof TICK, void> {
    const start = this.spec.startWith(row);
    let frontier = this.unasked(Array.isArray(start) ? start : start === undefined ? [] : [start]);
    for (let depth = 0; frontier.length > 0 && depth <= this.spec.maxDepth; depth++) {
      frontier = yield* this.step(frontier, depth);
    }
  }

  /** Visits what the frontier connects to, and answers the next frontier. */
  private *step(frontier: readonly unknown[], depth: number): Generator<typeof TICK, unknown[]> {
    const { context, scope } = this.stage;
    const { from, connectTo, connectFrom, restriction } = this.spec;
    const connection = equalityFilter(connectTo, frontier);
    const filter =
      restriction === undefined
        ? connection
        : { $and: [connection, bindVariables(restriction, scope.variables)] };
    const next: unknown[] = [];
    for (const row of context.scan(from, { filter, collation: context.collation })) {
      if (row === TICK) {
        yield TICK;
        continue;
      }
      if (this.visit(row, depth)) next.push(...this.unasked(connectingValues(row, connectFrom)));
    }
    return next;
  }

  private visit(document: Document, depth: number): boolean {
    const id = this.key(document._id);
    if (this.visited.has(id)) return false;
    const { depthField } = this.spec;
    this.visited.set(
      id,
      depthField === undefined ? document : writePath(document, depthField, BigInt(depth)),
    );
    const bytes = approximateBytes(document);
    this.stage.context.memory.charge(bytes);
    this.held += bytes;
    return true;
  }

  private unasked(values: readonly unknown[]): unknown[] {
    return values.filter((value) => {
      const key = this.key(value);
      if (this.asked.has(key)) return false;
      this.asked.add(key);
      return true;
    });
  }

  found(): Document[] {
    return [...this.visited.values()];
  }
}

function parseSpec(spec: unknown, scope: Scope): GraphLookupSpec {
  if (!isDocument(spec)) {
    throw new CommandError(
      40327,
      `the $graphLookup stage specification must be an object, but found ${typeName(spec)}`,
    );
  }
  for (const [key, value] of Object.entries(spec)) {
    if (!OPTIONS.has(key)) throw new CommandError(40104, `Unknown argument to $graphLookup: ${key}`);
    if ((STRINGS as readonly string[]).includes(key) && typeof value !== 'string') {
      throw new CommandError(40103, `expected string as argument for ${key}, found: ${typeName(value)}`);
    }
  }
  const { from, as, connectFromField, connectToField, startWith, depthField, restrictSearchWithMatch } = spec;
  if (
    typeof from !== 'string' ||
    typeof as !== 'string' ||
    typeof connectFromField !== 'string' ||
    typeof connectToField !== 'string' ||
    startWith === undefined
  ) {
    throw new CommandError(
      40105,
      "$graphLookup requires 'from', 'as', 'startWith', 'connectFromField', and 'connectToField' to be specified.",
    );
  }
  if (restrictSearchWithMatch !== undefined && !isDocument(restrictSearchWithMatch)) {
    throw new CommandError(
      40185,
      `restrictSearchWithMatch must be an object, found ${typeName(restrictSearchWithMatch)}`,
    );
  }
  parsePath(connectFromField);
  parsePath(connectToField);
  return {
    from,
    as: parsePath(as),
    connectFrom: connectFromField,
    connectTo: connectToField,
    depthField: typeof depthField === 'string' ? parsePath(depthField) : undefined,
    startWith: compile(startWith, scope),
    maxDepth: spec.maxDepth === undefined ? Infinity : depthArgument(spec.maxDepth),
    restriction: restrictSearchWithMatch,
  };
}

function depthArgument(value: unknown): number {
  if (!isNumeric(value)) {
    throw new CommandError(40100, `maxDepth requires a numeric argument, found type: ${typeName(value)}`);
  }
  const depth = toExactLong(value);
  if (depth === undefined) throw new CommandError(40102, 'maxDepth could not be represented as a long long');
  if (depth < 0n) throw new CommandError(40101, `maxDepth requires a nonnegative argument, found: ${depth}`);
  return Number(depth);
}
