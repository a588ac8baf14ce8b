import { decimal, double, fails, value } from '../testing/cases.js';
import type { Document } from '../../types.js';
import { MemoryContext, pipelines, runPipeline } from '../testing/pipelines.js';
import type { PipelineRow } from '../testing/pipelines.js';

const SALES = [
  { _id: 1, item: 'abc', price: 10, quantity: 2, tags: ['a'] },
  { _id: 2, item: 'jkl', price: 20, quantity: 1 },
  { _id: 3, item: 'xyz', price: 5, quantity: 10, tags: null },
  { _id: 4, item: 'abc', price: double(10), quantity: 10 },
];

const sorted = { $sort: { _id: 1 } };
const grouped = (field: Document): Document[] => [{ $group: { _id: null, r: field } }, { $unset: '_id' }];
const SCORES = [
  { _id: 1, p: 'A', s: 31 },
  { _id: 2, p: 'B', s: 33 },
  { _id: 3, p: 'C', s: 99 },
  { _id: 4, p: 'D', s: 1 },
  { _id: 5, p: 'E', s: 33 },
];

const rows: PipelineRow[] = [
  [
    '$group by a field',
    [
      { $group: { _id: '$item', total: { $sum: { $multiply: ['$price', '$quantity'] } }, n: { $sum: 1 } } },
      sorted,
    ],
    SALES,
    value([
      { _id: 'abc', total: double(120), n: 2 },
      { _id: 'jkl', total: 20, n: 1 },
      { _id: 'xyz', total: 50, n: 1 },
    ]),
  ],
  [
    '$group joins equal numbers of all types',
    [{ $group: { _id: '$k', n: { $count: {} } } }],
    [{ k: 1 }, { k: double(1) }, { k: 1n }, { k: decimal('1.0') }],
    value([{ _id: 1, n: 4 }]),
  ],
  [
    '$group joins null and missing',
    [{ $group: { _id: '$k', n: { $count: {} } } }],
    [{ k: null }, {}],
    value([{ _id: null, n: 2 }]),
  ],
  [
    '$group by a document tells null from missing',
    [{ $group: { _id: { a: '$a', b: '$b' }, n: { $sum: 1 } } }],
    [{ a: 1 }, { a: 1, b: null }, { a: double(1) }],
    value([
      { _id: { a: 1 }, n: 2 },
      { _id: { a: 1, b: null }, n: 1 },
    ]),
  ],
  [
    '$group by parts keeps them apart',
    [{ $group: { _id: { a: '$a', b: '$b' } } }],
    [
      { a: 'x', b: 'yz' },
      { a: 'xy', b: 'z' },
    ],
    value([{ _id: { a: 'x', b: 'yz' } }, { _id: { a: 'xy', b: 'z' } }]),
  ],
  [
    '$group by an array',
    [{ $group: { _id: '$a', n: { $sum: 1 } } }],
    [{ a: [1, 2] }, { a: [1, double(2)] }],
    value([{ _id: [1, 2], n: 2 }]),
  ],
  [
    '$group by a constant',
    [{ $group: { _id: 5, n: { $sum: '$price' } } }],
    SALES,
    value([{ _id: 5, n: double(45) }]),
  ],
  ['$group of nothing', [{ $group: { _id: null, n: { $sum: 1 } } }], [], value([])],
  [
    '$first and $last of missing fields are null',
    [{ $group: { _id: null, f: { $first: '$x' }, l: { $last: '$x' } } }],
    [{ a: 1 }],
    value([{ _id: null, f: null, l: null }]),
  ],
  ['$push skips missing values', grouped({ $push: '$tags' }), SALES, value([{ r: [['a'], null] }])],
  [
    '$push makes documents',
    grouped({ $push: { i: '$item', q: '$nope' } }),
    [SALES[0]],
    value([{ r: [{ i: 'abc' }] }]),
  ],
  ['$addToSet', grouped({ $addToSet: '$price' }), SALES, value([{ r: [10, 20, 5] }])],
  ['$avg', grouped({ $avg: '$quantity' }), SALES, value([{ r: 5.75 }])],
  ['$avg without numbers', grouped({ $avg: '$item' }), SALES, value([{ r: null }])],
  [
    '$avg of decimals',
    grouped({ $avg: '$x' }),
    [{ x: decimal('1') }, { x: 2 }],
    value([{ r: decimal('1.5') }]),
  ],
  [
    '$sum overflows to long',
    grouped({ $sum: '$x' }),
    [{ x: 2147483647 }, { x: 1 }],
    value([{ r: 2147483648n }]),
  ],
  ['$sum stays long', grouped({ $sum: '$x' }), [{ x: 1n }, { x: 1 }], value([{ r: 2n }])],
  [
    '$sum overflows to double',
    grouped({ $sum: '$x' }),
    [{ x: 2n ** 63n - 1n }, { x: 1 }],
    value([{ r: 2 ** 63 }]),
  ],
  [
    '$sum is exact where it can be',
    grouped({ $sum: '$x' }),
    [{ x: 1e16 }, { x: 1 }, { x: -1e16 }],
    value([{ r: double(1) }]),
  ],
  ['$sum of infinities', grouped({ $sum: '$x' }), [{ x: Infinity }, { x: 1 }], value([{ r: Infinity }])],
  ['$sum ignores what is no number', grouped({ $sum: '$item' }), SALES, value([{ r: 0 }])],
  [
    '$min and $max',
    [{ $group: { _id: null, a: { $min: '$price' }, b: { $max: '$item' } } }],
    SALES,
    value([{ _id: null, a: 5, b: 'xyz' }]),
  ],
  [
    '$mergeObjects',
    grouped({ $mergeObjects: { $arrayToObject: [[['$item', '$price']]] } }),
    SALES,
    value([{ r: { abc: double(10), jkl: 20, xyz: 5 } }]),
  ],
  ['$mergeObjects wants objects', grouped({ $mergeObjects: '$item' }), SALES, fails(40400)],
  ['$stdDevPop', grouped({ $stdDevPop: '$x' }), [{ x: 85 }, { x: 70 }, { x: 'n' }], value([{ r: 7.5 }])],
  ['$stdDevSamp of one', grouped({ $stdDevSamp: '$x' }), [{ x: 85 }], value([{ r: null }])],
  ['$count', grouped({ $count: {} }), SALES, value([{ r: 4 }])],
  ['$top', grouped({ $top: { output: ['$p', '$s'], sortBy: { s: -1 } } }), SCORES, value([{ r: ['C', 99] }])],
  ['$bottom', grouped({ $bottom: { output: '$p', sortBy: { s: -1 } } }), SCORES, value([{ r: 'D' }])],
  [
    '$topN keeps the earliest of equals',
    grouped({ $topN: { n: 2, output: '$p', sortBy: { s: -1 } } }),
    SCORES,
    value([{ r: ['C', 'B'] }]),
  ],
  [
    '$topN holds what there is',
    grouped({ $topN: { n: 9, output: '$p', sortBy: { s: 1, p: -1 } } }),
    SCORES,
    value([{ r: ['D', 'A', 'E', 'B', 'C'] }]),
  ],
  [
    '$bottomN keeps the order',
    grouped({ $bottomN: { n: 2, output: '$p', sortBy: { s: -1 } } }),
    SCORES,
    value([{ r: ['A', 'D'] }]),
  ],
  [
    '$topN gives null for missing output',
    grouped({ $topN: { n: 1, output: '$x', sortBy: { s: 1 } } }),
    SCORES,
    value([{ r: [null] }]),
  ],
  ['$firstN', grouped({ $firstN: { n: 2, input: '$p' } }), SCORES, value([{ r: ['A', 'B'] }])],
  ['$lastN', grouped({ $lastN: { n: 2, input: '$p' } }), SCORES, value([{ r: ['D', 'E'] }])],
  ['$minN', grouped({ $minN: { n: 3, input: '$s' } }), SCORES, value([{ r: [1, 31, 33] }])],
  ['$maxN', grouped({ $maxN: { n: 2, input: '$s' } }), SCORES, value([{ r: [99, 33] }])],
  [
    'n may depend on the group',
    [
      {
        $group: {
          _id: { p: '$p' },
          r: { $firstN: { n: { $cond: [{ $eq: ['$p', 'x'] }, 1, 2] }, input: '$v' } },
        },
      },
    ],
    [
      { p: 'x', v: 1 },
      { p: 'x', v: 2 },
      { p: 'y', v: 3 },
      { p: 'y', v: 4 },
    ],
    value([
      { _id: { p: 'x' }, r: [1] },
      { _id: { p: 'y' }, r: [3, 4] },
    ]),
  ],
  [
    '$median',
    grouped({ $median: { input: '$s', method: 'approximate' } }),
    SCORES,
    value([{ r: double(33) }]),
  ],
  [
    '$percentile',
    grouped({ $percentile: { input: '$s', p: [0.2, 1], method: 'approximate' } }),
    SCORES,
    value([{ r: [double(1), double(99)] }]),
  ],
  ['$group wants an object', [{ $group: 5 }], [], fails(15947)],
  ['$group wants an _id', [{ $group: { n: { $sum: 1 } } }], [], fails(15955)],
  ['$group knows its accumulators', [{ $group: { _id: 1, n: { $nonsense: 1 } } }], [], fails(15952)],
  ['$group refuses JavaScript', [{ $group: { _id: 1, n: { $accumulator: {} } } }], [], fails(115)],
  ['$group wants accumulator objects', [{ $group: { _id: 1, n: 5 } }], [], fails(40234)],
  ['$group wants names without dots', [{ $group: { _id: 1, 'a.b': { $sum: 1 } } }], [], fails(40235)],
  ['$group wants names without prefix', [{ $group: { _id: 1, $a: { $sum: 1 } } }], [], fails(40236)],
  ['$group wants one argument', [{ $group: { _id: 1, a: { $sum: [1, 2] } } }], [], fails(40237)],
  ['$group wants one accumulator', [{ $group: { _id: 1, a: { $sum: 1, $avg: 1 } } }], [], fails(40238)],
  ['$count takes no argument', [{ $group: { _id: 1, a: { $count: 1 } } }], [], fails(14)],
  ['$top wants an object', [{ $group: { _id: 1, a: { $top: 1 } } }], [], fails(5788001)],
  [
    '$top has no n',
    [{ $group: { _id: 1, a: { $top: { n: 1, output: 1, sortBy: { a: 1 } } } } }],
    [],
    fails(5788002),
  ],
  [
    '$topN wants n',
    [{ $group: { _id: 1, a: { $topN: { output: 1, sortBy: { a: 1 } } } } }],
    [],
    fails(5788003),
  ],
  [
    '$topN wants output',
    [{ $group: { _id: 1, a: { $topN: { n: 1, sortBy: { a: 1 } } } } }],
    [],
    fails(5788004),
  ],
  ['$topN wants sortBy', [{ $group: { _id: 1, a: { $topN: { n: 1, output: 1 } } } }], [], fails(5788005)],
  [
    '$topN wants a positive n',
    [{ $group: { _id: 1, a: { $topN: { n: 0, output: 1, sortBy: { a: 1 } } } } }],
    [{}],
    fails(5787908),
  ],
];

