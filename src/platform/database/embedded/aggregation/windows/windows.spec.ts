import type { Document } from '../../types.js';
import { decimal, double, fails, value } from '../testing/cases.js';
import { MemoryContext, pipelines, runPipeline } from '../testing/pipelines.js';
import type { PipelineRow } from '../testing/pipelines.js';

const at = (text: string): Date => new Date(text);

/** Runs one function over documents sorted by `x`, and keeps its results. */
const over = (field: Document, sortBy: Document | null = { x: 1 }, extra: Document = {}): Document[] => [
  { $setWindowFields: { ...(sortBy && { sortBy }), ...extra, output: { r: field } } },
  { $group: { _id: null, r: { $push: { $ifNull: ['$r', 'none'] } } } },
  { $unset: '_id' },
];
const results = (...r: unknown[]): ReturnType<typeof value> => value([{ r }]);
const documents = (lower: unknown, upper: unknown): Document => ({ window: { documents: [lower, upper] } });
const range = (lower: unknown, upper: unknown, unit?: string): Document => ({
  window: { range: [lower, upper], ...(unit !== undefined && { unit }) },
});

const N = [3, 1, 2, 5, 4].map((x) => ({ x, v: x * 10 }));
const TIES = [1, 2, 2, 3].map((x) => ({ x }));
const DATES = ['2021-01-01', '2021-01-02', '2021-01-04', '2021-02-01'].map((day, index) => ({
  x: at(`${day}T00:00:00Z`),
  v: index,
}));

const windows: PipelineRow[] = [
  ['the whole partition', over({ $sum: '$v' }), N, results(150, 150, 150, 150, 150)],
  [
    'from the start',
    over({ $sum: '$v', ...documents('unbounded', 'current') }),
    N,
    results(10, 30, 60, 100, 150),
  ],
  [
    'to the end',
    over({ $sum: '$v', ...documents('current', 'unbounded') }),
    N,
    results(150, 140, 120, 90, 50),
  ],
  ['around', over({ $sum: '$v', ...documents(-1, 1) }), N, results(30, 60, 90, 120, 90)],
  ['before', over({ $sum: '$v', ...documents(-2, -1) }), N, results(0, 10, 30, 50, 70)],
  [
    'after',
    over({ $avg: '$v', ...documents(1, 2) }),
    N,
    results(double(25), double(35), double(45), double(50), 'none'),
  ],
  [
    '$avg around',
    over({ $avg: '$v', ...documents(-1, 0) }),
    N,
    results(double(10), double(15), double(25), double(35), double(45)),
  ],
  ['$min around', over({ $min: '$v', ...documents(-1, 1) }), N, results(10, 10, 20, 30, 40)],
  ['$max around', over({ $max: '$v', ...documents(-1, 1) }), N, results(20, 30, 40, 50, 50)],
  ['$count around', over({ $count: {}, ...documents(-1, 1) }), N, results(2, 3, 3, 3, 2)],
  [
    '$push around',
    over({ $push: '$v', ...documents(-1, 0) }),
    N,
    results([10], [10, 20], [20, 30], [30, 40], [40, 50]),
  ],
  [
    '$push from the start',
    over({ $push: '$v', ...documents('unbounded', 0) }),
    N.slice(0, 3),
    results([10], [10, 20], [10, 20, 30]),
  ],
  [
    '$addToSet',
    over({ $addToSet: '$x' }, { x: 1 }),
    TIES,
    results([1, 2, 3], [1, 2, 3], [1, 2, 3], [1, 2, 3]),
  ],
  ['$first around', over({ $first: '$v', ...documents(-1, 1) }), N, results(10, 10, 20, 30, 40)],
  ['$last around', over({ $last: '$v', ...documents(-1, 1) }), N, results(20, 30, 40, 50, 50)],
  ['$first of an empty window', over({ $first: '$v', ...documents(5, 6) }), N.slice(0, 1), results('none')],
  [
    '$stdDevPop around',
    over({ $stdDevPop: '$v', ...documents(-1, 0) }),
    N.slice(0, 3),
    results(double(0), double(5), double(5)),
  ],
  [
    '$topN',
    over({ $topN: { n: 2, output: '$x', sortBy: { v: -1 } }, ...documents('unbounded', 0) }),
    N.slice(0, 3),
    results([1], [2, 1], [3, 2]),
  ],
  [
    '$minN',
    over({ $minN: { n: 2, input: '$v' }, ...documents(-1, 1) }),
    N.slice(0, 3),
    results([10, 20], [10, 20], [20, 30]),
  ],
  [
    '$median',
    over({ $median: { input: '$v', method: 'approximate' } }),
    N.slice(0, 3),
    results(double(20), double(20), double(20)),
  ],
  [
    '$sum keeps the widest type in the window',
    over({ $sum: '$v', ...documents(-1, 0) }),
    [
      { x: 1, v: 1.5 },
      { x: 2, v: 1 },
      { x: 3, v: 2 },
      { x: 4, v: 1n },
    ],
    results(1.5, 2.5, 3, 3n),
  ],
  [
    '$sum forgets what is not finite',
    over({ $sum: '$v', ...documents(-1, 0) }),
    [
      { x: 1, v: Infinity },
      { x: 2, v: NaN },
      { x: 3, v: 1 },
      { x: 4, v: 1 },
    ],
    results(Infinity, NaN, NaN, 2),
  ],
  [
    '$sum of decimals',
    over({ $sum: '$v', ...documents(-1, 0) }),
    [
      { x: 1, v: decimal('0.1') },
      { x: 2, v: decimal('0.2') },
      { x: 3, v: 1 },
    ],
    results(decimal('0.1'), decimal('0.3'), decimal('1.2')),
  ],
  [
    '$covariancePop',
    over({ $covariancePop: ['$x', '$v'], ...documents('unbounded', 0) }),
    N.slice(0, 3),
    results(double(0), 2.5, 20 / 3),
  ],
  [
    '$covarianceSamp',
    over({ $covarianceSamp: ['$x', '$v'], ...documents('unbounded', 0) }),
    N.slice(0, 3),
    results('none', double(5), double(10)),
  ],
  [
    'a range of values',
    over({ $sum: '$v', ...range(-1, 1) }),
    [
      { x: 1, v: 1 },
      { x: 2, v: 2 },
      { x: 4, v: 4 },
      { x: 4, v: 4 },
    ],
    results(3, 3, 8, 8),
  ],
  [
    'a range with fractions',
    over({ $count: {}, ...range(-0.5, 0.5) }),
    [{ x: 1 }, { x: 1.5 }, { x: double(2) }],
    results(2, 3, 2),
  ],
  ['a range up to equals', over({ $count: {}, ...range('unbounded', 'current') }), TIES, results(1, 3, 3, 4)],
  ['a range of days', over({ $push: '$v', ...range(-1, 0, 'day') }), DATES, results([0], [0, 1], [2], [3])],
  ['a range of months', over({ $sum: '$v', ...range('unbounded', -1, 'month') }), DATES, results(0, 0, 0, 0)],
  ['a range of a month back', over({ $count: {}, ...range(-1, 0, 'month') }), DATES, results(1, 2, 3, 4)],
];

