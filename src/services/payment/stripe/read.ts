// What Stripe sends has the shape of the version that the sender was set up with, which may be older than ours, and
// may lack anything. So its objects are read field by field, instead of being taken for what their types say.

export type Plain = Record<string, unknown>;

const isPlain = (value: unknown): value is Plain =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What stands under a path; `undefined` when anything on the way is missing. */
function at(value: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((found, name) => {
    if (Array.isArray(found)) return (found as unknown[])[Number(name)];
    return isPlain(found) && Object.hasOwn(found, name) ? found[name] : undefined;
  }, value);
}

/** Text that is not empty. */
export function textAt(value: unknown, ...path: (string | number)[]): string | undefined {
  const found = at(value, path);
  return typeof found === 'string' && found !== '' ? found : undefined;
}

/** A whole number, such as an amount. */
export function integerAt(value: unknown, ...path: (string | number)[]): number | undefined {
  const found = at(value, path);
  return Number.isSafeInteger(found) ? (found as number) : undefined;
}

export function objectAt(value: unknown, ...path: (string | number)[]): Plain | undefined {
  const found = at(value, path);
  return isPlain(found) ? found : undefined;
}

/** The id of another object, whether it is named or expanded. */
export function idAt(value: unknown, ...path: (string | number)[]): string | undefined {
  return textAt(value, ...path) ?? textAt(value, ...path, 'id');
}

/** A time in seconds, as Stripe has them. */
export function timeAt(value: unknown, ...path: (string | number)[]): Date | undefined {
  const seconds = integerAt(value, ...path);
  return seconds === undefined ? undefined : new Date(seconds * 1000);
}
