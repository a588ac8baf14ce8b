import { CoglexError } from '../errors/coglex-error.js';

/** Keys that reach the prototype of an object once somebody copies it carelessly. */
const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype']);
const MAY_HOLD_FORBIDDEN_KEY = /__proto__|constructor|prototype|\\u/;

/**
 * Parses JSON from a caller.
 *
 * @param maxDepth deepest nesting of arrays and objects; checked before parsing, so that a body of `[[[[…` costs
 * one pass and no memory
 * @throws CoglexError `malformed_json`, `nested_too_deep` or `forbidden_key`
 */
export function parseJson(text: string, maxDepth: number): unknown {
  checkDepth(text, maxDepth);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new CoglexError('malformed_json', { detail: 'The text is not valid JSON.' });
  }
  if (MAY_HOLD_FORBIDDEN_KEY.test(text)) checkKeys(value);
  return value;
}

function checkDepth(text: string, maxDepth: number): void {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charCodeAt(at);
    if (inString) {
      if (char === 0x5c) at += 1;
      else if (char === 0x22) inString = false;
    } else if (char === 0x22) inString = true;
    else if (char === 0x5b || char === 0x7b) {
      depth += 1;
      if (depth > maxDepth)
        throw new CoglexError('nested_too_deep', { detail: `JSON may be nested ${maxDepth} levels deep.` });
    } else if (char === 0x5d || char === 0x7d) depth -= 1;
  }
}

/**
 * Looks for keys that reach prototypes, at any depth.
 *
 * @throws CoglexError `forbidden_key`
 */
export function checkKeys(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, child] of Object.entries(value)) {
    if (FORBIDDEN_KEYS.has(key))
      throw new CoglexError('forbidden_key', { detail: `The key "${key}" is not allowed.` });
    checkKeys(child);
  }
}
