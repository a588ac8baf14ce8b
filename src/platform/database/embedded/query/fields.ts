import { isDocument } from '../bson/types.js';
import type { Document } from '../types.js';

/**
 * The top-level fields that a filter reads, so that no others need be decoded for it; `undefined` when it may read any.
 * The filter must have been parsed before, which bounds its depth.
 */
export function fieldsOf(filter: Document): ReadonlySet<string> | undefined {
  const fields = new Set<string>();
  return collect(filter, fields) ? fields : undefined;
}

function collect(filter: Document, fields: Set<string>): boolean {
  for (const [name, operand] of Object.entries(filter)) {
    if (!name.startsWith('$')) {
      fields.add(name.split('.', 1)[0] ?? '');
    } else if (Array.isArray(operand)) {
      for (const branch of operand) if (!isDocument(branch) || !collect(branch, fields)) return false;
    } else if (name === '$expr' || name === '$jsonSchema') {
      return false;
    }
  }
  return true;
}
