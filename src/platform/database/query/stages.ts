import { ACCUMULATORS, WINDOW_OPERATORS } from './expression-operators.js';
import { checkExpression, declare, operatorOf } from './expressions.js';
import { checkFieldName, checkFieldPath } from './field-names.js';
import { checkFilter } from './filters.js';
import { checkPipeline, type PipelineScope } from './pipelines.js';
import { checkProjectStage } from './projections.js';
import { checkLiteral } from './scalars.js';
import { checkSort } from './sorts.js';
import { isPlain, type Plain, type Walk } from './walk.js';

type Check = (walk: Walk, value: unknown, scope: PipelineScope) => unknown;
type Members = Record<string, Check>;

const expression: Check = (walk, value, { variables }) => checkExpression(walk, value, variables);
const sort: Check = (walk, value) => checkSort(walk, value);
const pipeline: Check = (walk, value, scope) => checkPipeline(walk, value, { ...scope, stored: true });
const filter: Check = (walk, value) => checkFilter(walk, value, { serverFields: true });
const boolean: Check = (walk, value) =>
  typeof value === 'boolean' ? value : walk.refuse('Must be true or false');
const literal: Check = (walk, value) => checkLiteral(walk, value);
const paths: Check = (walk, value, scope) =>
  Array.isArray(value)
    ? walk.mapList(value, (member) => path(walk, member, scope))
    : path(walk, value, scope);

/**
 * Stages that read and reshape documents. Not among them, and so refused: what writes (`$out`, `$merge`), what
 * looks into the server (`$collStats`, `$currentOp`, `$listSessions`, …), what never ends (`$changeStream`) and
 * search.
 */
const STAGES = new Map<string, Check>([
  ['$addFields', fields],
  ['$bucket', members({ groupBy: expression, boundaries: literal, default: literal, output: accumulated })],
  ['$bucketAuto', members({ groupBy: expression, buckets: whole, output: accumulated, granularity: text })],
  ['$count', name],
  ['$densify', members({ field: path, partitionByFields: paths, range: literal })],
  ['$facet', facet],
  ['$fill', members({ partitionBy: expression, partitionByFields: paths, sortBy: sort, output: filled })],
  [
    '$graphLookup',
    members(
      {
        from: collection,
        startWith: expression,
        connectFromField: path,
        connectToField: path,
        as: path,
        maxDepth: whole,
        depthField: path,
        restrictSearchWithMatch: filter,
      },
      'from',
    ),
  ],
  ['$group', group],
  ['$limit', whole],
  ['$lookup', lookup],
  [
    '$match',
    (walk, value, { stored, variables }) => checkFilter(walk, value, { serverFields: stored, variables }),
  ],
  ['$project', (walk, value, { variables }) => checkProjectStage(walk, value, variables)],
  ['$redact', expression],
  ['$replaceRoot', members({ newRoot: expression })],
  ['$replaceWith', expression],
  ['$sample', members({ size: whole })],
  ['$set', fields],
  ['$setWindowFields', members({ partitionBy: expression, sortBy: sort, output: windowed })],
  ['$skip', whole],
  ['$sort', sort],
  ['$sortByCount', expression],
  ['$unionWith', unionWith],
  ['$unset', paths],
  ['$unwind', unwind],
]);

/** Checks one stage and decodes its Extended JSON, into a new object. */
export function checkStage(walk: Walk, stage: unknown, scope: PipelineScope): Plain {
  if (!isPlain(stage) || Object.keys(stage).length !== 1)
    walk.refuse('A stage must be an object with one operator');
  return walk.mapObject(stage, (operator, value) => {
    const check = STAGES.get(operator);
    if (!check) walk.refuse(`The stage ${operator} is not allowed`);
    return check(walk, value, scope);
  });
}

/** A stage whose object has these members and no others. */
function members(table: Members, ...required: string[]): Check {
  const checks = new Map(Object.entries(table));
  return (walk, value, scope) => {
    const result = walk.mapObject(value, (key, member) => {
      const check = checks.get(key) ?? walk.refuse(`"${key}" is not a part of this stage`);
      return check(walk, member, scope);
    });
    for (const key of required) if (!Object.hasOwn(result, key)) walk.refuse(`"${key}" is missing`);
    return result;
  };
}

