import { Decimal128, Double } from 'bson';
import { CommandError } from '../errors.js';
import type { BsonNumber } from './numbers.js';
import {
  add,
  addExact,
  divide,
  isNaNValue,
  isNumeric,
  isZero,
  makeDouble,
  makeInteger,
  mod,
  multiply,
  multiplyExact,
  numericType,
  subtract,
  toDouble,
  toExactLong,
} from './numbers.js';

const decimal = (text: string): Decimal128 => Decimal128.fromString(text);

/** A number with its type, so that 5 and 5.0 are told apart. */
function show(value: BsonNumber | undefined): string {
  return value === undefined
    ? 'none'
    : `${numericType(value)} ${Object.is(value, -0) ? '-0' : String(value)}`;
}

describe('arithmetic', () => {
  it.each<[BsonNumber, BsonNumber, string, string, string]>([
    [1, 2, 'int 3', 'int -1', 'int 2'],
    [2147483647, 1, 'long 2147483648', 'int 2147483646', 'int 2147483647'],
    [-2147483648, 1, 'int -2147483647', 'long -2147483649', 'int -2147483648'],
    [65536, 65536, 'int 131072', 'int 0', 'long 4294967296'],
    [1, 2n, 'long 3', 'long -1', 'long 2'],
    [2n ** 63n - 1n, 1, 'double 9223372036854776000', 'long 9223372036854775806', 'long 9223372036854775807'],
    [2n ** 62n, 4, 'long 4611686018427387908', 'long 4611686018427387900', 'double 18446744073709552000'],
    [1, new Double(2), 'double 3', 'double -1', 'double 2'],
    [0.5, 0.5, 'double 1', 'double 0', 'double 0.25'],
    [1n, 0.5, 'double 1.5', 'double 0.5', 'double 0.5'],
    [1, decimal('0.1'), 'decimal 1.1', 'decimal 0.9', 'decimal 0.1'],
    [new Double(1), decimal('1'), 'decimal 2.00000000000000', 'decimal 0E-14', 'decimal 1.00000000000000'],
    [
      0.1,
      decimal('1'),
      'decimal 1.100000000000000',
      'decimal -0.900000000000000',
      'decimal 0.100000000000000',
    ],
    [NaN, 1, 'double NaN', 'double NaN', 'double NaN'],
    [Infinity, 1, 'double Infinity', 'double Infinity', 'double Infinity'],
    [decimal('Infinity'), 1, 'decimal Infinity', 'decimal Infinity', 'decimal Infinity'],
  ])('of %s and %s', (left, right, sum, difference, product) => {
    expect([show(add(left, right)), show(subtract(left, right)), show(multiply(left, right))]).toEqual([
      sum,
      difference,
      product,
    ]);
  });

  it('has no exact result beyond int64', () => {
    expect(show(addExact(2n ** 63n - 1n, 1))).toBe('none');
    expect(show(multiplyExact(2n ** 62n, 2))).toBe('none');
    expect(show(addExact(2147483647, 1))).toBe('long 2147483648');
    expect(show(multiplyExact(2n ** 62n, 0.5))).toBe('double 2305843009213694000');
  });

  it('divides into doubles and decimals', () => {
    expect(show(divide(6, 3))).toBe('double 2');
    expect(show(divide(1n, 4))).toBe('double 0.25');
    expect(show(divide(decimal('1'), 3))).toBe('decimal 0.3333333333333333333333333333333333');
    for (const zero of [0, -0, 0n, new Double(0), decimal('0.00')]) {
      expect(() => divide(1, zero)).toThrow(CommandError);
      expect(() => mod(1, zero)).toThrow(CommandError);
    }
  });

  it('leaves remainders with the sign of the dividend', () => {
    expect(show(mod(7, 3))).toBe('int 1');
    expect(show(mod(-7, 3))).toBe('int -1');
    expect(show(mod(7, -3n))).toBe('long 1');
    expect(show(mod(7.5, 2))).toBe('double 1.5');
    expect(show(mod(decimal('7.5'), 2))).toBe('decimal 1.5');
    expect(show(mod(-6, 3))).toBe('int 0');
  });
});

describe('conversions', () => {
  it('tells numeric types apart', () => {
    expect([1, -0, 1.5, 2 ** 31, 1n, new Double(1), decimal('1')].map(numericType)).toEqual([
      'int',
      'double',
      'double',
      'double',
      'long',
      'double',
      'decimal',
    ]);
    expect(isNumeric('1')).toBe(false);
    expect(isNumeric(null)).toBe(false);
  });

  it('makes doubles and integers that keep their type', () => {
    expect(show(makeDouble(5))).toBe('double 5');
    expect(show(makeDouble(-0))).toBe('double -0');
    expect(show(makeInteger(5n))).toBe('int 5');
    expect(show(makeInteger(2n ** 31n))).toBe('long 2147483648');
    expect(show(makeInteger(2n ** 63n))).toBe('double 9223372036854776000');
  });

  it('finds the int64 that a number stands for', () => {
    expect(
      [5, 5n, new Double(5), 2 ** 53, decimal('50E-1'), decimal('5E+2'), decimal('-0')].map(toExactLong),
    ).toEqual([5n, 5n, 5n, 2n ** 53n, 5n, 500n, 0n]);
    expect(
      [5.5, NaN, 2 ** 63, decimal('5.5'), decimal('1E+19'), decimal('NaN'), '5', null].map(toExactLong),
    ).toEqual(Array(8).fill(undefined));
  });

  it('converts to the nearest double', () => {
    expect([1n, decimal('0.1'), decimal('1E+400'), decimal('-1E-400')].map(toDouble)).toEqual([
      1,
      0.1,
      Infinity,
      -0,
    ]);
  });

  it('recognises NaN and zero', () => {
    expect([NaN, decimal('NaN'), 1, 'x'].map(isNaNValue)).toEqual([true, true, false, false]);
    expect([0, -0, 0n, new Double(0), decimal('0E+5'), 1, NaN].map(isZero)).toEqual([
      true,
      true,
      true,
      true,
      true,
      false,
      false,
    ]);
  });
});
