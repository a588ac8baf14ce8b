import { isDocument } from '../../bson/types.js';

/** Results of these differ from run to run. */
const CHANGING = new Set(['$rand', '$sample', '$sampleRate']);

/**
 * Whether a pipeline mentions one of some variables, or something that gives another result in every run. Inner bindings
 * of the same name are not told apart, so the answer may be yes too often.
 */
export function mentionsAny(spec: unknown, names: readonly string[]): boolean {
  if (typeof spec === 'string') {
    if (!spec.startsWith('$$')) return false;
    const [name] = spec.slice(2).split('.', 1);
    return names.includes(name);
  }
  if (Array.isArray(spec)) return spec.some((part) => mentionsAny(part, names));
  if (!isDocument(spec)) return false;
  return Object.keys(spec).some((key) => CHANGING.has(key) || mentionsAny(spec[key], names));
}
