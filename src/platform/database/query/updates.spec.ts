import fc from 'fast-check';
import { asJson, guardWith, refusalOf } from '../../../../test/support/query-guard.js';
import { CoglexError } from '../../errors/coglex-error.js';

const guard = guardWith({ STORAGE_MAX_LIST: 20 });
const PROTECTED = ['_id', '_inserted', '_patched'];
const check = (update: unknown, matched = false) =>
  guard.update(update, '/document', { protects: (field) => PROTECTED.includes(field), matched });

function refusedPlace(update: unknown): string {
  const { code, place } = refusalOf(() => check(update));
  expect(code).toBe('update_refused');
  return place;
}

describe('updates', () => {
  it.each([
    [{ $set: { a: 1, 'b.c': [{ d: null }], _own: 1, 'x._id': 1 } }],
    [{ $inc: { a: -1.5 }, $mul: { b: 2 }, $min: { c: 'a' }, $max: { d: 1 } }],
    [{ $unset: { a: '', b: 1 }, $rename: { c: 'd.e' }, $currentDate: { f: true, g: { $type: 'date' } } }],
    [
      {
        $push: {
          a: 1,
          b: { $each: [1, 2], $slice: -5, $sort: { n: -1 }, $position: 0 },
          c: { $each: [], $sort: 1 },
        },
      },
    ],
    [{ $addToSet: { a: { b: 1 }, c: { $each: ['x'] } }, $pop: { d: -1 }, $pullAll: { e: [1, 'x'] } }],
    [{ $pull: { a: 1, b: { $gte: 6 }, c: { score: 8, item: { $in: ['B'] } }, d: { $in: ['x'] } } }],
    [{ $bit: { a: { and: 5, or: 1 } }, $setOnInsert: { b: 1 } }],
    [{ $set: { 'a.$[].b': 1, 'a.0': 2 } }],
  ])('lets %j through as it is', (update) => {
    expect(check(asJson(update))).toEqual(update);
  });

  it('decodes Extended JSON', () => {
    const date = new Date('2026-01-31T00:00:00Z');
    const $date = '2026-01-31';
    expect(
      check({
        $set: { a: { $date } },
        $push: { b: { $each: [{ $date }] } },
        $pull: { c: { at: { $lt: { $date } } } },
      }),
    ).toEqual({ $set: { a: date }, $push: { b: { $each: [date] } }, $pull: { c: { at: { $lt: date } } } });
    expect(check({ $inc: { n: { $numberLong: '5' } } })).toEqual({ $inc: { n: 5n } });
  });

  it('drops operators that name no field', () => {
    expect(check({ $set: {}, $inc: { a: 1 } })).toEqual({ $inc: { a: 1 } });
    expect(check({ $set: {} })).toEqual({});
  });

  it('lets $ mean the element that matched only where a query can match one', () => {
    expect(check({ $set: { 'a.$.b': 1 } }, true)).toEqual({ $set: { 'a.$.b': 1 } });
    expect(refusedPlace({ $set: { 'a.$.b': 1 } })).toBe('/document/$set/a.$.b');
  });

  it.each([
    [[{ $set: { a: 1 } }], '/document'],
    [null, '/document'],
    [{}, '/document'],
    [{ a: 1 }, '/document/a'],
    [{ $set: { a: 1 }, b: 2 }, '/document/b'],
    [{ $where: { a: 1 } }, '/document/$where'],
    [{ $set: 1 }, '/document/$set'],
    [{ $set: { a: { $gt: 1 } } }, '/document/$set/a/$gt'],
    [{ $set: { a: { 'b.c': 1 } } }, '/document/$set/a/b.c'],
    [{ $set: { $a: 1 } }, '/document/$set/$a'],
    [{ $set: { '$[]': 1 } }, '/document/$set/$[]'],
    [{ $set: { 'a.$[x]': 1 } }, '/document/$set/a.$[x]'],
    [{ $set: { 'a.__proto__.b': 1 } }, '/document/$set/a.__proto__.b'],
    [{ $rename: { a: '__proto__' } }, '/document/$rename/a'],
    [{ $rename: { a: 'b.$[].c' } }, '/document/$rename/a'],
    [{ $rename: { a: '' } }, '/document/$rename/a'],
    [{ $inc: { a: '1' } }, '/document/$inc/a'],
    [{ $inc: { a: { $date: '2026-01-31' } } }, '/document/$inc/a'],
    [{ $unset: { a: { b: 1 } } }, '/document/$unset/a'],
    [{ $currentDate: { a: { $type: 'timestamp' } } }, '/document/$currentDate/a'],
    [{ $push: { a: { $each: 1 } } }, '/document/$push/a/$each'],
    [{ $push: { a: { $each: [], $where: 1 } } }, '/document/$push/a/$where'],
    [{ $push: { a: { $slice: 1 } } }, '/document/$push/a/$slice'],
    [{ $addToSet: { a: { $each: [], $slice: 1 } } }, '/document/$addToSet/a/$slice'],
    [{ $pull: { a: { $where: '1' } } }, '/document/$pull/a/$where'],
    [{ $pull: { a: { $expr: { $eq: [1, 1] } } } }, '/document/$pull/a/$expr'],
    [{ $pull: { a: { b: { $regex: '(?=a)' } } } }, '/document/$pull/a/b'],
    [{ $pop: { a: 2 } }, '/document/$pop/a'],
    [{ $bit: { a: { not: 1 } } }, '/document/$bit/a/not'],
    [{ $bit: { a: { and: 1.5 } } }, '/document/$bit/a/and'],
    [{ $pullAll: { a: new Array(21).fill(1) } }, '/document/$pullAll/a'],
  ])('refuses %j', (update, place) => {
    expect(refusedPlace(update)).toBe(place);
  });

  it('never lets a protected field be reached, by any operator or path', () => {
    const names = fc.constantFrom('a', 'b', '0', '$', '$[]', '$[x]', ...PROTECTED);
    const path = fc.array(names, { minLength: 1, maxLength: 3 }).map((segments) => segments.join('.'));
    const operator = fc.constantFrom(
      ...['$set', '$unset', '$rename', '$inc', '$mul', '$min', '$max', '$currentDate', '$setOnInsert'],
      ...['$push', '$addToSet', '$pop', '$pull', '$pullAll', '$bit', '$where', '$merge'],
    );
    const value = fc.oneof(
      path,
      fc.constantFrom(1, true, [1], { and: 1 }, { $each: [1] }, { $type: 'date' }),
    );
    const update = fc.dictionary(
      operator,
      fc.dictionary(path, value, { maxKeys: 3, noNullPrototype: true }),
      { maxKeys: 3, noNullPrototype: true },
    );
    fc.assert(
      fc.property(update, fc.boolean(), (sent, matched) => {
        let passed: object;
        try {
          passed = check(sent, matched);
        } catch (error) {
          expect(error).toBeInstanceOf(CoglexError);
          return;
        }
        for (const [name, fields] of Object.entries(passed)) {
          const paths = Object.keys(fields as object);
          if (name === '$rename') paths.push(...(Object.values(fields as object) as string[]));
          for (const reached of paths) expect(PROTECTED).not.toContain(reached.split('.')[0]);
        }
      }),
      { numRuns: 500 },
    );
  });
});
