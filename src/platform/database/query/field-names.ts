import type { Walk } from './walk.js';

/** Names that no field has: they reach prototypes, or pass for a value of the driver's own. */
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype', '_bsontype']);

const ORDINARY = /^[\w-]+$/;

/** Positional operators of updates that need no filters of their own. */
const POSITIONAL = new Set(['$', '$[]']);

/** Checks the name of one field, as it stands in a document. */
export function checkFieldName(walk: Walk, name: string): void {
  if (ORDINARY.test(name) && !FORBIDDEN.has(name)) return;
  if (name === '') walk.refuse('A field name must not be empty');
  if (name.includes('.')) walk.refuse(`A field name must not have a dot: "${name}"`);
  checkSegment(walk, name);
}

/** Checks a dotted path to a field. */
export function checkFieldPath(walk: Walk, path: string): void {
  if (ORDINARY.test(path) && !FORBIDDEN.has(path)) return;
  for (const segment of segmentsOf(walk, path)) checkSegment(walk, segment);
}

/**
 * Checks a dotted path in an update, which may go through all elements of a list (`$[]`) and, when the update has
 * a query that names the list, through the element that matched (`$`).
 */
export function checkUpdatePath(walk: Walk, path: string, matched: boolean): void {
  if (ORDINARY.test(path) && !FORBIDDEN.has(path)) return;
  segmentsOf(walk, path).forEach((segment, at) => {
    if (at === 0 || !POSITIONAL.has(segment)) checkSegment(walk, segment);
    else if (segment === '$' && !matched)
      walk.refuse('"$" needs a query that names the list: use a bulk update, or the index of the element');
  });
}

/** The first name of a path. */
export const rootOf = (path: string) => path.split('.', 1)[0];

function segmentsOf(walk: Walk, path: string): string[] {
  if (path === '') walk.refuse('A field name must not be empty');
  const segments = path.split('.');
  if (segments.length > walk.limits.depth)
    walk.refuse(`A path may have ${walk.limits.depth} names, not ${segments.length}`);
  if (segments.includes('')) walk.refuse(`A path must not have empty names: "${path}"`);
  return segments;
}

function checkSegment(walk: Walk, name: string): void {
  if (name.startsWith('$')) walk.refuse(`A field name must not begin with "$": "${name}"`);
  if (name.includes('\0')) walk.refuse('A field name must not have a null byte');
  if (FORBIDDEN.has(name)) walk.refuse(`A field must not be named "${name}"`);
  if (!name.isWellFormed()) walk.refuse('A field name must be valid Unicode');
}
