import { mongo } from 'mongoose';

/** Roots of the fields that rules may read of the user, and the one list of everything else that they may read. */
const FIXED: ReadonlySet<string> = new Set(['$user._id', '$user._key', '$now', '$request.ip']);

/** A field of the application's in the user's document, such as `$user.role` or `$user.team.id`. */
const USER_FIELD = /^\$user\.([A-Za-z][\w-]{0,99}(?:\.[A-Za-z0-9][\w-]{0,99}){0,9})$/;

const FORBIDDEN_NAMES: ReadonlySet<string> = new Set(['constructor', 'prototype']);

/** Most members of a list that stands for a placeholder. */
const MAX_LIST = 1000;

/** Types of BSON that one value can have. A regular expression is none: it would be matched, not compared. */
const SCALAR_TYPES: ReadonlySet<string> = new Set([
  'ObjectId',
  'Decimal128',
  'Double',
  'Long',
  'Int32',
  'Binary',
]);

/** Gives the value of a placeholder, or `undefined` when it has none. */
export type PlaceholderValues = (name: string) => unknown;

/** Stands in a rule for a value that is known only when somebody calls: who it is, from where, and when. */
export class Placeholder {
  /** Path in the user's document, when that has to be read. */
  readonly userField?: string;

  private constructor(
    readonly name: string,
    /** Whether the value is a list, for `$in` and `$nin`. */
    private readonly isList = false,
  ) {
    this.userField = FIXED.has(name) ? undefined : USER_FIELD.exec(name)?.[1];
  }

  /** @returns `undefined` for a name that is not on the list */
  static parse(name: string): Placeholder | undefined {
    if (FIXED.has(name)) return new Placeholder(name);
    const path = USER_FIELD.exec(name)?.[1];
    const isKnown = path !== undefined && !path.split('.').some((part) => FORBIDDEN_NAMES.has(part));
    return isKnown ? new Placeholder(name) : undefined;
  }

  /** The same, for a list of values. */
  asList(): Placeholder {
    return new Placeholder(this.name, true);
  }

  /** Some value of the kind that it may have. */
  sample(): unknown {
    return this.isList ? ['x'] : 'x';
  }

  /** One value, or with {@link asList} a list of such; everything else, `null` too, counts as none. */
  valueIn(values: PlaceholderValues): unknown {
    const value = values(this.name);
    if (!this.isList) return isScalar(value) ? value : undefined;
    const fits = Array.isArray(value) && value.length <= MAX_LIST && value.every(isScalar);
    return fits ? value : undefined;
  }
}

function isScalar(value: unknown): boolean {
  if (typeof value === 'object' && value !== null)
    return (
      value instanceof Date || (value instanceof mongo.BSON.BSONValue && SCALAR_TYPES.has(value._bsontype))
    );
  return ['string', 'number', 'bigint', 'boolean'].includes(typeof value);
}
