import { indexOfComponent } from '../bson/paths.js';
import { CommandError } from '../errors.js';

/** One step of an update's path. */
export type PathStep =
  | { readonly kind: 'field'; readonly name: string }
  /** `$`: the element that the query matched. */
  | { readonly kind: 'matched' }
  /** `$[]`: every element. */
  | { readonly kind: 'all' }
  /** `$[identifier]`: every element that the array filter accepts. */
  | { readonly kind: 'filtered'; readonly identifier: string };

/** A parsed path with its text, for messages. */
export interface UpdatePath {
  readonly text: string;
  readonly steps: readonly PathStep[];
}

const MAX_STEPS = 200;

/**
 * @throws CommandError `EmptyFieldName` (56), `DollarPrefixedFieldName` (52), or `BadValue` for misplaced array steps and
 * paths that are too deep
 */
export function parsePath(text: string): UpdatePath {
  const names = text.split('.');
  if (names.length > MAX_STEPS) {
    throw new CommandError('BadValue', `The update path has more than ${MAX_STEPS} components`);
  }
  const steps = names.map((name, at) => parseStep(name, at, text));
  if (steps.filter(({ kind }) => kind === 'matched').length > 1) {
    throw new CommandError('BadValue', `Too many positional (i.e. '$') elements found in path '${text}'`);
  }
  return { text, steps };
}

function parseStep(name: string, at: number, path: string): PathStep {
  if (name === '') {
    throw new CommandError(
      'EmptyFieldName',
      `The update path '${path}' contains an empty field name, which is not allowed.`,
    );
  }
  if (!name.startsWith('$')) return { kind: 'field', name };
  if (name !== '$' && !name.startsWith('$[')) {
    throw new CommandError(
      'DollarPrefixedFieldName',
      `The dollar ($) prefixed field '${name}' in '${path}' is not valid for storage.`,
    );
  }
  if (at === 0) {
    throw new CommandError(
      'BadValue',
      `Cannot have an array step '${name}' in the first position in path '${path}'`,
    );
  }
  if (name === '$') return { kind: 'matched' };
  if (name === '$[]') return { kind: 'all' };
  const identifier = /^\$\[([a-z][A-Za-z0-9]*)\]$/.exec(name)?.[1];
  if (identifier === undefined) {
    throw new CommandError(
      'BadValue',
      `The array filter identifier in '${path}' must be alphanumeric and begin with a lowercase letter`,
    );
  }
  return { kind: 'filtered', identifier };
}

/** The order in which MongoDB applies sibling fields: numbers by value, other names by their text. */
export function compareNames(left: string, right: string): number {
  const a = indexOfComponent(left);
  const b = indexOfComponent(right);
  if (a !== -1 && b !== -1) return a - b;
  return left < right ? -1 : left > right ? 1 : 0;
}
