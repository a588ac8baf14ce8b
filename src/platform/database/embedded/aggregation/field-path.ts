import { getOwn, isDocument } from '../bson/types.js';
import { CommandError } from '../errors.js';
import { constant } from './constant.js';
import { Variable } from './scope.js';
import type { Expression, Scope } from './scope.js';

/** Refuses names that cannot be one component of a path or one field of an object expression. */
export function requireFieldName(name: string): void {
  if (name === '') throw new CommandError(15998, 'FieldPath field names may not be empty strings.');
  if (name.startsWith('$')) {
    throw new CommandError(
      16410,
      `FieldPath field names may not start with '$'. Consider using $getField or $setField.`,
    );
  }
  if (name.includes('\0')) throw new CommandError(16411, 'FieldPath field names may not contain null bytes.');
  if (name.includes('.')) {
    throw new CommandError(
      16412,
      `FieldPath field names may not contain '.'. Consider using $getField or $setField.`,
    );
  }
}

/** MongoDB's limit on the components of one path. */
const MAX_COMPONENTS = 200;

/** Splits `a.b.c`, refusing empty components, `$` prefixes and paths that are too long. */
export function parsePath(path: string): string[] {
  if (path.endsWith('.')) throw new CommandError(40353, "FieldPath must not end with a '.'.");
  const components = path.split('.');
  if (components.length > MAX_COMPONENTS) {
    throw new CommandError('Overflow', `FieldPath is too long: more than ${MAX_COMPONENTS} components`);
  }
  components.forEach(requireFieldName);
  return components;
}

/**
 * Follows a path as aggregation does: arrays on the way are mapped, their elements that are no documents are dropped,
 * and numeric components are field names only.
 */
export function readPath(value: unknown, components: readonly string[], from = 0): unknown {
  let current = value;
  for (let index = from; index < components.length; index++) {
    if (Array.isArray(current)) return readElements(current, components, index);
    if (!isDocument(current)) return undefined;
    current = getOwn(current, components[index] ?? '');
  }
  return current;
}

function readElements(elements: readonly unknown[], components: readonly string[], index: number): unknown[] {
  const result: unknown[] = [];
  for (const element of elements) {
    if (!isDocument(element)) continue;
    const value = readPath(element, components, index);
    if (value !== undefined) result.push(value);
  }
  return result;
}

/** Compiles the part after `$` of a field path. */
export function compileFieldPath(path: string, scope: Scope): Expression {
  if (path === '') throw new CommandError(16872, "'$' by itself is not a valid FieldPath");
  const components = parsePath(path);
  const { current } = scope;
  return current === undefined
    ? readFromRoot(components)
    : (): unknown => readPath(current.value, components);
}

function readFromRoot(components: readonly string[]): Expression {
  const [first = ''] = components;
  if (components.length > 1) return (root) => readPath(root, components);
  return first in Object.prototype ? (root) => getOwn(root, first) : (root) => root[first];
}

/** Compiles the part after `$$` of a variable reference. */
export function compileVariablePath(reference: string, scope: Scope): Expression {
  const dot = reference.indexOf('.');
  const name = dot === -1 ? reference : reference.slice(0, dot);
  requireReadableName(name);
  const rest = dot === -1 ? [] : parsePath(reference.slice(dot + 1));
  const { current } = scope;
  switch (name) {
    case 'ROOT':
      return rest.length === 0 ? (root) => root : readFromRoot(rest);
    case 'CURRENT':
      if (current !== undefined) return (): unknown => readPath(current.value, rest);
      return rest.length === 0 ? (root) => root : readFromRoot(rest);
    case 'NOW':
      return constant(readPath(scope.now, rest));
    case 'REMOVE':
      return constant(undefined);
    case 'CLUSTER_TIME':
      throw new CommandError(51144, "Builtin variable '$$CLUSTER_TIME' is not available");
    case 'SEARCH_META':
      throw new CommandError(6347902, "Builtin variable '$$SEARCH_META' is not available");
    case 'USER_ROLES':
      return constant(readPath([], rest));
  }
  if (!scope.variables.has(name)) throw new CommandError(17276, `Use of undefined variable: ${name}`);
  const bound = scope.variables.get(name);
  if (!(bound instanceof Variable)) return constant(readPath(bound, rest));
  return rest.length === 0 ? (): unknown => bound.value : (): unknown => readPath(bound.value, rest);
}

const NAME_TAIL = /^[A-Za-z0-9_\u0080-\u{10FFFF}]*$/u;

function requireReadableName(name: string): void {
  if (name === '') throw new CommandError('FailedToParse', 'empty variable names are not allowed');
  if (!/^[A-Za-z_\u0080-\u{10FFFF}]/u.test(name)) {
    throw new CommandError('FailedToParse', `'${name}' starts with an invalid character for a variable name`);
  }
  requireNameTail(name);
}

/** Refuses names that a user may not bind; `CURRENT` is the one upper-case name that may be bound. */
export function requireBindableName(name: string): void {
  if (name === '') throw new CommandError('FailedToParse', 'empty variable names are not allowed');
  if (name === 'CURRENT') return;
  if (!/^[a-z\u0080-\u{10FFFF}]/u.test(name)) {
    throw new CommandError(
      'FailedToParse',
      `'${name}' starts with an invalid character for a user variable name`,
    );
  }
  requireNameTail(name);
}

function requireNameTail(name: string): void {
  if (!NAME_TAIL.test(name)) {
    throw new CommandError('FailedToParse', `'${name}' contains an invalid character for a variable name`);
  }
}
