import { isNumeric, toDouble } from '../../bson/numbers.js';
import { CommandError } from '../../errors.js';
import { asInt32, coerceToString, show, typeName } from '../values.js';
import { named, ranged } from './arguments.js';
import type { NamedShape, Operator, OperatorFamily } from './arguments.js';

/** Whether a byte continues a UTF-8 sequence. */
function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}

const substringOfBytes = ranged(3, 3, ([value, from, count]) => {
  const text = Buffer.from(coerceToString(value));
  if (!isNumeric(from)) {
    throw new CommandError(
      16034,
      `$substrBytes:  starting index must be a numeric type (is BSON type ${typeName(from)})`,
    );
  }
  if (!isNumeric(count)) {
    throw new CommandError(
      16035,
      `$substrBytes:  length must be a numeric type (is BSON type ${typeName(count)})`,
    );
  }
  const start = Math.trunc(toDouble(from)) || 0;
  if (start < 0) {
    throw new CommandError(50752, `$substrBytes:  starting index must be non-negative (got: ${start})`);
  }
  const length = Math.trunc(toDouble(count)) || 0;
  const end = length < 0 ? text.length : Math.min(text.length, start + length);
  if (isContinuation(text[start])) {
    throw new CommandError(
      28656,
      '$substrBytes:  Invalid range, starting index is a UTF-8 continuation byte.',
    );
  }
  if (start < text.length && isContinuation(text[end])) {
    throw new CommandError(
      28657,
      '$substrBytes:  Invalid range, ending index is in the middle of a UTF-8 character.',
    );
  }
  return text.toString('utf8', start, end);
});

const substringOfCodePoints = ranged(3, 3, ([value, from, count]) => {
  const text = coerceToString(value);
  const start = codePointArgument(from, [34450, 34451], 'starting index');
  const length = codePointArgument(count, [34452, 34453], 'length');
  if (length < 0) throw new CommandError(34454, '$substrCP: length must be a nonnegative integer.');
  if (start < 0) throw new CommandError(34455, '$substrCP: the starting index must be nonnegative integer.');
  const begin = offsetAfter(text, 0, start);
  return text.slice(begin, offsetAfter(text, begin, length));
});

function codePointArgument(value: unknown, codes: readonly [number, number], what: string): number {
  if (!isNumeric(value)) {
    throw new CommandError(
      codes[0],
      `$substrCP: ${what} must be a numeric type (is BSON type ${typeName(value)})`,
    );
  }
  const number = asInt32(value);
  if (number === undefined) {
    throw new CommandError(
      codes[1],
      `$substrCP: ${what} cannot be represented as a 32-bit integral value: ${show(value)}`,
    );
  }
  return number;
}

/** The UTF-16 offset `count` code points after `offset`, at most the end. */
function offsetAfter(text: string, offset: number, count: number): number {
  let position = offset;
  for (let step = 0; step < count && position < text.length; step++) {
    position += (text.codePointAt(position) ?? 0) > 0xffff ? 2 : 1;
  }
  return position;
}

const TRIM: NamedShape = {
  notObject: 50696,
  unknown: 50694,
  required: { input: 50695 },
  optional: ['chars'],
};

const WHITESPACE = [
  ...'\0 \t\n\v\f\r\u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200A',
];

function trimmer(left: boolean, right: boolean): Operator {
  return named(TRIM, ({ input, chars }, given, _scope, name) => {
    if (input == null) return null;
    if (typeof input !== 'string') {
      throw new CommandError(
        50699,
        `${name} requires its input to be a string, got ${typeName(input)} instead.`,
      );
    }
    if (!given.has('chars')) return trim(input, new Set(WHITESPACE), left, right);
    if (chars == null) return null;
    if (typeof chars !== 'string') {
      throw new CommandError(
        50700,
        `${name} requires 'chars' to be a string, got ${typeName(chars)} instead.`,
      );
    }
    return trim(input, new Set(chars), left, right);
  });
}

function trim(text: string, set: ReadonlySet<string>, left: boolean, right: boolean): string {
  const characters = [...text];
  let start = 0;
  let end = characters.length;
  while (left && start < end && set.has(characters[start] ?? '')) start++;
  while (right && end > start && set.has(characters[end - 1] ?? '')) end--;
  return characters.slice(start, end).join('');
}

export const substringOperators: OperatorFamily = [
  ['$substr', substringOfBytes],
  ['$substrBytes', substringOfBytes],
  ['$substrCP', substringOfCodePoints],
  ['$trim', trimmer(true, true)],
  ['$ltrim', trimmer(true, false)],
  ['$rtrim', trimmer(false, true)],
];
