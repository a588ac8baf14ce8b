import type { Random } from './random.ts';

const deep = (levels: number, leaf: unknown): unknown => {
  let value = leaf;
  for (let level = 0; level < levels; level += 1) value = level % 2 ? [value] : { a: value };
  return value;
};

/** Text that has broken servers before. */
export const HOSTILE_TEXTS: readonly string[] = [
  '',
  ' ',
  '.',
  '..',
  '../../etc/passwd',
  '\0',
  'a\0b',
  '%00',
  '%2e%2e%2f',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  '_USERS',
  '_KEYS',
  'system.users',
  '$where',
  '$ne',
  'a.b.c',
  'a'.repeat(300),
  'é'.repeat(2000),
  '🔑'.repeat(40),
  '\ud800',
  '\u202e',
  'null',
  'undefined',
  'NaN',
  'true',
  '-1',
  '1e400',
  '0x10',
  '65f0c1d2e3a4b5c6d7e8f901',
  '2026-13-45T99:99:99Z',
  '9999-12-31T23:59:59.999Z',
  '<script>alert(1)</script>',
  "' OR 1=1 --",
  '(a+)+$',
  '[',
  '{"$ne":null}',
  '[[[[[[[[',
  'http://169.254.169.254/latest/meta-data',
  'http://[::1]:1/',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'a@b.example',
  'eyJhbGciOiJub25lIn0.e30.',
  '\r\nX-Injected: yes',
];

const HOSTILE_NUMBERS = [0, -0, -1, 1, 0.5, 1e21, 1e308, -1e308, 2 ** 31, 2 ** 53, 2 ** 63, 1000, 100_000];

const HOSTILE_OBJECTS: readonly (() => unknown)[] = [
  () => ({}),
  () => [],
  () => [[]],
  () => [null],
  () => ({ $ne: null }),
  () => ({ $gt: '' }),
  () => ({ $regex: '.' }),
  () => ({ $regex: '(a+)+$', $options: 'zz' }),
  () => ({ $where: 'sleep(1000)' }),
  () => ({ $expr: { $function: { body: 'x', args: [], lang: 'js' } } }),
  () => ({ $set: { _password: 'x' } }),
  () => ({ $set: { '': 1 } }),
  () => ({ $rename: { a: '_password' } }),
  () => ({ $inc: { a: 'x' } }),
  () => ({ $date: 'yesterday' }),
  () => ({ $oid: 'zz' }),
  () => ({ $numberDecimal: 'NaN' }),
  () => ({ $numberLong: '9223372036854775808' }),
  () => ({ $binary: { base64: '@', subType: 'zz' } }),
  () => ({ _bsontype: 'ObjectId', id: 'x' }),
  () => ({ 'a.b': 1, $c: 2 }),
  () => JSON.parse('{"__proto__": {"admin": true}}') as unknown,
  () => ({ constructor: { prototype: { admin: true } } }),
  () => ({ length: 1e9 }),
  () => ({ toString: 1, valueOf: null }),
  () => deep(30, 1),
  () => deep(120, 1),
  () => Array.from({ length: 1500 }, (_, index) => index),
  () => Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`k${index}`, index])),
];

/** Any JSON value but the one that is asked for. */
export function hostileValue(random: Random): unknown {
  const kind = random.below(6);
  if (kind === 0) return random.pick([true, false, null]);
  if (kind === 1) return random.pick(HOSTILE_NUMBERS);
  if (kind <= 3) return random.pick(HOSTILE_TEXTS);
  return random.pick(HOSTILE_OBJECTS)();
}
