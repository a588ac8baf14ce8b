import { BSONRegExp, BSONSymbol, Decimal128, Double, MaxKey, MinKey, ObjectId } from 'bson';
import type { Document } from '../types.js';
import { compileFilter } from './filter.js';

const regex = (pattern: string, options = ''): BSONRegExp => new BSONRegExp(pattern, options);

/** Each case: a filter, documents that match it, documents that do not. */
type Case = readonly [filter: Document, matching: Document[], others: Document[]];

function check(cases: readonly Case[]): void {
  for (const [filter, matching, others] of cases) {
    const { matches } = compileFilter(filter);
    for (const document of matching)
      expect([filter, document, matches(document)]).toEqual([filter, document, true]);
    for (const document of others)
      expect([filter, document, matches(document)]).toEqual([filter, document, false]);
  }
}

describe('compileFilter', () => {
  it('matches everything without conditions', () => {
    check([[{}, [{}, { a: 1 }], []]]);
  });

  it('compares numbers of all types by value', () => {
    const fives = [{ a: 5 }, { a: new Double(5) }, { a: 5n }, { a: Decimal128.fromString('5.0') }];
    check([
      [{ a: 5 }, fives, [{ a: 5.5 }, { a: '5' }, { a: true }, {}]],
      [{ a: 5n }, fives, [{ a: 6n }]],
      [{ a: Decimal128.fromString('5') }, fives, [{ a: Decimal128.fromString('5.1') }]],
      [{ a: { $in: [5] } }, fives, [{ a: 6 }]],
      [{ a: { $gt: 4 } }, fives, [{ a: 4 }, { a: 'x' }, { a: null }]],
      [{ a: 2n ** 53n + 1n }, [{ a: 2n ** 53n + 1n }], [{ a: 2 ** 53 }]],
      [{ a: { $gt: 2 ** 53 } }, [{ a: 2n ** 53n + 1n }], [{ a: 2n ** 53n }]],
      [{ a: Decimal128.fromString('0.1') }, [], [{ a: 0.1 }]],
      [{ a: 0 }, [{ a: -0 }, { a: 0n }], [{ a: false }, { a: null }]],
    ]);
  });

  it('lets NaN equal only NaN and order with nothing', () => {
    const nan = [{ a: NaN }, { a: Decimal128.fromString('NaN') }];
    check([
      [{ a: NaN }, nan, [{ a: 1 }, {}]],
      [{ a: { $gte: NaN } }, nan, [{ a: 1 }]],
      [{ a: { $gt: NaN } }, [], [...nan, { a: 1 }]],
      [{ a: { $lt: 5 } }, [{ a: 4 }], nan],
      [{ a: { $lte: 5n } }, [{ a: 4 }], nan],
    ]);
  });

  it('tells null and missing from values', () => {
    check([
      [{ a: null }, [{}, { a: null }, { a: [1, null] }], [{ a: 0 }, { a: [] }, { a: [1] }]],
      [{ a: { $ne: null } }, [{ a: 0 }, { a: [] }], [{}, { a: null }, { a: [null] }]],
      [{ a: { $gte: null } }, [{}, { a: null }], [{ a: 0 }]],
      [{ a: { $gt: null } }, [], [{}, { a: null }, { a: 0 }]],
      [{ a: { $in: [null, 1] } }, [{}, { a: null }, { a: 1 }], [{ a: 2 }]],
      [{ a: { $nin: [null] } }, [{ a: 1 }], [{}, { a: null }]],
      [{ a: { $exists: true } }, [{ a: null }, { a: [] }], [{}]],
      [{ a: { $exists: false } }, [{}], [{ a: null }]],
      [{ a: { $exists: 0 } }, [{}], [{ a: 1 }]],
    ]);
  });

  it('treats null below arrays as MongoDB does', () => {
    check([
      [
        { 'a.b': null },
        [
          {},
          { a: null },
          { a: 4 },
          { a: {} },
          { a: { b: null } },
          { a: [{ b: null }, {}] },
          { a: [{ b: 1 }, {}] },
        ],
        [
          { a: [] },
          { a: [[]] },
          { a: [null, null] },
          { a: [1, 'x'] },
          { a: [{ b: 1 }, { b: 3 }] },
          { a: { b: 1 } },
        ],
      ],
      [
        { 'a.b': { $exists: false } },
        [{}, { a: 4 }, { a: [] }, { a: [[]] }, { a: [1, 'x'] }, { a: [{}] }],
        [{ a: { b: null } }, { a: [{ b: 1 }, {}] }],
      ],
    ]);
  });

  it('brackets order comparisons by type, except with MinKey and MaxKey', () => {
    const id = new ObjectId('65a000000000000000000001');
    check([
      [{ a: { $gt: 'b' } }, [{ a: 'c' }, { a: new BSONSymbol('c') }], [{ a: 'b' }, { a: 5 }, { a: {} }]],
      [{ a: { $lte: 'b' } }, [{ a: 'b' }, { a: '' }], [{ a: 5 }, {}]],
      [{ a: { $gt: '\u{1f600}' } }, [{ a: '\u{1f601}' }], [{ a: '\uffee' }]],
      [{ a: { $lt: true } }, [{ a: false }], [{ a: true }, { a: 0 }]],
      [{ a: { $gte: id } }, [{ a: id }, { a: new ObjectId('65a000000000000000000002') }], [{ a: 'x' }]],
      [{ a: { $gt: new Date(5) } }, [{ a: new Date(6) }], [{ a: new Date(5) }, { a: 6 }]],
      [{ a: { $gt: { b: 1 } } }, [{ a: { b: 2 } }, { a: { b: 1, c: 0 } }], [{ a: { b: 1 } }, { a: [5] }]],
      [{ a: { $gt: new MinKey() } }, [{ a: 1 }, {}, { a: 'x' }], [{ a: new MinKey() }]],
      [{ a: { $lt: new MaxKey() } }, [{ a: 1 }, {}], [{ a: new MaxKey() }]],
      [{ a: { $gt: new MaxKey() } }, [], [{ a: 1 }]],
    ]);
  });

  it('compares embedded documents field by field, in order', () => {
    check([
      [
        { a: { b: 1, c: 2 } },
        [{ a: { b: 1n, c: 2 } }],
        [{ a: { c: 2, b: 1 } }, { a: { b: 1 } }, { a: { b: 1, c: 2, d: 3 } }],
      ],
      [{ a: {} }, [{ a: {} }], [{ a: { b: 1 } }, {}]],
    ]);
  });

  it('looks into arrays for values', () => {
    check([
      [{ a: 2 }, [{ a: [1, 2] }, { a: 2 }], [{ a: [[2]] }, { a: [] }]],
      [{ a: [1, 2] }, [{ a: [1, 2] }, { a: [[1, 2]] }], [{ a: [2, 1] }, { a: 1 }]],
      [{ a: { $gt: 1, $lt: 3 } }, [{ a: 2 }, { a: [0, 5] }], [{ a: [0] }, { a: 5 }]],
      [{ a: { $ne: 2 } }, [{ a: [1] }, {}], [{ a: [1, 2] }, { a: 2 }]],
      [{ a: { $nin: [2, 3] } }, [{ a: [1] }, {}], [{ a: [1, 2] }, { a: 3 }]],
      [{ a: { $in: [[1], 7] } }, [{ a: [1] }, { a: [[1], 2] }, { a: [7] }], [{ a: 1 }]],
      [{ a: { $not: { $gt: 3 } } }, [{ a: [1, 2] }, {}, { a: 'x' }], [{ a: [1, 4] }]],
      [{ a: { $gt: [1] } }, [{ a: [2] }, { a: [[1, 0], 9] }], [{ a: [1] }, { a: 5 }]],
    ]);
  });

  it('follows paths through arrays, by elements and by index', () => {
    check([
      [
        { 'a.b': 1 },
        [{ a: { b: 1 } }, { a: [{ b: 2 }, { b: 1 }] }, { a: [{ b: [1] }] }],
        [{ a: [[{ b: 1 }]] }, { a: 1 }],
      ],
      [{ 'a.0': 1 }, [{ a: [1] }, { a: { 0: 1 } }, { a: [{ 0: 1 }] }], [{ a: [2, 1] }, { a: [[1]] }]],
      [{ 'a.0': [1] }, [{ a: [[1]] }], [{ a: [1] }]],
      [{ 'a.1.b': 2 }, [{ a: [{}, { b: 2 }] }, { a: [0, [{ b: 2 }]] }], [{ a: [{ b: 2 }] }]],
      [{ 'a.01': 1 }, [{ a: { '01': 1 } }], [{ a: [0, 1] }]],
      [{ 'a.b.c': 1 }, [{ a: [{ b: [{ c: 1 }] }] }], [{ a: [{ b: { d: 1 } }] }]],
      [{ 'a.b': { $size: 2 } }, [{ a: [{ b: [1, 2] }] }], [{ a: [{ b: [[1, 2]] }] }]],
    ]);
  });

  it('combines filters', () => {
    check([
      [{ $or: [{ a: 1 }, { b: 2 }] }, [{ a: 1 }, { b: 2 }], [{ a: 2 }]],
      [{ $and: [{ a: 1 }, { b: 2 }], c: 3 }, [{ a: 1, b: 2, c: 3 }], [{ a: 1, b: 2 }]],
      [{ $nor: [{ a: 1 }, { b: 2 }] }, [{ a: 2 }, {}], [{ a: 1 }, { b: 2 }]],
      [{ $comment: 'why', a: { $gt: 0, $comment: 'x' } }, [{ a: 1 }], [{ a: 0 }]],
      [{ $alwaysTrue: 1 }, [{}], []],
      [{ $alwaysFalse: 1 }, [], [{}]],
      [{ $sampleRate: 1 }, [{}], []],
      [{ $sampleRate: 0 }, [], [{}]],
    ]);
  });

  it('evaluates expressions', () => {
    check([[{ $expr: { $gt: ['$a', '$b'] } }, [{ a: 2, b: 1 }], [{ a: 1, b: 2 }]]]);
    const { matches } = compileFilter({ $expr: { $eq: ['$a', '$$wanted'] } }, { variables: { wanted: 3 } });
    expect(matches({ a: 3 })).toBe(true);
    expect(matches({ a: 4 })).toBe(false);
  });

  it('matches regular expressions on strings and equal expressions', () => {
    check([
      [
        { a: regex('^ab') },
        [{ a: 'abc' }, { a: ['x', 'ab'] }, { a: regex('^ab') }],
        [{ a: 'cab' }, { a: 5 }, { a: regex('^ab', 'i') }],
      ],
      [{ a: { $regex: 'B', $options: 'i' } }, [{ a: 'abc' }, { a: new BSONSymbol('b') }], [{ a: 'c' }]],
      [{ a: { $regex: regex('b', 'i') } }, [{ a: 'ABC' }], [{ a: 'c' }]],
      [{ a: { $not: regex('^a') } }, [{ a: 'b' }, {}, { a: 1 }], [{ a: 'a' }]],
      [{ a: { $not: { $regex: '^a' } } }, [{ a: 'b' }], [{ a: 'a' }]],
      [{ a: { $in: [regex('^a'), 5] } }, [{ a: 'ab' }, { a: 5 }], [{ a: 'b' }]],
      [{ a: { $eq: regex('x') } }, [{ a: regex('x') }], [{ a: 'x' }]],
      [{ a: { $all: [regex('a'), regex('b')] } }, [{ a: ['xa', 'b'] }, { a: 'ab' }], [{ a: ['a'] }]],
    ]);
  });

  it('tests types', () => {
    check([
      [
        { a: { $type: 'number' } },
        [{ a: 1 }, { a: 1n }, { a: 1.5 }, { a: Decimal128.fromString('1') }, { a: ['x', 1] }],
        [{ a: 'x' }, {}],
      ],
      [{ a: { $type: 'int' } }, [{ a: 1 }], [{ a: 1n }, { a: new Double(1) }]],
      [{ a: { $type: 1 } }, [{ a: new Double(1) }, { a: 1.5 }], [{ a: 1 }]],
      [{ a: { $type: ['string', 10] } }, [{ a: 'x' }, { a: null }], [{}, { a: 1 }]],
      [{ a: { $type: 'array' } }, [{ a: [] }, { a: [[]] }], [{ a: 1 }]],
      [{ a: { $type: -1 } }, [{ a: new MinKey() }], [{ a: new MaxKey() }]],
    ]);
  });

  it('tests remainders, sizes and bits', () => {
    check([
      [
        { a: { $mod: [4, 1] } },
        [{ a: 5 }, { a: 5.9 }, { a: 5n }, { a: [0, 1] }, { a: Decimal128.fromString('9.5') }],
        [{ a: 4 }, { a: 'x' }, { a: NaN }, {}],
      ],
      [{ a: { $mod: [4.9, new Double(1)] } }, [{ a: 5 }], [{ a: 4 }]],
      [{ a: { $mod: [3, -1] } }, [{ a: -4 }], [{ a: 4 }]],
      [{ a: { $size: 2 } }, [{ a: [1, 2] }], [{ a: [1] }, { a: 'ab' }, {}]],
      [{ a: { $size: 2n } }, [{ a: [1, 2] }], [{ a: [] }]],
      [
        { a: { $bitsAllSet: 5 } },
        [{ a: 7 }, { a: 13n }, { a: new Double(5) }],
        [{ a: 4 }, { a: 5.5 }, { a: 'x' }],
      ],
      [{ a: { $bitsAnySet: [0, 2] } }, [{ a: 4 }], [{ a: 2 }]],
      [{ a: { $bitsAllClear: [0, 1] } }, [{ a: 4 }], [{ a: 5 }]],
      [{ a: { $bitsAnyClear: 3 } }, [{ a: 1 }], [{ a: 3 }]],
      [{ a: { $bitsAllSet: [200] } }, [{ a: -1 }], [{ a: 1 }]],
    ]);
  });

  it('requires all values of an array', () => {
    check([
      [{ a: { $all: [1, 2] } }, [{ a: [2, 1, 3] }], [{ a: [1] }, { a: 1 }]],
      [{ a: { $all: [1] } }, [{ a: 1 }, { a: [1] }], [{ a: 2 }]],
      [{ a: { $all: [[1, 2]] } }, [{ a: [1, 2] }, { a: [[1, 2]] }], [{ a: [[1], 2] }]],
      [{ a: { $all: [] } }, [], [{ a: [] }, {}]],
      [{ a: { $all: [null] } }, [{}, { a: [null] }], [{ a: [1] }]],
      [
        { a: { $all: [{ $elemMatch: { x: 1, y: 1 } }, { $elemMatch: { x: 2 } }] } },
        [{ a: [{ x: 2 }, { x: 1, y: 1 }] }],
        [{ a: [{ x: 1 }, { x: 2, y: 1 }] }],
      ],
    ]);
  });

  it('matches one element with all conditions', () => {
    check([
      [
        { a: { $elemMatch: { b: 1, c: 2 } } },
        [{ a: [{ b: 1, c: 2 }] }],
        [{ a: [{ b: 1 }, { c: 2 }] }, { a: { b: 1, c: 2 } }],
      ],
      [{ a: { $elemMatch: { $gt: 1, $lt: 3 } } }, [{ a: [0, 2] }], [{ a: [0, 5] }, { a: 2 }, { a: [[2]] }]],
      [{ a: { $elemMatch: { $ne: 1 } } }, [{ a: [1, 2] }], [{ a: [1] }, { a: [] }]],
      [{ a: { $elemMatch: { $not: { $gt: 1 } } } }, [{ a: [5, 0] }], [{ a: [5] }]],
      [{ a: { $elemMatch: { $or: [{ b: 1 }, { b: 2 }] } } }, [{ a: [{ b: 2 }] }], [{ a: [{ b: 3 }] }]],
      [{ a: { $elemMatch: { $elemMatch: { $eq: 3 } } } }, [{ a: [[3]] }], [{ a: [3] }]],
      [{ a: { $elemMatch: { 0: 3 } } }, [{ a: [[3]] }], [{ a: [3] }]],
      [{ a: { $elemMatch: {} } }, [{ a: [{}] }, { a: [[]] }], [{ a: [1] }]],
      [{ a: { $elemMatch: { $in: [3, 4] } } }, [{ a: [4] }], [{ a: [5] }]],
      [{ 'a.b': { $elemMatch: { c: 1 } } }, [{ a: [{ b: [{ c: 1 }] }] }], [{ a: [{ b: { c: 1 } }] }]],
    ]);
  });

  it('holds a long list without slowing down', () => {
    const { matches } = compileFilter({
      a: { $in: Array.from({ length: 10_000 }, (_, index) => `key${index}`) },
    });
    expect(matches({ a: 'key9999' })).toBe(true);
    expect(matches({ a: ['x', 'key5'] })).toBe(true);
    expect(matches({ a: 'key10000' })).toBe(false);
  });

  it('compares strings under a collation', () => {
    const collation = { locale: 'en', strength: 2 } as const;
    const of = (filter: Document, document: Document): boolean =>
      compileFilter(filter, { collation }).matches(document);
    expect(of({ a: 'ADA' }, { a: 'ada' })).toBe(true);
    expect(of({ a: 'ADA' }, { a: 'ad\u00e0' })).toBe(false);
    expect(of({ a: { $in: ['ADA', 'BOB'] } }, { a: 'bob' })).toBe(true);
    expect(of({ a: { $in: ['ADA', 'BOB'] } }, { a: 'eve' })).toBe(false);
    expect(of({ a: { b: 'ADA' } }, { a: { b: 'ada' } })).toBe(true);
    expect(of({ a: { $gt: 'a' } }, { a: 'B' })).toBe(true);
    expect(of({ a: { $regex: 'ADA' } }, { a: 'ada' })).toBe(false);
    expect(compileFilter({ a: 'ADA' }, { collation: { locale: 'simple' } }).matches({ a: 'ada' })).toBe(
      false,
    );
  });

  it('never reads inherited properties', () => {
    check([
      [{ constructor: { $exists: true } }, [{ constructor: 1 }], [{}]],
      [{ 'a.toString': { $exists: true } }, [], [{ a: {} }]],
      [JSON.parse('{"__proto__": null}') as Document, [{}], []],
    ]);
  });

  it('takes a hostile regular expression in linear time', () => {
    const { matches } = compileFilter({ a: { $regex: '^(a+)+$' } });
    expect(matches({ a: `${'a'.repeat(50_000)}b` })).toBe(false);
  });
});
