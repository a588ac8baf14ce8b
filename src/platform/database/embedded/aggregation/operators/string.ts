import { Binary } from 'bson';
import { CommandError } from '../../errors.js';
import { requireLength } from '../bounded.js';
import { compareValues } from '../../bson/compare.js';
import { coerceToString, show, typeName } from '../values.js';
import { binary, named, ranged, unary, variadic } from './arguments.js';
import type { NamedShape, Operator, OperatorFamily } from './arguments.js';
import { nonNegativeIndex } from './index-argument.js';

function requireString(value: unknown, code: number, message: string): string {
  if (typeof value !== 'string') throw new CommandError(code, `${message}, found: ${typeName(value)}`);
  return value;
}

const concat = variadic((list) => (root) => {
  let result = '';
  for (const operand of list) {
    const value = operand(root);
    if (value == null) return null;
    if (typeof value !== 'string') {
      throw new CommandError(16702, `$concat only supports strings, not ${typeName(value)}`);
    }
    requireLength(result.length + value.length);
    result += value;
  }
  return result;
});

const indexOfBytes = ranged(2, 4, (values, _scope, name) => {
  const [text, token] = values;
  if (text == null) return null;
  const haystack = Buffer.from(
    requireString(text, 40091, '$indexOfBytes requires a string as the first argument'),
  );
  const needle = Buffer.from(
    requireString(token, 40092, '$indexOfBytes requires a string as the second argument'),
  );
  const start = nonNegativeIndex(values, 2, 0, name);
  const end = Math.min(haystack.length, nonNegativeIndex(values, 3, haystack.length, name));
  if (start > haystack.length || end < start) return -1;
  return haystack.subarray(0, end).indexOf(needle, start);
});

const indexOfCodePoint = ranged(2, 4, (values, _scope, name) => {
  const [text, token] = values;
  if (text == null) return null;
  const haystack = requireString(text, 40093, '$indexOfCP requires a string as the first argument');
  const needle = requireString(token, 40094, '$indexOfCP requires a string as the second argument');
  const start = nonNegativeIndex(values, 2, 0, name);
  const last = nonNegativeIndex(values, 3, Infinity, name);
  if (haystack === '' && needle === '' && start === 0) return 0;
  let position = 0;
  let offset = 0;
  for (const character of haystack) {
    if (position >= last) break;
    if (position >= start && haystack.startsWith(needle, offset)) return position;
    position++;
    offset += character.length;
  }
  return -1;
});

const REPLACE: NamedShape = {
  notObject: 51751,
  unknown: 51750,
  required: { input: 51749, find: 51748, replacement: 51747 },
};

function replacer(replace: (input: string, find: string, replacement: string) => string): Operator {
  return named(REPLACE, (values, _given, _scope, name) => {
    const input = stringOrNull(values.input, 51746, name, 'input');
    const find = stringOrNull(values.find, 51745, name, 'find');
    const replacement = stringOrNull(values.replacement, 51744, name, 'replacement');
    if (input === null || find === null || replacement === null) return null;
    return replace(input, find, replacement);
  });
}

function stringOrNull(value: unknown, code: number, name: string, argument: string): string | null {
  if (value == null) return null;
  if (typeof value !== 'string') {
    throw new CommandError(code, `${name} requires that '${argument}' be a string, found: ${show(value)}`);
  }
  return value;
}

function replaceFirst(input: string, find: string, replacement: string): string {
  const index = input.indexOf(find);
  return index === -1 ? input : input.slice(0, index) + replacement + input.slice(index + find.length);
}

function replaceEvery(input: string, find: string, replacement: string): string {
  const parts = find === '' ? [...input] : input.split(find);
  requireLength(input.length + parts.length * replacement.length);
  if (find !== '') return parts.join(replacement);
  return replacement + parts.map((character) => character + replacement).join('');
}

const split = binary((text, separator) => {
  if (text == null || separator == null) return null;
  const input = requireString(text, 40085, '$split requires a string as a first argument');
  const delimiter = requireString(separator, 40086, '$split requires a string as a second argument');
  if (delimiter === '') throw new CommandError(40087, '$split requires a non-empty separator');
  return input.split(delimiter);
});

const toLowerAscii = (text: string): string => text.replace(/[A-Z]+/g, (run) => run.toLowerCase());
const toUpperAscii = (text: string): string => text.replace(/[a-z]+/g, (run) => run.toUpperCase());

const compareIgnoringCase = binary((left, right) =>
  Math.sign(compareValues(toUpperAscii(coerceToString(left)), toUpperAscii(coerceToString(right)))),
);

function codePointLength(text: string): number {
  let length = text.length;
  for (let index = 0; index < text.length; index++) {
    if ((text.codePointAt(index) ?? 0) > 0xffff) {
      length--;
      index++;
    }
  }
  return length;
}

const binarySize = unary((value) => {
  if (value == null) return null;
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (value instanceof Binary) return value.length();
  throw new CommandError(
    51276,
    `$binarySize requires a string or BinData argument, found: ${typeName(value)}`,
  );
});

export const stringOperators: OperatorFamily = [
  ['$concat', concat],
  ['$indexOfBytes', indexOfBytes],
  ['$indexOfCP', indexOfCodePoint],
  ['$replaceOne', replacer(replaceFirst)],
  ['$replaceAll', replacer(replaceEvery)],
  ['$split', split],
  ['$strcasecmp', compareIgnoringCase],
  [
    '$strLenBytes',
    unary((value) =>
      Buffer.byteLength(requireString(value, 34473, '$strLenBytes requires a string argument')),
    ),
  ],
  [
    '$strLenCP',
    unary((value) => codePointLength(requireString(value, 34471, '$strLenCP requires a string argument'))),
  ],
  ['$toLower', unary((value) => toLowerAscii(coerceToString(value)))],
  ['$toUpper', unary((value) => toUpperAscii(coerceToString(value)))],
  ['$binarySize', binarySize],
];