function whole(walk: Walk, value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
    ? value
    : walk.refuse('Must be a whole number, 0 or greater');
}

function text(walk: Walk, value: unknown): string {
  return typeof value === 'string' ? value : walk.refuse('Must be text');
}

function name(walk: Walk, value: unknown): string {
  const field = text(walk, value);
  checkFieldName(walk, field);
  return field;
}

function path(walk: Walk, value: unknown, _scope: PipelineScope): string {
  const field = text(walk, value);
  checkFieldPath(walk, field);
  return field;
}

function collection(walk: Walk, value: unknown, { isOpen }: PipelineScope): string {
  const named = text(walk, value);
  return isOpen(named) ? named : walk.refuse(`There is no collection "${named}"`);
}

function fields(walk: Walk, value: unknown, { variables }: PipelineScope): Plain {
  return walk.mapObject(value, (key, member) => {
    checkFieldPath(walk, key);
    return checkExpression(walk, member, variables);
  });
}

function accumulated(walk: Walk, value: unknown, scope: PipelineScope): Plain {
  return walk.mapObject(value, (key, accumulator) => {
    checkFieldName(walk, key);
    return accumulate(walk, accumulator, scope);
  });
}

function accumulate(walk: Walk, value: unknown, { variables }: PipelineScope): Plain {
  if (!isPlain(value) || operatorOf(walk, value) === undefined) walk.refuse('Must be an accumulator');
  return walk.mapObject(value, (operator, operand) => {
    if (!ACCUMULATORS.has(operator)) walk.refuse(`The accumulator ${operator} is not allowed`);
    return checkExpression(walk, operand, variables);
  });
}

function group(walk: Walk, value: unknown, scope: PipelineScope): Plain {
  return walk.mapObject(value, (key, member) => {
    if (key === '_id') return expression(walk, member, scope);
    checkFieldName(walk, key);
    return accumulate(walk, member, scope);
  });
}

function windowed(walk: Walk, value: unknown, { variables }: PipelineScope): Plain {
  return walk.mapObject(value, (key, definition) => {
    checkFieldPath(walk, key);
    return walk.mapObject(definition, (operator, operand) => {
      if (operator === 'window') return checkLiteral(walk, operand);
      if (!ACCUMULATORS.has(operator) && !WINDOW_OPERATORS.has(operator))
        walk.refuse(`The window operator ${operator} is not allowed`);
      return checkExpression(walk, operand, variables);
    });
  });
}

function filled(walk: Walk, value: unknown, scope: PipelineScope): Plain {
  const output = members({ value: expression, method: text });
  return walk.mapObject(value, (key, definition) => {
    checkFieldPath(walk, key);
    return output(walk, definition, scope);
  });
}

function facet(walk: Walk, value: unknown, scope: PipelineScope): Plain {
  return walk.mapObject(value, (key, inner) => {
    checkFieldName(walk, key);
    return checkPipeline(walk, inner, scope);
  });
}

function lookup(walk: Walk, value: unknown, scope: PipelineScope): unknown {
  const names = isPlain(value) && isPlain(value.let) ? Object.keys(value.let) : [];
  const variables = declare(walk, names, scope.variables);
  const inner: Check = (_walk, stages) => pipeline(walk, stages, { ...scope, variables });
  const declared: Check = (_walk, initial) =>
    walk.mapObject(initial, (_name, member) => expression(walk, member, scope));
  const check = members(
    { from: collection, localField: path, foreignField: path, as: path, let: declared, pipeline: inner },
    'from',
    'as',
  );
  return check(walk, value, scope);
}

function unionWith(walk: Walk, value: unknown, scope: PipelineScope): unknown {
  if (typeof value === 'string') return collection(walk, value, scope);
  return members({ coll: collection, pipeline }, 'coll')(walk, value, scope);
}

function unwind(walk: Walk, value: unknown, scope: PipelineScope): unknown {
  if (typeof value === 'string') return listPath(walk, value);
  return members({ path: listPath, includeArrayIndex: name, preserveNullAndEmptyArrays: boolean }, 'path')(
    walk,
    value,
    scope,
  );
}

function listPath(walk: Walk, value: unknown): string {
  const reference = text(walk, value);
  if (!reference.startsWith('$')) walk.refuse('Must be a path that begins with "$"');
  checkFieldPath(walk, reference.slice(1));
  return reference;
}
