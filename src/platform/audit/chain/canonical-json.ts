/**
 * JSON with the members in order and without gaps: the same value has the same text, before it is stored and after.
 * Texts become what UTF-8 can hold, for that is how they come back.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(sorted(plainJson(value)));
}

/** A value as JSON carries it: no dates, no `undefined`, no lone surrogates. */
export function plainJson(value: unknown): unknown {
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) return null;
  return JSON.parse(text, (_key, part: unknown) => (typeof part === 'string' ? part.toWellFormed() : part));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, part]) => [name.toWellFormed(), sorted(part)] as const);
  // An object puts names that are numbers first by itself, whatever their order here: also the same each time.
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}