const functions: PipelineRow[] = [
  ['$rank', over({ $rank: {} }), TIES, results(1, 2, 2, 4)],
  ['$denseRank', over({ $denseRank: {} }), TIES, results(1, 2, 2, 3)],
  ['$documentNumber', over({ $documentNumber: {} }), TIES, results(1, 2, 3, 4)],
  ['$shift back', over({ $shift: { output: '$v', by: -1 } }), N, results('none', 10, 20, 30, 40)],
  [
    '$shift on, with a default',
    over({ $shift: { output: '$v', by: 2, default: 0 } }),
    N,
    results(30, 40, 50, 0, 0),
  ],
  [
    '$expMovingAvg by N',
    over({ $expMovingAvg: { input: '$v', N: 2 } }),
    [
      { x: 1, v: 13 },
      { x: 2, v: 'n' },
      { x: 3, v: 15.4 },
    ],
    results(double(13), double(13), 14.6),
  ],
  [
    '$expMovingAvg by alpha',
    over({ $expMovingAvg: { input: '$v', alpha: 0.5 } }),
    N.slice(0, 3),
    results(double(10), double(15), 22.5),
  ],
  [
    '$expMovingAvg without the noise of binary fractions',
    over({ $expMovingAvg: { input: '$v', alpha: 0.1 } }),
    [
      { x: 1, v: 0.1 },
      { x: 2, v: 0.3 },
    ],
    results(0.1, 0.12),
  ],
  [
    '$expMovingAvg once a decimal came',
    over({ $expMovingAvg: { input: '$v', alpha: decimal('0.5') } }),
    [
      { x: 1, v: 1 },
      { x: 2, v: decimal('2') },
      { x: 3, v: 2 },
    ],
    results(double(1), decimal('1.5'), decimal('1.75')),
  ],
  [
    '$expMovingAvg of decimals',
    over({ $expMovingAvg: { input: '$v', alpha: decimal('0.5') } }),
    [
      { x: 1, v: decimal('1') },
      { x: 2, v: decimal('2') },
    ],
    results(decimal('1'), decimal('1.5')),
  ],
  [
    '$derivative per hour',
    over({ $derivative: { input: '$v', unit: 'hour' }, ...range(-30, 0, 'second') }),
    [
      { x: at('2020-05-18T14:10:30Z'), v: 295.1 },
      { x: at('2020-05-18T14:11:00Z'), v: 295.55 },
      { x: at('2020-05-18T14:11:30Z'), v: 296 },
    ],
    results('none', 53.999999999998636, 53.999999999998636),
  ],
  [
    '$derivative of numbers',
    over({ $derivative: { input: '$v' }, ...documents(-1, 0) }),
    N,
    results('none', double(10), double(10), double(10), double(10)),
  ],
  [
    '$derivative over no distance',
    over({ $derivative: { input: '$x' }, ...documents(-1, 0) }),
    TIES,
    results('none', double(1), 'none', double(1)),
  ],
  [
    '$integral',
    over({ $integral: { input: '$v' }, ...documents('unbounded', 0) }),
    N.slice(0, 3),
    results(0, double(15), double(40)),
  ],
  [
    '$integral per hour',
    over({ $integral: { input: '$v', unit: 'hour' }, ...range('unbounded', 'current', 'hour') }),
    [
      { x: at('2020-05-18T14:10:30Z'), v: 2.95 },
      { x: at('2020-05-18T14:11:00Z'), v: 2.7 },
    ],
    results(0, 0.023541666666666666),
  ],
  [
    '$linearFill',
    over({ $linearFill: '$v' }),
    [{ x: 0, v: 0 }, { x: 1 }, { x: 3, v: null }, { x: 4, v: 8 }],
    results(0, double(2), double(6), 8),
  ],
  [
    '$linearFill over dates',
    over({ $linearFill: '$v' }),
    [
      { x: at('2021-01-01T00:00:00Z'), v: 1 },
      { x: at('2021-01-02T00:00:00Z') },
      { x: at('2021-01-05T00:00:00Z'), v: 5 },
    ],
    results(1, double(2), 5),
  ],
  [
    '$linearFill without ends',
    over({ $linearFill: '$v' }),
    [{ x: 0 }, { x: 1, v: 1 }, { x: 2 }],
    results('none', 1, 'none'),
  ],
  ['$locf', over({ $locf: '$v' }, null), [{ v: null }, { v: 1 }, {}, { v: 2 }], results('none', 1, 1, 2)],
];

