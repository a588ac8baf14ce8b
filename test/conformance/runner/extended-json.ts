import { EJSON } from 'bson';
import { Double, Int32, Long } from 'mongodb';

const WRAPPERS = new Set([
  '$oid',
  '$numberInt',
  '$numberLong',
  '$numberDouble',
  '$numberDecimal',
  '$binary',
  '$uuid',
  '$date',
  '$timestamp',
  '$regularExpression',
  '$minKey',
  '$maxKey',
  '$symbol',
  '$code',
  '$code,$scope',
]);

/**
 * Reads Extended JSON v2 so that every value has one exact BSON type: a bare integer is an int32 or, beyond its
 * range, an int64; any other bare number is a double.
 *
 * `EJSON.parse` alone will not do: it also reads the query operator `$regex` as a regular expression value.
 */
export function parseExtendedJson(text: string): unknown {
  return revive(JSON.parse(text) as unknown);
}

function revive(value: unknown): unknown {
  if (typeof value === 'number') return reviveNumber(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(revive);
  const keys = Object.keys(value);
  if (keys.length <= 2 && WRAPPERS.has(keys.join()))
    return EJSON.parse(JSON.stringify(value), { relaxed: false });
  const document: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value))
    Object.defineProperty(document, key, {
      value: revive(member),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  return document;
}

function reviveNumber(value: number): Int32 | Long | Double {
  if (!Number.isInteger(value) || Object.is(value, -0)) return new Double(value);
  if (value === (value | 0)) return new Int32(value);
  if (!Number.isSafeInteger(value)) throw new Error(`Write ${value} as $numberLong or $numberDouble`);
  return Long.fromNumber(value);
}
