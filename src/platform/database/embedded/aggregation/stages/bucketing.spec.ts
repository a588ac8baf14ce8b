import { double, fails, value } from '../testing/cases.js';
import { pipelines } from '../testing/pipelines.js';
import type { PipelineRow } from '../testing/pipelines.js';

const SALES = [
  { _id: 1, item: 'abc', price: 10, quantity: 2, tags: ['a'] },
  { _id: 2, item: 'jkl', price: 20, quantity: 1 },
  { _id: 3, item: 'xyz', price: 5, quantity: 10, tags: null },
  { _id: 4, item: 'abc', price: double(10), quantity: 10 },
];

const rows: PipelineRow[] = [
  [
    '$sortByCount',
    [{ $sortByCount: '$item' }],
    SALES,
    value([
      { _id: 'abc', count: 2 },
      { _id: 'jkl', count: 1 },
      { _id: 'xyz', count: 1 },
    ]),
  ],
  [
    '$sortByCount by an expression',
    [{ $sortByCount: { $gt: ['$price', 5] } }],
    SALES,
    value([
      { _id: true, count: 3 },
      { _id: false, count: 1 },
    ]),
  ],
  ['$sortByCount wants an operator', [{ $sortByCount: { a: 1 } }], [], fails(40147)],
  ['$sortByCount wants a path', [{ $sortByCount: 'item' }], [], fails(40148)],
  ['$sortByCount wants a string', [{ $sortByCount: 5 }], [], fails(40149)],
  [
    '$bucket',
    [
      {
        $bucket: {
          groupBy: '$price',
          boundaries: [0, 10, 20],
          default: 'other',
          output: { n: { $sum: 1 }, i: { $push: '$item' } },
        },
      },
    ],
    SALES,
    value([
      { _id: 0, n: 1, i: ['xyz'] },
      { _id: 10, n: 2, i: ['abc', 'abc'] },
      { _id: 'other', n: 1, i: ['jkl'] },
    ]),
  ],
  [
    '$bucket counts by default',
    [{ $bucket: { groupBy: '$price', boundaries: [0, 100] } }],
    SALES,
    value([{ _id: 0, count: 4 }]),
  ],
  [
    '$bucket wants a default for the others',
    [{ $bucket: { groupBy: '$price', boundaries: [0, 10] } }],
    SALES,
    fails(40066),
  ],
  ['$bucket wants an object', [{ $bucket: 1 }], [], fails(40201)],
  ['$bucket knows its options', [{ $bucket: { x: 1 } }], [], fails(40197)],
  ['$bucket wants a path', [{ $bucket: { groupBy: 5, boundaries: [1, 2] } }], [], fails(40202)],
  ['$bucket wants boundaries in an array', [{ $bucket: { groupBy: '$a', boundaries: 5 } }], [], fails(40200)],
  [
    '$bucket wants constant boundaries',
    [{ $bucket: { groupBy: '$a', boundaries: ['$a', 5] } }],
    [],
    fails(40191),
  ],
  ['$bucket wants two boundaries', [{ $bucket: { groupBy: '$a', boundaries: [5] } }], [], fails(40192)],
  [
    '$bucket wants boundaries of one type',
    [{ $bucket: { groupBy: '$a', boundaries: [5, 'x'] } }],
    [],
    fails(40193),
  ],
  [
    '$bucket wants ascending boundaries',
    [{ $bucket: { groupBy: '$a', boundaries: [5, 5] } }],
    [],
    fails(40194),
  ],
  [
    '$bucket wants a constant default',
    [{ $bucket: { groupBy: '$a', boundaries: [1, 2], default: '$b' } }],
    [],
    fails(40195),
  ],
  [
    '$bucket wants an output object',
    [{ $bucket: { groupBy: '$a', boundaries: [1, 2], output: 1 } }],
    [],
    fails(40196),
  ],
  ['$bucket wants groupBy and boundaries', [{ $bucket: { groupBy: '$a' } }], [], fails(40198)],
  [
    '$bucket wants a default outside',
    [{ $bucket: { groupBy: '$a', boundaries: [1, 5], default: 2 } }],
    [],
    fails(40199),
  ],
  [
    '$bucketAuto',
    [{ $bucketAuto: { groupBy: '$x', buckets: 2 } }],
    [3, 1, 2, 4, 5].map((x) => ({ x })),
    value([
      { _id: { min: 1, max: 4 }, count: 3 },
      { _id: { min: 4, max: 5 }, count: 2 },
    ]),
  ],
  [
    '$bucketAuto keeps equals together',
    [{ $bucketAuto: { groupBy: '$x', buckets: 3, output: { all: { $push: '$x' } } } }],
    [1, 1, 1, 1, 2, 3].map((x) => ({ x })),
    value([
      { _id: { min: 1, max: 2 }, all: [1, 1, 1, 1] },
      { _id: { min: 2, max: 3 }, all: [2, 3] },
    ]),
  ],
  [
    '$bucketAuto with more buckets than documents',
    [{ $bucketAuto: { groupBy: '$x', buckets: 5 } }],
    [{ x: 2 }, { x: 1 }],
    value([
      { _id: { min: 1, max: 2 }, count: 1 },
      { _id: { min: 2, max: 2 }, count: 1 },
    ]),
  ],
  [
    '$bucketAuto rounds to R20',
    [{ $bucketAuto: { groupBy: '$x', buckets: 5, granularity: 'R20' } }],
    Array.from({ length: 100 }, (_, x) => ({ x })),
    value([
      { _id: { min: double(0), max: double(20) }, count: 20 },
      { _id: { min: double(20), max: double(40) }, count: 20 },
      { _id: { min: double(40), max: double(63) }, count: 23 },
      { _id: { min: double(63), max: double(90) }, count: 27 },
      { _id: { min: double(90), max: double(100) }, count: 10 },
    ]),
  ],
  [
    '$bucketAuto rounds to powers of two',
    [{ $bucketAuto: { groupBy: '$x', buckets: 5, granularity: 'POWERSOF2' } }],
    Array.from({ length: 100 }, (_, x) => ({ x })),
    value([
      { _id: { min: double(0), max: double(32) }, count: 32 },
      { _id: { min: double(32), max: double(64) }, count: 32 },
      { _id: { min: double(64), max: double(128) }, count: 36 },
    ]),
  ],
  [
    '$bucketAuto rounds to 1-2-5',
    [{ $bucketAuto: { groupBy: '$x', buckets: 5, granularity: '1-2-5' } }],
    Array.from({ length: 100 }, (_, x) => ({ x })),
    value([
      { _id: { min: double(0), max: double(20) }, count: 20 },
      { _id: { min: double(20), max: double(50) }, count: 30 },
      { _id: { min: double(50), max: double(100) }, count: 50 },
    ]),
  ],
  [
    '$bucketAuto rounds to E24',
    [{ $bucketAuto: { groupBy: '$x', buckets: 5, granularity: 'E24' } }],
    Array.from({ length: 100 }, (_, x) => ({ x })),
    value([
      { _id: { min: double(0), max: double(20) }, count: 20 },
      { _id: { min: double(20), max: double(43) }, count: 23 },
      { _id: { min: double(43), max: double(68) }, count: 25 },
      { _id: { min: double(68), max: double(91) }, count: 23 },
      { _id: { min: double(91), max: double(100) }, count: 9 },
    ]),
  ],
  [
    '$bucketAuto wants numbers for a granularity',
    [{ $bucketAuto: { groupBy: '$x', buckets: 5, granularity: 'R5' } }],
    [{ x: 'a' }],
    fails(40258),
  ],
  [
    '$bucketAuto wants no NaN for a granularity',
    [{ $bucketAuto: { groupBy: '$x', buckets: 5, granularity: 'R5' } }],
    [{ x: NaN }],
    fails(40259),
  ],
  [
    '$bucketAuto wants no negative for a granularity',
    [{ $bucketAuto: { groupBy: '$x', buckets: 5, granularity: 'R5' } }],
    [{ x: -1 }],
    fails(40260),
  ],
  [
    '$bucketAuto knows its granularities',
    [{ $bucketAuto: { groupBy: '$x', buckets: 5, granularity: 'R6' } }],
    [],
    fails(40257),
  ],
  [
    '$bucketAuto wants granularity as a string',
    [{ $bucketAuto: { groupBy: '$x', buckets: 5, granularity: 6 } }],
    [],
    fails(40261),
  ],
  ['$bucketAuto wants an object', [{ $bucketAuto: 1 }], [], fails(40240)],
  ['$bucketAuto wants a path', [{ $bucketAuto: { groupBy: 'x', buckets: 1 } }], [], fails(40239)],
  ['$bucketAuto wants a number', [{ $bucketAuto: { groupBy: '$x', buckets: 'x' } }], [], fails(40241)],
  ['$bucketAuto wants a whole number', [{ $bucketAuto: { groupBy: '$x', buckets: 1.5 } }], [], fails(40242)],
  ['$bucketAuto wants a positive number', [{ $bucketAuto: { groupBy: '$x', buckets: 0 } }], [], fails(40243)],
  [
    '$bucketAuto wants an output object',
    [{ $bucketAuto: { groupBy: '$x', buckets: 1, output: 1 } }],
    [],
    fails(40244),
  ],
  ['$bucketAuto knows its options', [{ $bucketAuto: { x: 1 } }], [], fails(40245)],
  ['$bucketAuto wants both', [{ $bucketAuto: { groupBy: '$x' } }], [], fails(40246)],
];

describe('$sortByCount, $bucket and $bucketAuto', () => {
  test.each(pipelines(rows))('$title', ({ outcome, expected }) => {
    expect(outcome()).toBe(expected);
  });
});
