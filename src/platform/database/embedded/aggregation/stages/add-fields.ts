import { copyDocument, omitKeys } from '../../bson/key-order.js';
import { getOwn, isDocument, setOwn } from '../../bson/types.js';
import { CommandError } from '../../errors.js';
import type { Document } from '../../types.js';
import { appendField, entriesOf } from '../documents.js';
import { parsePath } from '../field-path.js';
import { compile } from '../scope.js';
import type { Expression, Scope } from '../scope.js';
import { typeName } from '../values.js';
import { mapping } from './stage.js';
import type { StageCompiler } from './stage.js';

/** The new fields of one level, in the order of the specification. */
type NewFields = Map<string, Expression | NewFields>;

const MAX_SPEC_DEPTH = 200;

/** Unfolds nested specifications and dotted names; every value but a nested document is an expression. */
function readFields(target: NewFields, spec: Document, path: readonly string[], scope: Scope): void {
  if (path.length > MAX_SPEC_DEPTH) throw new CommandError('Overflow', 'the specification nests too deeply');
  for (const [key, value] of entriesOf(spec)) {
    const full = [...path, ...parsePath(key)];
    if (!isDocument(value) || isOperator(value)) addField(target, full, compile(value, scope));
    else if (Object.keys(value).length > 0) readFields(target, value, full, scope);
    else {
      throw new CommandError(
        40180,
        `an empty object is not a valid value. Found empty object at path ${full.join('.')}`,
      );
    }
  }
}

function isOperator(value: Document): boolean {
  return Object.keys(value).some((key) => key.startsWith('$'));
}

function addField(root: NewFields, path: readonly string[], evaluate: Expression): void {
  let fields = root;
  for (const component of path.slice(0, -1)) {
    const inner: Expression | NewFields = fields.get(component) ?? new Map();
    if (typeof inner === 'function') throw conflict(path);
    fields.set(component, inner);
    fields = inner;
  }
  const last = path[path.length - 1];
  if (fields.has(last)) throw conflict(path);
  fields.set(last, evaluate);
}

function conflict(path: readonly string[]): CommandError {
  return new CommandError(40176, `specification contains two conflicting paths at '${path.join('.')}'`);
}

/** A copy with the new fields set; a missing value removes the field. */
function withFields(fields: NewFields, document: Document, root: Document): Document {
  let result = copyDocument(document);
  for (const [key, how] of fields) {
    const value = typeof how === 'function' ? how(root) : withinValue(how, getOwn(result, key), root);
    const present = Object.hasOwn(result, key);
    if (value === undefined) result = present ? omitKeys(result, new Set([key])) : result;
    else if (present) setOwn(result, key, value);
    else appendField(result, key, value);
  }
  return result;
}

/** Arrays get the fields in each element; what is no document becomes one. */
function withinValue(fields: NewFields, value: unknown, root: Document): unknown {
  if (Array.isArray(value)) return value.map((element: unknown) => withinValue(fields, element, root));
  return withFields(fields, isDocument(value) ? value : {}, root);
}

/** Compiles what `$addFields` does to a document; other stages set their results with it as well. */
export function compileAddFields(spec: Document, scope: Scope): (document: Document) => Document {
  const fields: NewFields = new Map();
  readFields(fields, spec, [], scope);
  return (document) => withFields(fields, document, document);
}

export const addFields: StageCompiler = (spec, { scope }, name) => {
  if (!isDocument(spec)) {
    throw new CommandError(40272, `${name} specification stage must be an object, got ${typeName(spec)}`);
  }
  if (Object.keys(spec).length === 0) {
    throw new CommandError(
      40177,
      `Invalid ${name} :: caused by :: specification must have at least one field`,
    );
  }
  return mapping(compileAddFields(spec, scope));
};
