import { Decimal128 } from 'bson';
import { addDecimals, divideDecimals, negateDecimal } from '../../bson/decimal-arithmetic.js';
import { fromBigInt, fromDouble, pack, unpack } from '../../bson/decimal.js';
import type { Decimal } from '../../bson/decimal.js';
import { fitsInt64, isNumeric, makeDouble, makeInteger } from '../../bson/numbers.js';
import type { BsonNumber, NumericType } from '../../bson/numbers.js';
import { isInt32 } from '../../bson/types.js';
import type { Accumulator } from './accumulator.js';

/** A sum of doubles that carries its rounding error along (Neumaier's method). */
class CompensatedSum {
  private sum = 0;
  private error = 0;

  add(value: number): void {
    const total = this.sum + value;
    this.error += Math.abs(this.sum) >= Math.abs(value) ? this.sum - total + value : value - total + this.sum;
    this.sum = total;
  }

  value(): number {
    return Number.isFinite(this.sum) ? this.sum + this.error : this.sum;
  }
}

/**
 * Adds numbers of all types: integers exactly, doubles with compensation, decimals as decimals. The type of the total is
 * the widest that was added.
 */
export class Total {
  /** How many numbers were added. */
  count = 0;
  private ints = 0;
  private longs = 0n;
  private hasLong = false;
  private doubles: CompensatedSum | undefined;
  private decimals: Decimal | undefined;

  add(value: BsonNumber): void {
    this.count++;
    if (typeof value === 'number' && isInt32(value)) this.addInt(value);
    else this.addSigned(value, 1);
  }

  /** Adds a number, or takes one out that was added before. */
  addSigned(value: BsonNumber, sign: 1 | -1): void {
    if (typeof value === 'number') {
      if (isInt32(value)) this.addInt(sign * value);
      else (this.doubles ??= new CompensatedSum()).add(sign * value);
    } else if (typeof value === 'bigint') {
      this.hasLong = true;
      this.longs += sign === 1 ? value : -value;
    } else if (value instanceof Decimal128) {
      const decimal = unpack(value);
      this.decimals = addDecimals(this.decimals ?? ZERO, sign === 1 ? decimal : negateDecimal(decimal));
    } else {
      (this.doubles ??= new CompensatedSum()).add(sign * value.value);
    }
  }

  private addInt(value: number): void {
    const sum = this.ints + value;
    if (Number.isSafeInteger(sum)) {
      this.ints = sum;
      return;
    }
    this.longs += BigInt(this.ints) + BigInt(value);
    this.ints = 0;
  }

  /** The total in the widest type that was added. */
  sum(): BsonNumber {
    return this.sumAs(this.type());
  }

  /** The mean, a decimal when a decimal was added and else a double; `null` without numbers. */
  mean(): BsonNumber | null {
    return this.count === 0 ? null : this.meanOf(this.count, this.type());
  }

  sumAs(type: NumericType): BsonNumber {
    const integers = this.integers();
    switch (type) {
      case 'decimal':
        return pack(this.inDecimal(integers));
      case 'double':
        return makeDouble(this.inDouble(integers));
      case 'long':
        return fitsInt64(integers) ? integers : makeInteger(integers);
      case 'int':
        return makeInteger(integers);
    }
  }

  meanOf(count: number, type: NumericType): BsonNumber {
    const integers = this.integers();
    if (type !== 'decimal') return makeDouble(this.inDouble(integers) / count);
    return pack(divideDecimals(this.inDecimal(integers), fromBigInt(BigInt(count))));
  }

  private type(): NumericType {
    if (this.decimals !== undefined) return 'decimal';
    if (this.doubles !== undefined) return 'double';
    return this.hasLong ? 'long' : 'int';
  }

  private integers(): bigint {
    return this.longs + BigInt(this.ints);
  }

  private inDouble(integers: bigint): number {
    const whole = Number(integers);
    return this.doubles === undefined ? whole : whole + this.doubles.value();
  }

  private inDecimal(integers: bigint): Decimal {
    const whole = addDecimals(this.decimals ?? ZERO, fromBigInt(integers));
    return this.doubles === undefined ? whole : addDecimals(whole, fromDouble(this.doubles.value()));
  }
}

const ZERO = fromBigInt(0n);

/** `$sum`: what is no number does not count. */
export class Sum implements Accumulator {
  private readonly total = new Total();

  add(value: unknown): number {
    if (isNumeric(value)) this.total.add(value);
    return 0;
  }

  result(): unknown {
    return this.total.sum();
  }
}

/** `$avg`: what is no number does not count. */
export class Average implements Accumulator {
  private readonly total = new Total();

  add(value: unknown): number {
    if (isNumeric(value)) this.total.add(value);
    return 0;
  }

  result(): unknown {
    return this.total.mean();
  }
}

/** `$count`: how many documents, as an int or, beyond its range, a long. */
export class Count implements Accumulator {
  private count = 0;

  add(): number {
    this.count++;
    return 0;
  }

  result(): unknown {
    return makeInteger(BigInt(this.count));
  }
}
