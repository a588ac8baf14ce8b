import { Binary } from 'bson';
import { isNumeric, toExactLong } from '../bson/numbers.js';
import { CommandError } from '../errors.js';
import type { ValueTest } from './field-test.js';

/** How each operator judges the bits of its mask. */
const MODES = {
  $bitsAllSet: { wanted: true, all: true },
  $bitsAllClear: { wanted: false, all: true },
  $bitsAnySet: { wanted: true, all: false },
  $bitsAnyClear: { wanted: false, all: false },
} as const;

export type BitsOperator = keyof typeof MODES;

export const BITS_OPERATORS = Object.keys(MODES) as BitsOperator[];

/** Tests bits of integers and binary data; beyond its length a number repeats its sign, binary data is zero. */
export function testBits(name: BitsOperator, operand: unknown): ValueTest {
  const positions = maskPositions(name, operand);
  const { wanted, all } = MODES[name];
  return (value) => {
    const isSet = bitReader(value);
    if (isSet === undefined) return false;
    const accepts = (position: number): boolean => isSet(position) === wanted;
    return all ? positions.every(accepts) : positions.some(accepts);
  };
}

function bitReader(value: unknown): ((position: number) => boolean) | undefined {
  if (value instanceof Binary) {
    const bytes = value.value();
    return (position) => isByteBitSet(bytes, position);
  }
  const integer = toExactLong(value);
  if (integer === undefined) return undefined;
  return (position) => ((integer >> BigInt(Math.min(position, 63))) & 1n) === 1n;
}

function isByteBitSet(bytes: Uint8Array, position: number): boolean {
  return (((bytes[position >> 3] ?? 0) >> (position & 7)) & 1) === 1;
}

function maskPositions(name: BitsOperator, operand: unknown): number[] {
  if (Array.isArray(operand)) return operand.map((position) => requirePosition(name, position));
  if (operand instanceof Binary) {
    const bytes = operand.value();
    return range(bytes.length * 8).filter((position) => isByteBitSet(bytes, position));
  }
  if (!isNumeric(operand)) {
    throw new CommandError('BadValue', `${name} takes an Array, a number, or a BinData`);
  }
  const mask = toExactLong(operand);
  if (mask === undefined) throw new CommandError('FailedToParse', `Expected an integer in: ${name}`);
  if (mask < 0n)
    throw new CommandError('FailedToParse', `Expected a non-negative number in: ${name}: ${mask}`);
  return range(63).filter((position) => ((mask >> BigInt(position)) & 1n) === 1n);
}

function requirePosition(name: BitsOperator, operand: unknown): number {
  const position = toExactLong(operand);
  if (position === undefined) {
    throw new CommandError('BadValue', `bit positions of ${name} must be an integer`);
  }
  if (position < 0n || position > 0x7fffffffn) {
    throw new CommandError('BadValue', `bit positions of ${name} must be >= 0 and fit into 32 bits`);
  }
  return Number(position);
}

function range(length: number): number[] {
  return Array.from({ length }, (_, index) => index);
}
