import { isPlain, type Plain } from '../../platform/database/query/walk.js';
import { CoglexError } from '../../platform/errors/coglex-error.js';

/** Largest JSON Schema, in bytes of JSON. */
const MAX_BYTES = 64 * 1024;

const MAX_DEPTH = 32;

/** Most subschemas that one schema may come to when every reference is followed once. */
const MAX_EXPANDED = 20_000;

/** Keywords that would reach beyond the document, or make references that cannot be followed before. */
const FORBIDDEN: ReadonlySet<string> = new Set([
  '$anchor',
  '$async',
  '$dynamicAnchor',
  '$dynamicRef',
  '$id',
  '$recursiveAnchor',
  '$recursiveRef',
]);

/** A reference to a part of the schema, as a JSON Pointer. */
const OWN_PART = /^#(\/[^%]*)?$/;

/**
 * Refuses a schema that is too large, or that asks for more than a document can answer.
 *
 * @throws CoglexError `schema_refused`
 */
export function checkBounds(schema: Plain): void {
  if (Buffer.byteLength(JSON.stringify(schema)) > MAX_BYTES)
    refuse(`may have ${MAX_BYTES / 1024} kB of JSON`);
  // The name of the whole is not used.
  const { $id: _, ...rest } = schema;
  visit(rest, 0);
  if (expandedSize(schema, schema, new Map()) > MAX_EXPANDED)
    refuse('comes to too many parts when its references are followed');
}

/** @param problem what is wrong, as the end of a sentence that begins with "The schema" */
export function refuse(problem: string, cause?: unknown): never {
  throw new CoglexError('schema_refused', {
    detail: `The schema ${problem}.`,
    errors: [{ field: '/schema', message: problem }],
    cause,
  });
}

function visit(value: unknown, depth: number): void {
  if (depth > MAX_DEPTH) refuse(`may be nested ${MAX_DEPTH} levels deep`);
  if (Array.isArray(value)) for (const member of value) visit(member, depth + 1);
  if (!isPlain(value)) return;
  for (const [keyword, member] of Object.entries(value)) {
    // A property may have such a name, and is then described by an object.
    if (FORBIDDEN.has(keyword) && typeof member !== 'object') refuse(`cannot have ${keyword}`);
    if (keyword === '$ref' && typeof member === 'string' && !OWN_PART.test(member))
      refuse('can refer to its own parts alone, with a $ref such as "#/definitions/name"');
    visit(member, depth + 1);
  }
}

/** How many subschemas a validation may go through: a chain of references that doubles at each step has millions. */
function expandedSize(root: Plain, value: unknown, known: Map<unknown, number>): number {
  if (typeof value !== 'object' || value === null) return 0;
  const before = known.get(value);
  if (before !== undefined) return before;
  // One that leads back to itself counts once: it ends with the document.
  known.set(value, 1);
  let size = 1;
  for (const [keyword, member] of Object.entries(value)) {
    size += expandedSize(root, member, known);
    if (keyword === '$ref' && typeof member === 'string')
      size += expandedSize(root, resolve(root, member), known);
  }
  size = Math.min(size, Number.MAX_SAFE_INTEGER);
  known.set(value, size);
  return size;
}

function resolve(root: Plain, reference: string): unknown {
  let current: unknown = root;
  for (const name of reference.split('/').slice(1)) {
    if (typeof current !== 'object' || current === null) return undefined;
    current = (current as Plain)[name.replaceAll('~1', '/').replaceAll('~0', '~')];
  }
  return current;
}