const failures: PipelineRow[] = [
  ['wants an object', [{ $setWindowFields: 1 }], [], fails(9)],
  ['wants an output', [{ $setWindowFields: {} }], [], fails(40414)],
  ['knows its options', [{ $setWindowFields: { output: {}, x: 1 } }], [], fails(40415)],
  ['wants an output object', [{ $setWindowFields: { output: 1 } }], [], fails(14)],
  ['wants functions', over({ sum: 1 }), [], fails(9)],
  ['knows its functions', over({ $nonsense: 1 }), [], fails(9)],
  ['wants one function', over({ $sum: 1, $avg: 1 }), [], fails(9)],
  ['wants only a window beside', over({ $sum: 1, x: 1 }), [], fails(9)],
  ['wants ordered bounds', over({ $sum: 1, ...documents(1, -1) }), [], fails(5339900)],
  ['wants a sort for documents', over({ $sum: 1, ...documents(-1, 1) }, null), [], fails(5339901)],
  ['wants one sort key for a range', over({ $sum: 1, ...range(-1, 1) }, { x: 1, y: 1 }), [], fails(5339902)],
  ['wants an ascending sort for a range', over({ $sum: 1, ...range(-1, 1) }, { x: -1 }), [], fails(8947401)],
  ['wants documents or range', over({ $sum: 1, window: { documents: [0, 0], range: [0, 0] } }), [], fails(9)],
  ['wants two bounds', over({ $sum: 1, window: { documents: [0] } }), [], fails(9)],
  ['knows its bounds', over({ $sum: 1, ...documents('x', 0) }), [], fails(9)],
  ['wants whole document bounds', over({ $sum: 1, ...documents(0.5, 1) }), [], fails(9)],
  ['wants constant bounds', over({ $sum: 1, ...documents('$a', 1) }), [], fails(9)],
  ['wants numbers for a range', over({ $sum: 1, ...range('current', null) }), [], fails(9)],
  ['wants numbers to range over', over({ $sum: 1, ...range(-1, 1) }), [{ x: 'a' }], fails(5429414)],
  ['wants dates to range over', over({ $sum: 1, ...range(-1, 1, 'day') }), [{ x: 1 }], fails(5429513)],
  ['wants a range for a unit', over({ $sum: 1, window: { documents: [0, 0], unit: 'day' } }), [], fails(9)],
  ['wants no array partition', over({ $sum: 1 }, null, { partitionBy: '$a' }), [{ a: [1] }], fails(14)],
  ['wants no argument for ranks', over({ $rank: 1 }), [], fails(5371603)],
  ['wants no window for ranks', over({ $rank: {}, window: {} }), [], fails(5371601)],
  ['wants a sort for ranks', over({ $rank: {} }, null), [], fails(5371602)],
  ['wants one sort key for ranks', over({ $denseRank: {} }, { x: 1, y: 1 }), [], fails(5371602)],
  ['wants an output to shift', over({ $shift: { by: 1 } }), [], fails(9)],
  ['wants a distance to shift', over({ $shift: { output: 1, by: 'x' } }), [], fails(9)],
  ['wants a sort to shift', over({ $shift: { output: 1, by: 1 } }, null), [], fails(9)],
  ['wants a constant default', over({ $shift: { output: 1, by: 1, default: '$a' } }), [], fails(9)],
  ['wants N or alpha', over({ $expMovingAvg: { input: 1 } }), [], fails(9)],
  ['wants a positive N', over({ $expMovingAvg: { input: 1, N: 0 } }), [], fails(9)],
  ['wants alpha below one', over({ $expMovingAvg: { input: 1, alpha: 1 } }), [], fails(9)],
  ['wants a window to derive', over({ $derivative: { input: 1 } }), [], fails(9)],
  [
    'wants a short unit',
    over({ $derivative: { input: 1, unit: 'month' }, ...documents(0, 1) }),
    [],
    fails(5490710),
  ],
  [
    'wants a unit for dates',
    over({ $integral: { input: 1 } }),
    [{ x: at('2021-01-01T00:00:00Z') }],
    fails(5624901),
  ],
  ['wants dates for a unit', over({ $integral: { input: 1, unit: 'day' } }), [{ x: 1 }], fails(5624900)],
  ['wants distinct values to fill', over({ $linearFill: '$v' }), [{ x: 1 }, { x: 1 }], fails(6050106)],
  ['wants numbers to fill', over({ $linearFill: '$v' }), [{ x: 1, v: 'a' }], fails(14)],
  ['wants a sort to fill', over({ $linearFill: '$v' }, null), [], fails(605001)],
  ['checks n without documents', over({ $firstN: { n: 0, input: 1 } }), [], fails(5787908)],
];

