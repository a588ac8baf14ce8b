import { bsonType, isDocument } from '../../bson/types.js';
import { CommandError } from '../../errors.js';
import { compareResults } from '../compare.js';
import { isConstant } from '../constant.js';
import { entriesOf } from '../documents.js';
import { compile } from '../scope.js';
import type { Expression, Scope } from '../scope.js';
import { show, typeName } from '../values.js';
import { GroupTable, outputFields } from './group.js';
import { consume } from './stage.js';
import type { StageCompiler } from './stage.js';

const OPTIONS = new Set(['groupBy', 'boundaries', 'default', 'output']);
const DEFAULT_OUTPUT = { count: { $sum: 1 } };

export const bucket: StageCompiler = (spec, { scope, context: { memory } }) => {
  if (!isDocument(spec)) {
    throw new CommandError(
      40201,
      `Argument to $bucket stage must be an object, but found type: ${typeName(spec)}.`,
    );
  }
  const unknownOption = Object.keys(spec).find((key) => !OPTIONS.has(key));
  if (unknownOption !== undefined)
    throw new CommandError(40197, `Unrecognized option to $bucket: ${unknownOption}.`);
  const { groupBy, boundaries: boundarySpec, output = DEFAULT_OUTPUT } = spec;
  if (groupBy !== undefined) requireGroupBy(groupBy, 40202, '$bucket');
  const boundaries = boundarySpec === undefined ? [] : readBoundaries(boundarySpec, scope);
  const fallback = Object.hasOwn(spec, 'default') ? readDefault(spec.default, scope) : undefined;
  if (!isDocument(output)) {
    throw new CommandError(
      40196,
      `The $bucket 'output' field must be an object, but found type: ${typeName(output)}.`,
    );
  }
  if (groupBy === undefined || boundaries.length === 0) {
    throw new CommandError(40198, "$bucket requires 'groupBy' and 'boundaries' to be specified.");
  }
  if (fallback !== undefined) requireOutside(fallback.value, boundaries, scope);
  const fields = outputFields(entriesOf(output), scope);
  const find = bucketFinder(compile(groupBy, scope), boundaries, fallback, scope);
  return function* (source) {
    const table = new GroupTable(
      { parts: [find], composite: false, id: ([value]) => value ?? null },
      fields,
      scope,
      memory,
    );
    try {
      yield* consume(source, (document) => {
        table.add(document);
      });
      yield* [...table.documents()].sort((left, right) =>
        compareResults(left._id, right._id, scope.collation),
      );
    } finally {
      table.dispose();
    }
  };
};

/** `groupBy` is a path or an operator, not a constant. */
export function requireGroupBy(groupBy: unknown, code: number, stage: string): void {
  const path = typeof groupBy === 'string' && groupBy.startsWith('$') && groupBy.length > 1;
  if (!path && !(isDocument(groupBy) && Object.keys(groupBy)[0]?.startsWith('$'))) {
    throw new CommandError(
      code,
      `The ${stage} 'groupBy' field must be defined as a $-prefixed path or an expression, but found: ${show(groupBy)}.`,
    );
  }
}

function readBoundaries(spec: unknown, scope: Scope): unknown[] {
  if (!Array.isArray(spec)) {
    throw new CommandError(
      40200,
      `The $bucket 'boundaries' field must be an array, but found type: ${typeName(spec)}.`,
    );
  }
  const boundaries = spec.map((boundary: unknown) => {
    const expression = compile(boundary, scope);
    if (!isConstant(expression)) {
      throw new CommandError(40191, "The $bucket 'boundaries' field must be an array of constant values");
    }
    return expression({});
  });
  if (boundaries.length < 2) {
    throw new CommandError(
      40192,
      `The $bucket 'boundaries' field must have at least 2 values, but found ${boundaries.length}`,
    );
  }
  for (let index = 1; index < boundaries.length; index++) requireAscending(boundaries, index, scope);
  return boundaries;
}

function requireAscending(boundaries: readonly unknown[], index: number, scope: Scope): void {
  const lower = boundaries[index - 1];
  const upper = boundaries[index];
  if (bsonType(lower).order !== bsonType(upper).order) {
    throw new CommandError(
      40193,
      `All values in the 'boundaries' option to $bucket must have the same type. Found ${typeName(lower)} and ${typeName(upper)}.`,
    );
  }
  if (compareResults(lower, upper, scope.collation) >= 0) {
    throw new CommandError(
      40194,
      `The 'boundaries' option to $bucket must be sorted, but ${show(lower)} is not less than ${show(upper)}.`,
    );
  }
}

function readDefault(spec: unknown, scope: Scope): { readonly value: unknown } {
  const expression = compile(spec, scope);
  if (!isConstant(expression)) {
    throw new CommandError(40195, "The $bucket 'default' field must be a constant expression");
  }
  return { value: expression({}) };
}

function requireOutside(value: unknown, boundaries: readonly unknown[], { collation }: Scope): void {
  const lowest = boundaries[0];
  const highest = boundaries[boundaries.length - 1];
  if (bsonType(value).order !== bsonType(lowest).order) return;
  if (compareResults(value, lowest, collation) >= 0 && compareResults(value, highest, collation) < 0) {
    throw new CommandError(
      40199,
      "The $bucket 'default' field must be less than the lowest boundary or greater than or equal to the highest boundary.",
    );
  }
}

/** The lower boundary of the bucket that a document falls into, or the default. */
function bucketFinder(
  groupBy: Expression,
  boundaries: readonly unknown[],
  fallback: { readonly value: unknown } | undefined,
  { collation }: Scope,
): Expression {
  return (root) => {
    const value = groupBy(root);
    let low = 0;
    let high = boundaries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareResults(boundaries[middle], value, collation) <= 0) low = middle + 1;
      else high = middle;
    }
    if (low > 0 && low < boundaries.length) return boundaries[low - 1];
    if (fallback !== undefined) return fallback.value;
    throw new CommandError(
      40066,
      '$switch could not find a matching branch for an input, and no default was specified.',
    );
  };
}
