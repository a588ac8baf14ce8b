import { BSONRegExp } from 'bson';
import { CommandError } from '../errors.js';
import type { Document } from '../types.js';
import { compileFilter } from './filter.js';

const regex = (pattern: string, options = ''): BSONRegExp => new BSONRegExp(pattern, options);

function codeOf(run: () => unknown): number | undefined {
  try {
    run();
  } catch (error) {
    if (error instanceof CommandError) return error.code;
    throw error;
  }
  return undefined;
}

describe('compileFilter', () => {
  it.each<[number, Document]>([
    [2, { $foo: 1 }],
    [2, { a: { $foo: 1 } }],
    [2, { a: { $gt: 1, b: 2 } }],
    [2, { a: { constructor: 1, $gt: 1 }, $toString: 1 }],
    [2, { $and: {} }],
    [2, { $or: [] }],
    [2, { $nor: [1] }],
    [2, { a: { $in: 1 } }],
    [2, { a: { $in: [{ $gt: 1 }] } }],
    [2, { a: { $nin: null } }],
    [2, { a: { $not: 1 } }],
    [2, { a: { $not: {} } }],
    [2, { a: { $ne: regex('a') } }],
    [2, { a: { $gt: regex('a') } }],
    [2, { a: { $all: 1 } }],
    [2, { a: { $all: [{ $gt: 1 }] } }],
    [2, { a: { $all: [{ $elemMatch: { b: 1 } }, 1] } }],
    [2, { a: { $elemMatch: 1 } }],
    [2, { a: { $elemMatch: { $expr: true } } }],
    [2, { a: { $elemMatch: { $where: 'true' } } }],
    [2, { a: { $elemMatch: { $text: { $search: 'x' } } } }],
    [2, { a: { $size: 'x' } }],
    [2, { a: { $size: -1 } }],
    [2, { a: { $size: 1.5 } }],
    [2, { a: { $mod: [1] } }],
    [2, { a: { $mod: [0, 1] } }],
    [2, { a: { $mod: [1, 2, 3] } }],
    [2, { a: { $mod: ['x', 1] } }],
    [2, { a: { $mod: [NaN, 1] } }],
    [2, { a: { $type: 'strnig' } }],
    [2, { a: { $type: 99 } }],
    [9, { a: { $type: [] } }],
    [2, { a: { $bitsAllSet: 'x' } }],
    [9, { a: { $bitsAllSet: -1 } }],
    [2, { a: { $bitsAnySet: [-1] } }],
    [2, { a: { $options: 'i' } }],
    [2, { a: { $regex: 5 } }],
    [51075, { a: { $regex: regex('a', 'i'), $options: 'm' } }],
    [51108, { a: { $regex: 'a', $options: 'q' } }],
    [51091, { a: { $regex: '(' } }],
    [51091, { a: { $regex: '(?=a)' } }],
    [51091, { a: regex('(a)\\1') }],
    [27, { $text: { $search: 'x' } }],
    [115, { $where: 'true' }],
    [115, { a: { $geoWithin: {} } }],
    [291, { a: { $near: [0, 0] } }],
    [168, { $expr: { $foo: 1 } }],
    [9, { $alwaysTrue: 2 }],
    [2, { $sampleRate: 2 }],
  ])('refuses with %i: %j', (code, filter) => {
    expect(codeOf(() => compileFilter(filter))).toBe(code);
  });

  it('refuses filters that nest too deeply without exhausting the stack', () => {
    let filter: Document = { a: 1 };
    let element: Document = { $gt: 1 };
    let negation: Document = { $gt: 1 };
    for (let level = 0; level < 50_000; level++) {
      filter = { $and: [filter] };
      element = { $elemMatch: element };
      negation = { $not: negation };
    }
    expect(codeOf(() => compileFilter(filter))).toBe(2);
    expect(codeOf(() => compileFilter({ a: element }))).toBe(2);
    expect(codeOf(() => compileFilter({ a: negation }))).toBe(2);
  });
});
