const JOINS: Record<string, 'from' | 'coll'> = { $lookup: 'from', $graphLookup: 'from', $unionWith: 'coll' };

/** Collections that a pipeline looks into beside its own, wherever in it. */
export function joinedCollections(pipeline: unknown): string[] {
  if (typeof pipeline !== 'object' || pipeline === null) return [];
  return Object.entries(pipeline).flatMap(([name, value]) => {
    const inner = joinedCollections(value);
    if (!Object.hasOwn(JOINS, name)) return inner;
    const target: unknown =
      typeof value === 'string' ? value : (value as Record<string, unknown> | null)?.[JOINS[name]];
    return typeof target === 'string' ? [target, ...inner] : inner;
  });
}
