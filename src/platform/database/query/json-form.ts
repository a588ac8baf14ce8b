import { mongo } from 'mongoose';

const { BSONValue, EJSON } = mongo.BSON;

/**
 * Makes stored values fit for `JSON.stringify`. What JSON has, it has as itself; dates are ISO 8601 strings and
 * ObjectIds their 24 digits, by their own `toJSON`; all else is relaxed Extended JSON v2: `{"$numberDecimal": …}`,
 * `{"$numberLong": …}` beyond 2^53, `{"$numberDouble": "NaN"}`, `{"$binary": …}` and so on.
 *
 * Values are replaced in place, and nothing is copied: the documents come fresh from the driver.
 */
export function jsonForm(value: unknown): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value : { $numberDouble: String(value) };
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (value instanceof BSONValue || value instanceof RegExp) return extendedJson(value);
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) {
      const before: unknown = value[index];
      const after = jsonForm(before);
      if (after !== before) value[index] = after;
    }
    return value;
  }
  const object = value as Record<string, unknown>;
  for (const key in object) {
    const before = object[key];
    const after = jsonForm(before);
    if (after !== before) object[key] = after;
  }
  return object;
}

function extendedJson(value: mongo.BSON.BSONValue | RegExp): unknown {
  if (value instanceof BSONValue) {
    if (value._bsontype === 'ObjectId') return value;
    // The driver leaves an int64 as Long only where a number would not be exact.
    if (value._bsontype === 'Long') return EJSON.serialize({ value }, { relaxed: false }).value;
  }
  return EJSON.serialize({ value }, { relaxed: true }).value;
}
