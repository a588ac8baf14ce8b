import { getPath, indexOfComponent } from '../bson/paths.js';
import { getOwn, isDocument } from '../bson/types.js';
import { CommandError } from '../errors.js';
import type { Document } from '../types.js';
import { existing, REMOVE } from './modifiers.js';
import type { Change } from './modifiers.js';
import { parsePath } from './path.js';
import type { UpdatePath } from './path.js';
import { unlessSame } from './same-value.js';

/** A field that moves: one change takes it away, the other puts it where it goes. */
export interface Rename {
  readonly source: UpdatePath;
  readonly removal: Change;
  readonly target: UpdatePath;
  readonly arrival: Change;
}

/** @throws CommandError `BadValue` when a side is no plain path, or both are on one path */
export function parseRename(from: string, to: unknown): Rename {
  if (typeof to !== 'string') {
    throw new CommandError('BadValue', `The 'to' field for $rename must be a string: ${from}`);
  }
  if (from === to) {
    throw new CommandError(
      'BadValue',
      `The source and target field for $rename must differ: ${from}: "${to}"`,
    );
  }
  if (from.startsWith(`${to}.`) || to.startsWith(`${from}.`)) {
    throw new CommandError(
      'BadValue',
      `The source and target field for $rename must not be on the same path: ${from}: "${to}"`,
    );
  }
  const source = parsePlainPath(from, 'source');
  const target = parsePlainPath(to, 'destination');
  return {
    source,
    removal: existing((current) => (current === undefined ? current : REMOVE)),
    target,
    // A missing source changes nothing, and then the way to the target is not made either.
    arrival: {
      creates: ({ root }) => findSource(root, source) !== undefined,
      apply: (current, { root }) => {
        const value = findSource(root, source);
        if (value === undefined) return current;
        refuseArrays(root, target, 'destination');
        return unlessSame(current, value);
      },
    },
  };
}

/**
 * @throws CommandError `PathNotViable` when the path leads into a value that has no fields, `BadValue` when it leads into
 * an array
 */
function findSource(document: Document, path: UpdatePath): unknown {
  let value: unknown = document;
  for (const component of path.text.split('.')) {
    const index = Array.isArray(value) ? indexOfComponent(component) : -1;
    if (Array.isArray(value) && index !== -1) value = value[index];
    else if (isDocument(value)) value = getOwn(value, component);
    else if (value === undefined) return undefined;
    else {
      throw new CommandError(
        'PathNotViable',
        `cannot use the part (${component} of ${path.text}) to traverse the element`,
      );
    }
  }
  if (value !== undefined) refuseArrays(document, path, 'source');
  return value;
}

function parsePlainPath(text: string, side: string): UpdatePath {
  const path = parsePath(text);
  if (path.steps.some(({ kind }) => kind !== 'field')) {
    throw new CommandError('BadValue', `The ${side} field for $rename may not be dynamic: ${text}`);
  }
  return path;
}

function refuseArrays(document: Document, { text, steps }: UpdatePath, side: string): void {
  const names = text.split('.');
  for (let length = 1; length < steps.length; length++) {
    if (Array.isArray(getPath(document, names.slice(0, length)))) {
      throw new CommandError('BadValue', `The ${side} field cannot be an array element: '${text}'`);
    }
  }
}