describe.each<[string, PipelineRow[]]>([
  ['windows', windows],
  ['functions', functions],
  ['errors', failures],
])('$setWindowFields: %s', (_name, rows) => {
  test.each(pipelines(rows))('$title', ({ outcome, expected }) => {
    expect(outcome()).toBe(expected);
  });
});

describe('$setWindowFields', () => {
  test('computes each partition on its own, in order of the partitions', () => {
    const input = [
      { _id: 1, p: 'b', x: 2 },
      { _id: 2, p: 'a', x: 1 },
      { _id: 3, p: 'b', x: 1 },
      { _id: 4, x: 9 },
      { _id: 5, p: null, x: 8 },
    ];
    const stage = {
      $setWindowFields: {
        partitionBy: '$p',
        sortBy: { x: 1 },
        output: { n: { $documentNumber: {} }, 's.t': { $sum: '$x' } },
      },
    };
    expect(runPipeline([stage, { $project: { n: 1, s: 1 } }], input)).toEqual([
      { _id: 5, n: 1, s: { t: 17 } },
      { _id: 4, n: 2, s: { t: 17 } },
      { _id: 2, n: 1, s: { t: 1 } },
      { _id: 3, n: 1, s: { t: 3 } },
      { _id: 1, n: 2, s: { t: 3 } },
    ]);
  });

  test('slides over many documents as if it added each window anew', () => {
    const input = Array.from({ length: 3000 }, (_, x) => ({ x, v: (x * 7919) % 101 }));
    const output = Object.fromEntries(
      ['$sum', '$min', '$max', '$avg'].map((name) => [
        name.slice(1),
        { [name]: '$v', ...documents(-50, 10) },
      ]),
    );
    const result = runPipeline([{ $setWindowFields: { sortBy: { x: 1 }, output } }], input);
    for (const position of [0, 1, 49, 50, 51, 1500, 2988, 2989, 2990, 2999]) {
      const window = input.slice(Math.max(0, position - 50), position + 11).map(({ v }) => v);
      const sum = window.reduce((total, v) => total + v, 0);
      expect(result[position]).toMatchObject({ sum, min: Math.min(...window), max: Math.max(...window) });
      expect(Number(result[position].avg)).toBeCloseTo(sum / window.length, 10);
    }
  });

  test('gives its memory back', () => {
    const context = new MemoryContext();
    runPipeline(over({ $sum: '$v' }), N, { context });
    expect(context.peak).toBeGreaterThan(0);
    expect(context.charged).toBe(0);
  });
});
