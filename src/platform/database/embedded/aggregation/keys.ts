import { BSONSymbol, Decimal128, Double } from 'bson';
import { compareValues, hashValue } from '../bson/compare.js';
import { isDocument } from '../bson/types.js';
import type { Collation } from '../types.js';
import { DocumentBuilder, entriesOf } from './documents.js';

/** A key for a `Map` or `Set`: equal values have the same key. */
export type ValueKey = string | number | boolean | null | undefined;

/** No string in BSON holds a lone surrogate, so that keys of other types cannot meet those of strings. */
const MARK = '\uD800';

/** The key of a value compared without a collation; numbers of all types agree. */
export function valueKey(value: unknown): ValueKey {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
    case 'undefined':
      return value;
    case 'bigint': {
      const double = Number(value);
      return BigInt(double) === value ? double : MARK + hashValue(value);
    }
    case 'object':
      if (value === null) return null;
      if (value instanceof Double) return value.value;
      if (value instanceof BSONSymbol) return value.value;
      if (value instanceof Decimal128) {
        const double = Number(value.toString());
        return compareValues(double, value) === 0 ? double : MARK + hashValue(value);
      }
  }
  return MARK + hashValue(value);
}

/** Makes keys for one operation; under a collation, strings that it considers equal share a key. */
export function valueKeys(collation: Collation | undefined): (value: unknown) => ValueKey {
  if (collation === undefined || collation.locale === 'simple') return valueKey;
  const representatives = new Representatives(collation);
  return (value) => valueKey(representatives.replaceStrings(value));
}

/** Chooses for each string the first seen one that a collation considers equal. */
class Representatives {
  private readonly known = new Map<string, string>();
  private readonly sorted: string[] = [];

  constructor(private readonly collation: Collation) {}

  replaceStrings(value: unknown): unknown {
    if (typeof value === 'string') return this.of(value);
    if (Array.isArray(value)) return value.map((element) => this.replaceStrings(element));
    if (!isDocument(value)) return value;
    const result = new DocumentBuilder();
    for (const [key, field] of entriesOf(value)) result.set(key, this.replaceStrings(field));
    return result.finish();
  }

  private of(text: string): string {
    const known = this.known.get(text);
    if (known !== undefined) return known;
    let low = 0;
    let high = this.sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareValues(this.sorted[middle], text, this.collation) < 0) low = middle + 1;
      else high = middle;
    }
    const found = this.sorted[low];
    const representative =
      found !== undefined && compareValues(found, text, this.collation) === 0 ? found : text;
    if (representative === text) this.sorted.splice(low, 0, text);
    this.known.set(text, representative);
    return representative;
  }
}
