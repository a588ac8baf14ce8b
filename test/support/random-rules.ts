import fc from 'fast-check';

/** What a document of the property test holds; `tag` names it and `secret` is hidden. */
export interface Tagged {
  _id: string;
  tag: string;
  secret: string;
  [field: string]: unknown;
}

/** Who asks, as a naive reader of rules sees it; a placeholder without a value is missing. */
export type Values = Record<string, unknown>;

type Filter = Record<string, unknown>;

export const FIELDS = ['a', 'b', 'owner'] as const;
const SCALARS = ['me', 'you', 1, 2, true, null] as const;
const PLACEHOLDERS = ['$user._id', '$user._key', '$user.team', '$user.nothing'] as const;

const field = fc.constantFrom(...FIELDS);
const scalar = fc.constantFrom(...SCALARS);
const placeholder = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...PLACEHOLDERS.slice(0, 3)) },
  { weight: 1, arbitrary: fc.constant(PLACEHOLDERS[3]) },
);

/** A stored value: one, or a list that holds it beside others. */
export const value: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: scalar },
  { weight: 1, arbitrary: fc.array(scalar, { maxLength: 3 }) },
  { weight: 1, arbitrary: fc.constant(undefined) },
);

const condition = (operand: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof(
    operand,
    fc.record({ $eq: operand }),
    fc.record({ $ne: operand }),
    fc.record({ $in: fc.array(operand, { minLength: 1, maxLength: 2 }) }),
    fc.record({ $nin: fc.array(operand, { minLength: 1, maxLength: 2 }) }),
    fc.record({ $exists: fc.boolean() }),
    fc.record({ $not: fc.record({ $eq: operand }) }),
  );

const filterOf = (operand: fc.Arbitrary<unknown>): fc.Arbitrary<Filter> =>
  fc.letrec<{ filter: Filter }>((tie) => ({
    filter: fc.oneof(
      { maxDepth: 2, depthSize: 'small' },
      fc.dictionary(field, condition(operand), { minKeys: 1, maxKeys: 2, noNullPrototype: true }),
      ...['$and', '$or', '$nor'].map((key) =>
        fc.array(tie('filter'), { minLength: 1, maxLength: 2 }).map((list): Filter => ({ [key]: list })),
      ),
    ),
  })).filter;

/** A rule of an application. */
export const rule = filterOf(fc.oneof(scalar, placeholder));

/** What a caller asks for, who also tries the hidden field. */
export const query = fc.oneof(
  filterOf(scalar),
  fc.constant({}),
  fc.record({ secret: fc.constantFrom({ $exists: true }, { $gt: '' }, { $regex: 'secret' }) }),
);

const path = fc.constantFrom('$a', '$owner', '$tag', '$secret', '$$ROOT', '$$CURRENT');

const simpleStage: fc.Arbitrary<Filter> = fc.oneof(
  query.map(($match) => ({ $match })),
  path.map((shown) => ({ $group: { _id: shown, all: { $push: '$$ROOT' }, tags: { $addToSet: '$tag' } } })),
  path.map((shown) => ({ $addFields: { shown } })),
  path.map((shown) => ({ $project: { tag: 1, shown } })),
  path.map((shown) => ({ $sortByCount: shown })),
  fc.constant({ $replaceWith: { pairs: { $objectToArray: '$$ROOT' } } }),
  fc.constantFrom({ $sort: { secret: 1 } }, { $skip: 1 }, { $limit: 3 }, { $unwind: '$a' }),
);

/** A pipeline that looks around in every way that there is. */
export const pipeline = fc.letrec<{ stages: Filter[] }>((tie) => ({
  stages: fc.array(
    fc.oneof(
      { maxDepth: 2, depthSize: 'small' },
      simpleStage,
      fc
        .record({ from: fc.constant('tagged'), as: fc.constant('j'), pipeline: tie('stages') })
        .map(($lookup) => ({ $lookup })),
      fc.constantFrom('owner', 'a', 'secret', 'tag').map((foreignField) => ({
        $lookup: { from: 'tagged', as: 'j', localField: 'owner', foreignField },
      })),
      fc
        .record({ coll: fc.constant('tagged'), pipeline: tie('stages') })
        .map(($unionWith) => ({ $unionWith })),
      fc.constantFrom('owner', 'a', 'secret').map((connectToField) => ({
        $graphLookup: { from: 'tagged', startWith: '$owner', connectFromField: 'a', connectToField, as: 'g' },
      })),
      tie('stages').map((stages) => ({ $facet: { f: stages.filter((stage) => !('$facet' in stage)) } })),
    ),
    { maxLength: 3 },
  ),
})).stages;

/** Whether a naive reader lets somebody see a document. Written for clearness, and apart from what it checks. */
export function mayRead(source: Filter, document: Filter, values: Values): boolean {
  const names = JSON.stringify(source).match(/\$user\.\w+/g) ?? [];
  return names.every((name) => values[name] !== undefined) && matches(source, document, values);
}

function matches(filter: Filter, document: Filter, values: Values): boolean {
  return Object.entries(filter).every(([key, part]) => {
    const all = () => (part as Filter[]).map((member) => matches(member, document, values));
    if (key === '$and') return all().every(Boolean);
    if (key === '$or') return all().some(Boolean);
    // A comparison with the caller that excludes must exclude lists that hold the caller as well.
    if (key === '$nor') return !(part as Filter[]).some((member) => widely(member, document, values));
    return fits(part, document[key], values, true);
  });
}

/** The same below a negation, where lists count. */
function widely(filter: Filter, document: Filter, values: Values): boolean {
  return Object.entries(filter).every(([key, part]) => {
    const all = () => (part as Filter[]).map((member) => widely(member, document, values));
    if (key === '$and') return all().every(Boolean);
    if (key === '$or') return all().some(Boolean);
    if (key === '$nor') return !(part as Filter[]).some((member) => matches(member, document, values));
    return fits(part, document[key], values, false);
  });
}

/** @param narrow whether a list that holds the caller is another thing than the caller */
function fits(condition: unknown, stored: unknown, values: Values, narrow: boolean): boolean {
  if (typeof condition !== 'object' || condition === null) return equal(condition, stored, values, narrow);
  return Object.entries(condition as Filter).every(([operator, operand]) => {
    const any = (isNarrow: boolean) => {
      const list = operand as unknown[];
      // One placeholder in a list makes the whole of it narrow.
      const hasPlaceholder = list.some((member) => isPlaceholder(member));
      return (
        !(isNarrow && hasPlaceholder && Array.isArray(stored)) &&
        list.some((member) => equal(member, stored, values, isNarrow))
      );
    };
    switch (operator) {
      case '$eq':
        return equal(operand, stored, values, narrow);
      case '$ne':
        return !equal(operand, stored, values, !narrow);
      case '$in':
        return any(narrow);
      case '$nin':
        return !any(!narrow);
      case '$exists':
        return (stored !== undefined) === operand;
      default:
        return !fits(operand, stored, values, !narrow);
    }
  });
}

const isPlaceholder = (operand: unknown): operand is string =>
  typeof operand === 'string' && operand.startsWith('$');

function equal(operand: unknown, stored: unknown, values: Values, narrow: boolean): boolean {
  const wanted = isPlaceholder(operand) ? values[operand] : operand;
  if (Array.isArray(stored)) return !(narrow && isPlaceholder(operand)) && stored.includes(wanted);
  return wanted === null ? stored === null || stored === undefined : stored === wanted;
}
