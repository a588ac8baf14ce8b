import { CommandError } from '../errors.js';

const MAX_COMPONENTS = 200;

/**
 * Splits a projection's path.
 *
 * @throws CommandError with MongoDB's code for an empty path (40352), a dot at the end (40353), an empty component
 * (15998), a `$` in front of a component (16410) or a null character (16411)
 */
export function parseProjectionPath(path: string): string[] {
  if (path === '') throw new CommandError(40352, 'FieldPath cannot be constructed with empty string');
  if (path.endsWith('.')) throw new CommandError(40353, "FieldPath must not end with a '.'.");
  const components = path.split('.');
  if (components.length > MAX_COMPONENTS) {
    throw new CommandError('Overflow', `FieldPath has more than ${MAX_COMPONENTS} components`);
  }
  for (const component of components) {
    if (component === '') throw new CommandError(15998, 'FieldPath field names may not be empty strings.');
    if (component.startsWith('$')) {
      throw new CommandError(
        16410,
        "FieldPath field names may not start with '$'. Consider using $getField or $setField.",
      );
    }
    if (component.includes('\0')) {
      throw new CommandError(16411, 'FieldPath field names may not contain null bytes.');
    }
  }
  return components;
}
