import { Decimal128 } from 'bson';
import {
  addDecimals,
  divideDecimals,
  multiplyDecimals,
  remainderDecimals,
  squareRootDecimal,
  subtractDecimals,
} from './decimal-arithmetic.js';
import type { Decimal } from './decimal.js';
import { compareDecimalToDouble, exactFromDouble, fromDouble, pack, toNumber, unpack } from './decimal.js';

const parse = (text: string): Decimal => unpack(Decimal128.fromString(text));
const show = (value: Decimal): string => pack(value).toString();

const NINES = '9'.repeat(34);

// Results agree with the General Decimal Arithmetic specification, as Python's decimal module implements it.
describe('decimal arithmetic', () => {
  it.each<[(left: Decimal, right: Decimal) => Decimal, string, string, string]>([
    [addDecimals, '1', '2.50', '3.50'],
    [addDecimals, '1E+100', '1', '1.000000000000000000000000000000000E+100'],
    [addDecimals, NINES, '1', '1.000000000000000000000000000000000E+34'],
    [addDecimals, NINES, '0.5', '1.000000000000000000000000000000000E+34'],
    [addDecimals, '1234567890123456789012345678901234', '0.5', '1234567890123456789012345678901234'],
    [addDecimals, '1234567890123456789012345678901235', '0.5', '1234567890123456789012345678901236'],
    [addDecimals, '0E+5', '1.5', '1.5'],
    [addDecimals, 'Infinity', '-Infinity', 'NaN'],
    [addDecimals, `${NINES}E+6111`, `${NINES}E+6111`, 'Infinity'],
    [subtractDecimals, '1.0', '1.00', '0.00'],
    [subtractDecimals, '1E+40', '1E-40', '1.000000000000000000000000000000000E+40'],
    [multiplyDecimals, '1.20', '3', '3.60'],
    [multiplyDecimals, '1E-6176', '0.1', '0E-6176'],
    [multiplyDecimals, '1E-6176', '0.5', '0E-6176'],
    [multiplyDecimals, '3E-6176', '0.5', '2E-6176'],
    [multiplyDecimals, '1E+6144', '10', 'Infinity'],
    [multiplyDecimals, 'Infinity', '0', 'NaN'],
    [multiplyDecimals, '-2', '0', '-0'],
    [divideDecimals, '1', '3', '0.3333333333333333333333333333333333'],
    [divideDecimals, '2', '3', '0.6666666666666666666666666666666667'],
    [divideDecimals, '10', '4', '2.5'],
    [divideDecimals, '2.40', '2', '1.20'],
    [divideDecimals, '600', '3', '200'],
    [divideDecimals, '1', 'Infinity', '0E-6176'],
    [divideDecimals, '1', '0', 'Infinity'],
    [divideDecimals, '0', '0', 'NaN'],
    [remainderDecimals, '10.5', '3', '1.5'],
    [remainderDecimals, '-10', '3', '-1'],
    [remainderDecimals, '1E+6144', '7', '1'],
    [remainderDecimals, '5', 'Infinity', '5'],
    [remainderDecimals, 'Infinity', '5', 'NaN'],
  ])('%p of %s and %s', (operation, left, right, expected) => {
    expect(show(operation(parse(left), parse(right)))).toBe(expected);
  });

  it.each([
    ['2', '1.414213562373095048801688724209698'],
    ['100', '10'],
    ['0.25', '0.5'],
    ['1E-6176', '1E-3088'],
    ['-1', 'NaN'],
    ['-0', '-0'],
    ['Infinity', 'Infinity'],
  ])('square root of %s', (value, expected) => {
    expect(show(squareRootDecimal(parse(value)))).toBe(expected);
  });
});

describe('decimal conversion', () => {
  it('takes doubles with 15 digits for arithmetic and with all for comparison', () => {
    expect(show(fromDouble(0.1))).toBe('0.100000000000000');
    expect(show(fromDouble(-5.5))).toBe('-5.50000000000000');
    expect(show(fromDouble(0))).toBe('0');
    expect(exactFromDouble(0.1).coefficient).toBe(1000000000000000055511151231257827021181583404541015625n);
  });

  it('compares with doubles by every digit', () => {
    expect(compareDecimalToDouble(parse('0.1'), 0.1)).toBeLessThan(0);
    expect(compareDecimalToDouble(parse('0.5'), 0.5)).toBe(0);
    expect(compareDecimalToDouble(parse('1E-6176'), 0)).toBeGreaterThan(0);
    expect(compareDecimalToDouble(parse('1E+400'), Infinity)).toBeLessThan(0);
    expect(compareDecimalToDouble(parse('9007199254740993'), 2 ** 53)).toBeGreaterThan(0);
  });

  it('reads numbers that are not canonical as zero', () => {
    const bytes = new Uint8Array(16).fill(255);
    bytes[15] = 0x6f;
    expect(toNumber(unpack(new Decimal128(bytes)))).toBe(0);
    bytes[15] = 0x31;
    expect(toNumber(unpack(new Decimal128(bytes)))).toBe(0);
  });
});
