import { isPlain } from '../database/query/walk.js';
import type { EncryptedPaths } from './encrypted-paths.js';
import { refuseUse } from './refusals.js';

/** Variables that stand for the whole document. */
const WHOLE: ReadonlySet<string> = new Set(['ROOT', 'CURRENT']);

const NOT_COMPUTED = 'nothing can be computed from it';

/**
 * Refuses an expression of the aggregation language that reads an encrypted field, or the document as a whole.
 *
 * @throws CoglexError `query_refused`
 */
export function refuseReferences(expression: unknown, paths: EncryptedPaths): void {
  if (paths.isEmpty) return;
  if (typeof expression === 'string') {
    refuseReference(expression, paths);
  } else if (Array.isArray(expression)) {
    for (const member of expression) refuseReferences(member, paths);
  } else if (isPlain(expression)) {
    for (const [key, member] of Object.entries(expression)) {
      if (key === '$literal') continue;
      if (key === '$getField') refuseFieldName(member, paths);
      refuseReferences(member, paths);
    }
  }
}

function refuseReference(text: string, paths: EncryptedPaths): void {
  if (!text.startsWith('$')) return;
  if (!text.startsWith('$$')) return refusePath(text.slice(1), paths);
  const [name, ...path] = text.slice(2).split('.');
  if (!WHOLE.has(name)) return;
  if (path.length > 0) refusePath(path.join('.'), paths);
  else refuseUse(paths.fields[0], 'the document as a whole cannot be used');
}

function refusePath(path: string, paths: EncryptedPaths): void {
  const contact = paths.contact(path);
  if (contact) refuseUse(contact.field, NOT_COMPUTED);
}

/** `$getField` names a field of the document without a `$`; a name that is computed could be any. */
function refuseFieldName(argument: unknown, paths: EncryptedPaths): void {
  const name = isPlain(argument) && Object.hasOwn(argument, 'field') ? argument.field : argument;
  const literal = isPlain(name) && Object.hasOwn(name, '$literal') ? name.$literal : name;
  if (typeof literal === 'string' && !literal.startsWith('$')) refusePath(literal, paths);
  else refuseUse(paths.fields[0], NOT_COMPUTED);
}
