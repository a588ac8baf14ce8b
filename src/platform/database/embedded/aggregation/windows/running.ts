import { Decimal128 } from 'bson';
import { isNumeric, numericType, toDouble } from '../../bson/numbers.js';
import type { BsonNumber } from '../../bson/numbers.js';
import { Total } from '../accumulators/sum.js';

/** The state of a window that values enter at one end and leave at the other, in the same order. */
export interface Sliding {
  add(value: unknown): void;
  remove(value: unknown): void;
  result(): unknown;
}

/**
 * A sum of the numbers in a window. Integers and decimals are taken out exactly; doubles that are not finite are counted
 * apart, because nothing can be taken out of them.
 */
export class SlidingTotal implements Sliding {
  private readonly counts = { int: 0, long: 0, double: 0, decimal: 0 };
  private readonly special = { infinite: 0, negative: 0, nan: 0 };
  private total = new Total();

  constructor(private readonly mean: boolean) {}

  add(value: unknown): void {
    if (isNumeric(value)) this.change(value, 1);
  }

  remove(value: unknown): void {
    if (isNumeric(value)) this.change(value, -1);
  }

  private change(value: BsonNumber, by: 1 | -1): void {
    this.counts[numericType(value)] += by;
    const number = toDouble(value);
    if (Number.isNaN(number)) this.special.nan += by;
    else if (number === Infinity) this.special.infinite += by;
    else if (number === -Infinity) this.special.negative += by;
    else this.total.addSigned(value, by);
    if (this.size() === 0) this.total = new Total();
  }

  private size(): number {
    const { int, long, double, decimal } = this.counts;
    return int + long + double + decimal;
  }

  result(): unknown {
    if (this.mean && this.size() === 0) return null;
    const special = this.specialResult();
    if (special !== undefined)
      return this.counts.decimal > 0 ? Decimal128.fromString(String(special)) : special;
    return this.mean ? this.total.meanOf(this.size(), this.type()) : this.total.sumAs(this.type());
  }

  private specialResult(): number | undefined {
    const { infinite, negative, nan } = this.special;
    if (nan > 0 || (infinite > 0 && negative > 0)) return NaN;
    return infinite > 0 ? Infinity : negative > 0 ? -Infinity : undefined;
  }

  private type(): 'int' | 'long' | 'double' | 'decimal' {
    const { long, double, decimal } = this.counts;
    if (decimal > 0) return 'decimal';
    return double > 0 ? 'double' : long > 0 ? 'long' : 'int';
  }
}

/** How many documents are in the window. */
export class SlidingCount implements Sliding {
  private count = 0;

  add(): void {
    this.count++;
  }

  remove(): void {
    this.count--;
  }

  result(): unknown {
    return this.count;
  }
}

/** The least or greatest value of a window; holds only values that can still become it. */
export class SlidingExtreme implements Sliding {
  private readonly candidates: { value: unknown; entered: number }[] = [];
  private first = 0;
  private entered = 0;
  private left = 0;

  /** @param compare negative when its first argument is the better one */
  constructor(private readonly compare: (left: unknown, right: unknown) => number) {}

  add(value: unknown): void {
    const entered = this.entered++;
    if (value == null) return;
    while (this.candidates.length > this.first && this.compare(value, this.last()) < 0) this.candidates.pop();
    this.candidates.push({ value, entered });
  }

  private last(): unknown {
    return this.candidates[this.candidates.length - 1].value;
  }

  remove(): void {
    this.left++;
    while (this.first < this.candidates.length && this.candidates[this.first].entered < this.left)
      this.first++;
    if (this.first > 1024 && this.first * 2 > this.candidates.length) {
      this.candidates.splice(0, this.first);
      this.first = 0;
    }
  }

  result(): unknown {
    return this.candidates[this.first]?.value ?? null;
  }
}
