type Plain = Record<string, unknown>;

const isPlain = (value: unknown): value is Plain => {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

/** What may stand on the way to a field. */
export interface WayOptions {
  /** Called for a list above the field, which otherwise is walked through. */
  onList?: () => never;
}

/**
 * The same with other values at a path. What lies beside the path is shared with the original, and the original is
 * not changed.
 *
 * @param change the new value; the same leaves everything as it is
 */
export function withValuesAt<T>(
  root: T,
  parts: readonly string[],
  change: (value: unknown) => unknown,
  options: WayOptions = {},
): T {
  return mapped(root, parts, 0, change, options) as T;
}

function mapped(
  value: unknown,
  parts: readonly string[],
  at: number,
  change: (value: unknown) => unknown,
  options: WayOptions,
): unknown {
  if (at === parts.length) return change(value);
  if (Array.isArray(value)) {
    options.onList?.();
    const list = value.map((element) => mapped(element, parts, at, change, options));
    return list.every((element, index) => element === value[index]) ? value : list;
  }
  const name = parts[at];
  if (!isPlain(value) || !Object.hasOwn(value, name) || value[name] === undefined) return value;
  const after = mapped(value[name], parts, at + 1, change, options);
  return after === value[name] ? value : { ...value, [name]: after };
}

/** A value that no list stands above. */
export function valueAt(root: unknown, parts: readonly string[]): unknown {
  let value = root;
  for (const part of parts) {
    if (!isPlain(value) || !Object.hasOwn(value, part)) return undefined;
    value = value[part];
  }
  return value;
}
