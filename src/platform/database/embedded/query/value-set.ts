import { Double } from 'bson';
import { compareWith, hashValue } from '../bson/compare.js';
import type { Collator } from '../collation/collator.js';

/** The values of a `$in` list: membership costs the same for three values as for ten thousand. */
export class ValueSet {
  private readonly strings = new Set<unknown>();
  private readonly numbers = new Set<unknown>();
  private readonly hashes = new Set<string>();
  private hasNull = false;

  constructor(values: readonly unknown[]) {
    for (const value of values) {
      if (value == null) this.hasNull = true;
      else if (typeof value === 'string') this.strings.add(value);
      else if (typeof value === 'number') this.numbers.add(value);
      else if (value instanceof Double) this.numbers.add(value.value);
      this.hashes.add(hashValue(value));
    }
  }

  has(value: unknown): boolean {
    if (value == null) return this.hasNull;
    if (typeof value === 'string' && this.strings.has(value)) return true;
    if (typeof value === 'number' && this.numbers.has(value)) return true;
    // Another type may hold an equal value: 5 and NumberLong(5), a string and a symbol.
    return this.isMixed(value) && this.hashes.has(hashValue(value));
  }

  private isMixed(value: unknown): boolean {
    if (typeof value === 'string') return this.hashes.size > this.strings.size;
    if (typeof value === 'number') return this.hashes.size > this.numbers.size;
    return this.hashes.size > 0;
  }
}

/** The same under a collation, whose equality has no hash: a sorted list. */
export class CollatedValueSet {
  private readonly sorted: unknown[];

  constructor(
    values: readonly unknown[],
    private readonly strings: Collator,
  ) {
    this.sorted = [...values].sort((left, right) => compareWith(left, right, strings));
  }

  has(value: unknown): boolean {
    let low = 0;
    let high = this.sorted.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const order = compareWith(this.sorted[middle], value, this.strings);
      if (order === 0) return true;
      if (order < 0) low = middle + 1;
      else high = middle - 1;
    }
    return false;
  }
}
