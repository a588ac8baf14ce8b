import { asJson, guardWith, refusalOf } from '../../../../test/support/query-guard.js';
import type { QueryRules } from './query-guard.service.js';

const guard = guardWith({ STORAGE_MAX_LIST: 5, STORAGE_MAX_PATTERN: 10 });
const filter = (value: unknown, rules?: QueryRules) => guard.filter(value, '/query', rules);

function refusal(value: unknown, rules?: QueryRules): { place: string; detail: string } {
  const refused = refusalOf(() => filter(value, rules));
  expect(refused.code).toBe('query_refused');
  return refused;
}

describe('filters', () => {
  it.each([
    [{}],
    [{ a: 1, 'b.c.0': 'x', d: null, e: true }],
    [{ a: { $gt: 1, $lte: 5, $ne: 3 } }],
    [{ a: { $in: [1, 'x', null] }, b: { $nin: [] } }],
    [{ $and: [{ a: 1 }, { $or: [{ b: 2 }, { $nor: [{ c: 3 }] }] }] }],
    [{ a: { $not: { $gt: 1 } } }],
    [{ a: { $elemMatch: { $gte: 1, $lt: 5 } }, b: { $elemMatch: { c: 1, $or: [{ d: 1 }, { d: 2 }] } } }],
    [{ a: { $all: [1, { $elemMatch: { b: 1 } }] } }],
    [{ a: { $exists: true }, b: { $exists: 0 }, c: { $type: 'string' }, d: { $type: [2, 'null'] } }],
    [{ a: { $size: 0 }, b: { $mod: [4, 0] }, c: { $bitsAllSet: [1, 5] }, d: { $bitsAnyClear: 7 } }],
    [{ a: { $regex: '^x', $options: 'i' } }],
    [{ a: { b: { c: 1 }, list: [{ d: 1 }] } }],
    [{ $expr: { $gt: ['$a', '$b'] }, $comment: 'why' }],
  ])('lets %j through as it is', (value) => {
    expect(filter(asJson(value))).toEqual(value);
  });

  it.each([
    [{ $where: '1' }, '/query/$where'],
    [{ $or: [{ a: 1 }, { $where: '1' }] }, '/query/$or/1/$where'],
    [{ a: { $not: { $where: '1' } } }, '/query/a/$not/$where'],
    [{ a: { $elemMatch: { $where: '1' } } }, '/query/a/$elemMatch/$where'],
    [{ a: { $elemMatch: { b: 1, $expr: { $eq: [1, 1] } } } }, '/query/a/$elemMatch/$expr'],
    [{ a: { $all: [{ $elemMatch: { b: 1 }, $where: '1' }] } }, '/query/a/$all/0/$elemMatch'],
    [{ $text: { $search: 'x' } }, '/query/$text'],
    [{ $jsonSchema: {} }, '/query/$jsonSchema'],
    [{ a: { $near: [0, 0] } }, '/query/a/$near'],
    [{ a: { $constructor: 1 } }, '/query/a/$constructor'],
    [{ toString: { $toString: 1 } }, '/query/toString/$toString'],
    [{ $expr: { $function: { body: '', args: [], lang: 'js' } } }, '/query/$expr/$function'],
    [{ a: { b: { $gt: 1 } } }, '/query/a/b/$gt'],
    [{ a: { $eq: { $gt: 1 } } }, '/query/a/$eq/$gt'],
    [{ a: { $in: [{ $gt: 1 }] } }, '/query/a/$in/0/$gt'],
    [{ a: { $gt: 1, b: 2 } }, '/query/a/b'],
    [{ 'x/y~z': { $nope: 1 } }, '/query/x~1y~0z/$nope'],
  ])('refuses %j and says where', (value, place) => {
    expect(refusal(value).place).toBe(place);
  });

  it('names the operator that it refuses', () => {
    expect(refusal({ a: { $near: [0, 0] } }).detail).toBe(
      'The operator $near is not allowed (/query/a/$near).',
    );
  });

  it.each([
    [[]],
    [null],
    ['text'],
    [7],
    [undefined],
    [{ $and: [] }],
    [{ $or: {} }],
    [{ $and: [1] }],
    [{ $comment: 1 }],
    [{ a: { $in: 1 } }],
    [{ a: { $not: 1 } }],
    [{ a: { $not: {} } }],
    [{ a: { $exists: 'yes' } }],
    [{ a: { $size: -1 } }],
    [{ a: { $size: 1.5 } }],
    [{ a: { $type: {} } }],
    [{ a: { $mod: [1] } }],
    [{ a: { $mod: ['1', 0] } }],
    [{ a: { $bitsAllSet: 'x' } }],
    [{ a: { $options: 'i' } }],
    [{ a: { $regex: 1 } }],
    [{ a: { $regex: { $date: '2020-01-01' } } }],
    [{ a: { $elemMatch: 1 } }],
  ])('refuses the malformed %j', (value) => {
    refusal(value);
  });

  it.each([
    [''],
    ['a.'],
    ['.a'],
    ['a..b'],
    ['$a'],
    ['a.$b'],
    ['a\0b'],
    ['__proto__.x'],
    ['a.constructor'],
    ['_bsontype'],
  ])('refuses the field name %j', (name) => {
    refusal({ [name]: 1 });
    refusal({ a: { [name]: 1 } });
  });

  it('bounds depth, lists, members and paths', () => {
    const deep = (levels: number): object => (levels === 0 ? { a: 1 } : { $and: [deep(levels - 1)] });
    expect(filter(deep(9))).toEqual(deep(9));
    expect(refusal(deep(10)).detail).toContain('20 levels');
    expect(refusal({ a: { $in: [1, 2, 3, 4, 5, 6] } }).detail).toContain('5 members');
    expect(refusal({ a: 1, b: 1, c: 1, d: 1, e: 1, f: 1 }).detail).toContain('5 members');
    const bushy = (levels: number): object =>
      levels === 0 ? { a: 1 } : { $or: Array.from({ length: 5 }, () => deep(0) && bushy(levels - 1)) };
    expect(refusal(bushy(3)).detail).toContain('too many parts');
    expect(refusal({ [new Array(21).fill('a').join('.')]: 1 }).detail).toContain('20 names');
  });

  describe('regular expressions', () => {
    it.each([
      ['([', ''],
      ['(?=a)', ''],
      ['(?<!a)b', ''],
      ['(a)\\1', ''],
      ['a++', ''],
      ['x'.repeat(11), ''],
      ['a\0', ''],
      ['a', 'x'],
      ['a', 'g'],
      ['(a{9}){999}', ''],
    ])('refuses %j with options %j, in all its forms', (pattern, options) => {
      refusal({ a: { $regex: pattern, $options: options } });
      refusal({ a: { $regularExpression: { pattern, options } } });
      refusal({ a: { $in: [{ $regularExpression: { pattern, options } }] } });
      refusal({ a: { $not: { $regularExpression: { pattern, options } } } });
      refusal({ a: { $elemMatch: { $regex: { $regularExpression: { pattern, options } } } } });
      refusal({ $expr: { $regexMatch: { input: '$a', regex: pattern, options } } });
      const wrapped = { $regularExpression: { pattern, options: '' } };
      refusal({ $expr: { $regexFind: { input: '$a', regex: wrapped, options } } });
    });

    it('lets a regular expression stand only where it is matched', () => {
      const pattern = { $regularExpression: { pattern: '^a', options: 'i' } };
      expect(filter({ a: pattern })).toMatchObject({ a: { pattern: '^a', options: 'i' } });
      expect(filter({ a: { $not: pattern } })).toMatchObject({ a: { $not: { pattern: '^a' } } });
      for (const value of [{ $eq: pattern }, { $gt: pattern }, { b: pattern }, { $all: [[pattern]] }])
        refusal({ a: value });
    });

    it('bounds their number', () => {
      const roomy = guardWith({ STORAGE_MAX_LIST: 1000 });
      const many = { a: { $in: new Array(51).fill({ $regularExpression: { pattern: 'a', options: '' } }) } };
      expect(refusalOf(() => roomy.filter(many, '')).detail).toContain('50 regular');
    });
  });

  describe('fields of the server', () => {
    const date = new Date('2026-01-31T00:00:00Z');
    const text = '2026-01-31';

    it('reads ISO strings compared with _inserted and _patched as dates', () => {
      expect(filter({ _inserted: text })).toEqual({ _inserted: date });
      expect(filter({ _patched: { $gte: text, $nin: [text], $not: { $lt: text } } })).toEqual({
        _patched: { $gte: date, $nin: [date], $not: { $lt: date } },
      });
      expect(filter({ $or: [{ $and: [{ _inserted: { $eq: text } }] }] })).toEqual({
        $or: [{ $and: [{ _inserted: { $eq: date } }] }],
      });
    });

    it('leaves other fields and other operands alone', () => {
      const value = {
        created: text,
        'a._inserted': text,
        _inserted: { $type: 'date', $exists: true, $ne: null },
      };
      expect(filter(value)).toEqual(value);
      expect(filter({ a: { $elemMatch: { _inserted: text } } })).toEqual({
        a: { $elemMatch: { _inserted: text } },
      });
    });

    it('refuses a string that is no date, for it could never match', () => {
      expect(refusal({ _inserted: { $gt: 'yesterday' } }).place).toBe('/query/_inserted/$gt');
    });

    it('reads an ObjectId compared with _id as its digits', () => {
      const $oid = '65A1B2C3D4E5F60718293A4B';
      expect(filter({ _id: { $oid } })).toEqual({ _id: $oid.toLowerCase() });
      expect(filter({ _id: { $in: [{ $oid }, 'x'] } })).toEqual({ _id: { $in: [$oid.toLowerCase(), 'x'] } });
      expect(filter({ other: { $oid } })).toHaveProperty('other._bsontype', 'ObjectId');
    });
  });

  it('keeps hidden fields hidden', () => {
    const rules: QueryRules = { hides: (field) => field === '_password' };
    expect(filter({ name: 'a', password: 1 }, rules)).toEqual({ name: 'a', password: 1 });
    for (const value of [
      { _password: 'x' },
      { '_password.a': 'x' },
      { $or: [{ $nor: [{ _password: { $regex: '^a' } }] }] },
      { $expr: { $eq: ['$_password', 'x'] } },
      { $and: [{ $expr: { $gt: [{ $getField: '_password' }, 'x'] } }] },
    ])
      refusal(value, rules);
  });
});
