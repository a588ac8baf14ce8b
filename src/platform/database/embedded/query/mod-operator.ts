import { Decimal128 } from 'bson';
import { unpack } from '../bson/decimal.js';
import type { BsonNumber } from '../bson/numbers.js';
import { fitsInt64, isNumeric, toDouble } from '../bson/numbers.js';
import { isInt32 } from '../bson/types.js';
import { CommandError } from '../errors.js';
import type { ValueTest } from './field-test.js';

/** The test of `$mod: [divisor, remainder]`, in whole numbers: fractions are cut off on both sides. */
export function hasRemainder(operand: unknown): ValueTest {
  if (!Array.isArray(operand)) throw malformed('needs to be an array');
  if (operand.length < 2) throw malformed('not enough elements');
  if (operand.length > 2) throw malformed('too many elements');
  const divisor = requireInteger(operand[0], 'divisor');
  const remainder = requireInteger(operand[1], 'remainder');
  if (divisor === 0n) throw new CommandError('BadValue', 'divisor cannot be 0');
  const smallDivisor = Number(divisor);
  const smallRemainder = Number(remainder);
  const small = isInt32(smallDivisor) && isInt32(smallRemainder);
  return (value) => {
    if (small && typeof value === 'number' && isInt32(value)) return value % smallDivisor === smallRemainder;
    const integer = isNumeric(value) ? truncate(value) : undefined;
    return integer !== undefined && integer % divisor === remainder;
  };
}

function malformed(reason: string): CommandError {
  return new CommandError('BadValue', `malformed mod, ${reason}`);
}

function requireInteger(value: unknown, name: string): bigint {
  if (!isNumeric(value)) throw malformed(`${name} not a number`);
  const integer = truncate(value);
  if (integer === undefined) throw malformed(`${name} value is invalid`);
  return integer;
}

/** The number without its fraction, when it fits an int64. */
function truncate(value: BsonNumber): bigint | undefined {
  const integer = value instanceof Decimal128 ? truncateDecimal(value) : truncateDouble(value);
  return integer !== undefined && fitsInt64(integer) ? integer : undefined;
}

function truncateDouble(value: Exclude<BsonNumber, Decimal128>): bigint | undefined {
  if (typeof value === 'bigint') return value;
  const double = toDouble(value);
  return Number.isFinite(double) ? BigInt(Math.trunc(double)) : undefined;
}

function truncateDecimal(value: Decimal128): bigint | undefined {
  const { kind, negative, coefficient, exponent } = unpack(value);
  if (kind !== 'finite' || exponent > 19) return coefficient === 0n && kind === 'finite' ? 0n : undefined;
  const scale = 10n ** BigInt(Math.abs(exponent));
  const magnitude = exponent < 0 ? coefficient / scale : coefficient * scale;
  return negative ? -magnitude : magnitude;
}