describe('stages that group', () => {
  test.each(pipelines(rows))('$title', ({ outcome, expected }) => {
    expect(outcome()).toBe(expected);
  });

  test('groups whose names are those of Object.prototype', () => {
    const input = ['__proto__', 'constructor', '__proto__'].map((k) => ({ k }));
    expect(runPipeline([{ $group: { _id: '$k', n: { $sum: 1 } } }], input)).toEqual([
      { _id: '__proto__', n: 2 },
      { _id: 'constructor', n: 1 },
    ]);
    const [result] = runPipeline([{ $group: { _id: null, toString: { $sum: 1 } } }], input);
    expect(Object.keys(result)).toEqual(['_id', 'toString']);
  });

  test.each(['$push', '$addToSet', '$mergeObjects'])(
    '%s charges what it keeps and gives it back',
    (accumulator) => {
      const context = new MemoryContext();
      const input = Array.from({ length: 100 }, (_, index) => ({ d: { [`k${index}`]: 'x'.repeat(100) } }));
      runPipeline([{ $group: { _id: null, r: { [accumulator]: '$d' } } }], input, { context });
      expect(context.peak).toBeGreaterThan(10_000);
      expect(context.charged).toBe(0);
    },
  );

  test.each(['$push', '$addToSet', '$first', '$last', '$min', '$max', '$mergeObjects'])(
    'what %s keeps counts as memory',
    (name) => {
      const context = new MemoryContext();
      context.budget = 50_000;
      const value = { text: 'x'.repeat(1000) };
      const input = Array.from({ length: 100 }, (_, _id) => ({ _id, value }));

      const run = () =>
        runPipeline([{ $group: { _id: '$_id', v: { [name]: '$value' } } }], input, { context });

      expect(run).toThrow('over budget');
    },
  );

  test('a full budget stops the group and gives everything back', () => {
    const context = new MemoryContext();
    context.budget = 50_000;
    const input = Array.from({ length: 10_000 }, (_, index) => ({ _id: index }));
    expect(() => runPipeline([{ $group: { _id: '$_id' } }], input, { context })).toThrow('over budget');
    expect(context.charged).toBeLessThan(1000);
  });
});
