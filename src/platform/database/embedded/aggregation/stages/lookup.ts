import { isDocument } from '../../bson/types.js';
import { CommandError } from '../../errors.js';
import { TICK } from '../../types.js';
import type { Document, Rows } from '../../types.js';
import { entriesOf } from '../documents.js';
import { parsePath, requireBindableName } from '../field-path.js';
import { approximateBytes } from '../memory.js';
import type { MemoryBudget } from '../memory.js';
import { writePath } from '../paths.js';
import { compile, Variable } from '../scope.js';
import type { Expression } from '../scope.js';
import { typeName } from '../values.js';
import { equalityFilter, localValues } from './equality.js';
import { scanFor } from './nested-source.js';
import { requireStages } from './stage.js';
import type { StageCompiler, StageContext } from './stage.js';
import { mentionsAny } from './variable-references.js';

const OPTIONS = new Set(['from', 'localField', 'foreignField', 'let', 'pipeline', 'as']);

interface LookupSpec {
  readonly from: string | undefined;
  readonly as: readonly string[];
  readonly local: string | undefined;
  readonly foreign: string | undefined;
  readonly bindings: readonly (readonly [name: string, expression: unknown])[];
  readonly stages: readonly Document[];
}

/** Documents that are kept for all outer documents. */
type Cache = { readonly documents: Document[]; readonly bytes: number };

export const lookup: StageCompiler = (spec, stage) => {
  const parsed = parseSpec(spec);
  const { memory } = stage.context;
  const { bind, find } = compileSearch(parsed, stage);
  const cached = isUncorrelated(parsed, stage);
  return function* (source) {
    let cache: Cache | undefined;
    try {
      for (const row of source) {
        if (row === TICK) {
          yield TICK;
          continue;
        }
        bind(row);
        const found: Cache = cache ?? (yield* collect(find(), memory));
        if (cached) cache = found;
        yield writePath(row, parsed.as, found.documents);
        if (cached) yield TICK;
        else memory.release(found.bytes);
      }
    } finally {
      memory.release(cache?.bytes ?? 0);
    }
  };
};

/** Compiles what finds the foreign documents; `bind` sets the values that the search depends on. */
function compileSearch(
  spec: LookupSpec,
  stage: StageContext,
): { bind: (row: Document) => void; find: () => Rows } {
  const bindings = spec.bindings.map(([name, expression]) => {
    requireBindableName(name);
    return { name, variable: new Variable(), evaluate: compile(expression, stage.scope) };
  });
  const variables = new Map(bindings.map(({ name, variable }) => [name, variable]));
  let outer: Document = {};
  const { local, foreign } = spec;
  const equality =
    local === undefined || foreign === undefined
      ? undefined
      : (): Document => equalityFilter(foreign, localValues(outer, local));
  const find = scanFor(stage, spec.stages, { place: '$lookup', collection: spec.from, variables }, equality);
  const bind = (row: Document): void => {
    outer = row;
    const values = bindings.map(({ evaluate }: { evaluate: Expression }) => evaluate(row));
    bindings.forEach(({ variable }, index) => {
      variable.value = values[index];
    });
  };
  return { bind, find };
}

/** Whether the foreign documents are the same for every outer one. */
function isUncorrelated({ local, bindings, stages }: LookupSpec, { scope }: StageContext): boolean {
  if (local !== undefined) return false;
  const places = [...scope.variables].filter(([, value]) => value instanceof Variable).map(([name]) => name);
  return !mentionsAny(stages, [...places, ...bindings.map(([name]) => name)]);
}

function* collect(rows: Rows, memory: MemoryBudget): Generator<typeof TICK, Cache> {
  const documents: Document[] = [];
  let bytes = 0;
  for (const row of rows) {
    if (row === TICK) {
      yield TICK;
      continue;
    }
    const size = approximateBytes(row);
    memory.charge(size);
    bytes += size;
    documents.push(row);
  }
  return { documents, bytes };
}

function parseSpec(spec: unknown): LookupSpec {
  if (!isDocument(spec))
    throw parseError(`the $lookup stage specification must be an object, but found ${typeName(spec)}`);
  const unknownOption = Object.keys(spec).find((key) => !OPTIONS.has(key));
  if (unknownOption !== undefined) throw parseError(`unknown argument to $lookup: ${unknownOption}`);
  const text = (name: string): string | undefined => {
    const value = spec[name];
    if (value === undefined || typeof value === 'string') return value;
    throw parseError(`$lookup argument '${name}' must be a string, found ${typeName(value)}`);
  };
  const as = text('as');
  if (as === undefined) throw parseError("must specify 'as' field for a $lookup");
  const local = text('localField');
  const foreign = text('foreignField');
  if ((local === undefined) !== (foreign === undefined)) {
    throw parseError('$lookup requires both or neither of localField and foreignField to be specified');
  }
  if (local === undefined && spec.pipeline === undefined) {
    throw parseError(
      "$lookup requires either 'pipeline' or both 'localField' and 'foreignField' to be specified",
    );
  }
  if (spec.let !== undefined && spec.pipeline === undefined) {
    throw parseError("$lookup with a 'let' argument must also specify 'pipeline'");
  }
  if (spec.let !== undefined && !isDocument(spec.let)) {
    throw parseError(`$lookup argument 'let' must be an object, found ${typeName(spec.let)}`);
  }
  const stages = spec.pipeline === undefined ? [] : requireStages(spec.pipeline, 'TypeMismatch');
  const from = text('from');
  if (from === undefined && !(isDocument(stages[0]) && Object.hasOwn(stages[0], '$documents'))) {
    throw parseError("must specify 'from' field for a $lookup");
  }
  if (local !== undefined) parsePath(local);
  if (foreign !== undefined) parsePath(foreign);
  return {
    from,
    as: parsePath(as),
    local,
    foreign,
    bindings: spec.let === undefined ? [] : entriesOf(spec.let),
    stages,
  };
}

function parseError(message: string): CommandError {
  return new CommandError('FailedToParse', message);
}
