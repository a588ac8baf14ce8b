import { isDocument } from '../../bson/types.js';
import { CommandError } from '../../errors.js';
import { TICK } from '../../types.js';
import type { Document } from '../../types.js';
import { entriesOf } from '../documents.js';
import { parsePath, requireBindableName } from '../field-path.js';
import { compile, Variable } from '../scope.js';
import { show, typeName } from '../values.js';
import { wrongType } from './idl.js';
import type { Target } from './out.js';
import type { StageContext } from './stage.js';

const MATCHED = ['replace', 'merge', 'keepExisting', 'fail'] as const;
const NOT_MATCHED = ['insert', 'discard', 'fail'] as const;

/** Computes the new form of a matched document from it and from the merged one. */
type MergePipeline = (existing: Document, merged: Document) => Document;

export interface MergeSpec extends Target {
  readonly on: readonly string[];
  readonly whenMatched: (typeof MATCHED)[number] | MergePipeline;
  readonly whenNotMatched: (typeof NOT_MATCHED)[number];
}

const OPTIONS = new Set(['into', 'on', 'let', 'whenMatched', 'whenNotMatched']);

export function parseMerge(spec: unknown, stage: StageContext): MergeSpec {
  const fields = typeof spec === 'string' ? { into: spec } : spec;
  if (!isDocument(fields)) {
    throw new CommandError(
      'TypeMismatch',
      `$merge requires a string or object argument, but found ${typeName(spec)}`,
    );
  }
  const unknownField = Object.keys(fields).find((key) => !OPTIONS.has(key));
  if (unknownField !== undefined) {
    throw new CommandError(40415, `BSON field '$merge.${unknownField}' is an unknown field.`);
  }
  if (fields.into === undefined) {
    throw new CommandError(40414, "BSON field '$merge.into' is missing but a required field");
  }
  const whenMatched = parseWhenMatched(fields, stage);
  const whenNotMatched = parseWhenNotMatched(fields.whenNotMatched);
  const inserting = whenMatched === 'fail' || whenMatched === 'keepExisting';
  if (inserting && whenNotMatched !== 'insert') {
    throw new CommandError(
      51181,
      `Combination of modes whenMatched: ${whenMatched} and whenNotMatched: ${whenNotMatched} is not supported`,
    );
  }
  return {
    ...parseInto(fields.into, stage.context.database),
    on: parseOn(fields.on),
    whenMatched,
    whenNotMatched,
  };
}

function parseInto(into: unknown, database: string): Target {
  if (typeof into === 'string') return { database, collection: into };
  if (!isDocument(into)) {
    throw new CommandError(
      51178,
      `$merge 'into' field must be either a string or an object, but found ${typeName(into)}`,
    );
  }
  const { db = database, coll } = into;
  if (typeof db !== 'string' || typeof coll !== 'string') {
    throw new CommandError(51178, "$merge 'into' needs the strings 'db' and 'coll'");
  }
  return { database: db, collection: coll };
}

function parseOn(on: unknown): string[] {
  if (on === undefined) return ['_id'];
  if (typeof on !== 'string' && !Array.isArray(on)) {
    throw new CommandError(
      51186,
      `$merge 'on' field must be either a string or an array of strings, but found ${typeName(on)}`,
    );
  }
  const paths: readonly unknown[] = Array.isArray(on) ? on : [on];
  if (paths.length === 0)
    throw new CommandError(51187, "If explicitly specifying $merge 'on', must include at least one field");
  const seen = new Set<string>();
  return paths.map((path) => {
    if (typeof path !== 'string') {
      throw new CommandError(
        51134,
        `$merge 'on' array elements must be strings, but found ${typeName(path)}`,
      );
    }
    if (seen.has(path))
      throw new CommandError(31465, `Found a duplicate field in the $merge.on list: '${path}'`);
    seen.add(path);
    parsePath(path);
    return path;
  });
}

function parseWhenNotMatched(value: unknown): MergeSpec['whenNotMatched'] {
  const mode = NOT_MATCHED.find((candidate) => candidate === (value ?? 'insert'));
  if (mode === undefined) {
    throw new CommandError(
      'BadValue',
      `Enumeration value ${show(value)} for field '$merge.whenNotMatched' is not a valid value.`,
    );
  }
  return mode;
}

function parseWhenMatched(fields: Document, stage: StageContext): MergeSpec['whenMatched'] {
  const { whenMatched = 'merge', let: bindings } = fields;
  if (Array.isArray(whenMatched)) return mergePipeline(whenMatched as Document[], bindings, stage);
  if (bindings !== undefined) {
    throw new CommandError(
      51199,
      "Cannot use 'let' variables with 'whenMatched' modes other than a pipeline",
    );
  }
  const mode = MATCHED.find((candidate) => candidate === whenMatched);
  if (mode !== undefined) return mode;
  if (typeof whenMatched !== 'string') {
    throw new CommandError(
      51191,
      `$merge 'whenMatched' field must be a string or an array, but found ${typeName(whenMatched)}`,
    );
  }
  throw new CommandError(
    'BadValue',
    `Enumeration value '${whenMatched}' for field 'whenMatched' is not a valid value.`,
  );
}

/** What a pipeline that makes one document of one may consist of. */
const UPDATE_STAGES = new Set(['$addFields', '$set', '$project', '$unset', '$replaceRoot', '$replaceWith']);

function mergePipeline(stages: readonly Document[], let_: unknown, stage: StageContext): MergePipeline {
  if (let_ !== undefined && !isDocument(let_)) throw wrongType('$merge', 'let', let_, 'object');
  for (const spec of stages) {
    const [name] = isDocument(spec) ? Object.keys(spec) : [];
    if (name === undefined || !UPDATE_STAGES.has(name)) {
      throw new CommandError(
        'InvalidOptions',
        `${name ?? 'This'} is not allowed to be used within an update`,
      );
    }
  }
  if (let_?.new !== undefined && let_.new !== '$$ROOT') {
    throw new CommandError(
      51273,
      "'let' may not define a value for the reserved 'new' variable other than '$$ROOT'",
    );
  }
  const bindings = entriesOf(let_ ?? {}).map(([name, expression]) => {
    requireBindableName(name);
    return { name, variable: new Variable(), evaluate: compile(expression, stage.scope) };
  });
  const merged = new Variable();
  const variables = new Map([
    ...bindings.map(({ name, variable }) => [name, variable] as const),
    ['new', merged] as const,
  ]);
  const pipeline = stage.nested(stages, {
    place: '$lookup',
    collection: stage.collection,
    variables,
  });
  return (existing, document) => {
    merged.value = document;
    for (const { variable, evaluate } of bindings) variable.value = evaluate(document);
    for (const row of pipeline.run([existing])) if (row !== TICK) return row;
    throw new CommandError('InternalError', 'the pipeline of $merge lost its document');
  };
}
