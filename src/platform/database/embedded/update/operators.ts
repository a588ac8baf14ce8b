import { keysOf } from '../bson/key-order.js';
import { bsonType, isDocument } from '../bson/types.js';
import { CommandError } from '../errors.js';
import type { Document } from '../types.js';
import { Application } from './apply.js';
import { compileArrayFilters } from './array-filters.js';
import { ARRAY_MODIFIERS } from './array-modifiers.js';
import { FIELD_MODIFIERS } from './field-modifiers.js';
import type { Change, Modifier } from './modifiers.js';
import { parsePath } from './path.js';
import type { UpdatePath } from './path.js';
import { parseRename } from './rename.js';
import { FieldsNode, insert } from './tree.js';
import type { ApplyContext, UpdateOptions } from './update.js';

const MODIFIERS = new Map<string, Modifier>([...FIELD_MODIFIERS, ...ARRAY_MODIFIERS]);

interface Step {
  readonly path: UpdatePath;
  readonly change: Change;
  /** Only when an upsert inserts. */
  readonly insertOnly: boolean;
}

/** Compiles an update by operators, such as `{$set: …, $push: …}`. */
export function compileOperators(
  update: Document,
  options: UpdateOptions,
): (document: Document, context: ApplyContext) => Document {
  const steps = keysOf(update).flatMap((name) => parseOperator(name, update[name], options));
  const filters = compileArrayFilters(
    options.arrayFilters ?? [],
    steps.map(({ path }) => path),
    options,
  );
  // Building the whole tree finds conflicts also with what only an insert does.
  const whole = buildTree(steps);
  const withoutInsert = buildTree(steps.filter(({ insertOnly }) => !insertOnly));
  return (document, { filter, now, inserting = false }) => {
    const positionOf = (root: Document): number | undefined => filter?.positionOf(root);
    return new Application({ root: document, now }, filters, positionOf).apply(
      inserting ? whole : withoutInsert,
    );
  };
}

function buildTree(steps: readonly Step[]): FieldsNode {
  const root = new FieldsNode();
  for (const { path, change } of steps) insert(root, path, change);
  return root;
}

function parseOperator(name: string, fields: unknown, options: UpdateOptions): Step[] {
  const modifier = MODIFIERS.get(name);
  if (modifier === undefined && name !== '$rename') {
    throw new CommandError(
      'FailedToParse',
      `Unknown modifier: ${name}. Expected a valid update modifier or pipeline-style update specified as an array`,
    );
  }
  if (!isDocument(fields)) {
    throw new CommandError(
      'FailedToParse',
      `Modifiers operate on fields but we found type ${bsonType(fields).alias} instead. For example: {$mod: {<field>: ...}} not {${name}: …}`,
    );
  }
  return keysOf(fields).flatMap((field) => {
    if (modifier === undefined) return parseRenameSteps(field, fields[field]);
    const { collation, variables } = options;
    const path = parsePath(field);
    const change = modifier(fields[field], { path: field, collation, variables });
    return { path, change, insertOnly: name === '$setOnInsert' };
  });
}

function parseRenameSteps(from: string, to: unknown): Step[] {
  const { source, removal, target, arrival } = parseRename(from, to);
  return [
    { path: source, change: removal, insertOnly: false },
    { path: target, change: arrival, insertOnly: false },
  ];
}
