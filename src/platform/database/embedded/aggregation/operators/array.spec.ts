import { double, fails, missing, titled, value } from '../testing/cases.js';
import type { Row } from '../testing/cases.js';

const access: Row[] = [
  [{ $arrayElemAt: ['$a', 0] }, { a: [1, 2, 3] }, value(1)],
  [{ $arrayElemAt: ['$a', -1] }, { a: [1, 2, 3] }, value(3)],
  [{ $arrayElemAt: ['$a', double(1)] }, { a: [1, 2, 3] }, value(2)],
  [{ $arrayElemAt: ['$a', 3] }, { a: [1, 2, 3] }, missing],
  [{ $arrayElemAt: ['$a', -4] }, { a: [1, 2, 3] }, missing],
  [{ $arrayElemAt: ['$missing', 0] }, {}, value(null)],
  [{ $arrayElemAt: [[1], null] }, {}, value(null)],
  [{ $arrayElemAt: ['x', 0] }, {}, fails(28689)],
  [{ $arrayElemAt: [[1], 'x'] }, {}, fails(28690)],
  [{ $arrayElemAt: [[1], 1.5] }, {}, fails(28691)],
  [{ $arrayElemAt: [[1]] }, {}, fails(16020)],
  [{ $first: '$a' }, { a: [7, 8] }, value(7)],
  [{ $first: '$a' }, { a: [] }, missing],
  [{ $first: '$a' }, {}, value(null)],
  [{ $last: '$a' }, { a: [7, 8] }, value(8)],
  [{ $last: 'x' }, {}, fails(28689)],
  [{ $isArray: '$a' }, { a: [] }, value(true)],
  [{ $isArray: [[1]] }, {}, value(true)],
  [{ $isArray: '$a' }, { a: 1 }, value(false)],
  [{ $size: '$a' }, { a: [1, 2] }, value(2)],
  [{ $size: '$a' }, {}, fails(17124)],
  [{ $in: [2, '$a'] }, { a: [1, double(2)] }, value(true)],
  [{ $in: ['$missing', '$a'] }, { a: [null] }, value(false)],
  [{ $in: [1, '$a'] }, { a: 1 }, fails(40081)],
  [{ $indexOfArray: ['$a', 2] }, { a: [1, 2, 3, 2] }, value(1)],
  [{ $indexOfArray: ['$a', 2, 2] }, { a: [1, 2, 3, 2] }, value(3)],
  [{ $indexOfArray: ['$a', 2, 2, 3] }, { a: [1, 2, 3, 2] }, value(-1)],
  [{ $indexOfArray: ['$a', 9] }, { a: [1] }, value(-1)],
  [{ $indexOfArray: ['$a', 9] }, { a: null }, value(null)],
  [{ $indexOfArray: ['x', 9] }, {}, fails(40090)],
  [{ $indexOfArray: [[1], 1, 1.5] }, {}, fails(40096)],
  [{ $indexOfArray: [[1], 1, '$missing'] }, {}, fails(40096)],
  [{ $indexOfArray: [[1], 1, -1] }, {}, fails(40097)],
  [{ $slice: ['$a', 2] }, { a: [1, 2, 3] }, value([1, 2])],
  [{ $slice: ['$a', -2] }, { a: [1, 2, 3] }, value([2, 3])],
  [{ $slice: ['$a', -9] }, { a: [1, 2, 3] }, value([1, 2, 3])],
  [{ $slice: ['$a', 0] }, { a: [1, 2, 3] }, value([])],
  [{ $slice: ['$a', 1, 1] }, { a: [1, 2, 3] }, value([2])],
  [{ $slice: ['$a', -2, 1] }, { a: [1, 2, 3] }, value([2])],
  [{ $slice: ['$a', 5, 1] }, { a: [1, 2, 3] }, value([])],
  [{ $slice: ['$a', 1, '$missing'] }, { a: [1] }, value(null)],
  [{ $slice: ['$a', 1, 0] }, { a: [1] }, fails(28729)],
  [{ $slice: ['x', 1] }, {}, fails(28724)],
  [{ $slice: [[1], 'x'] }, {}, fails(28725)],
  [{ $slice: [[1], 1.5] }, {}, fails(28726)],
  [{ $slice: [[1], 1, 'x'] }, {}, fails(28727)],
  [{ $slice: [[1], 1, 1.5] }, {}, fails(28728)],
];

const building: Row[] = [
  [{ $concatArrays: [[1], '$a'] }, { a: [2, [3]] }, value([1, 2, [3]])],
  [{ $concatArrays: [] }, {}, value([])],
  [{ $concatArrays: [[1], '$missing'] }, {}, value(null)],
  [{ $concatArrays: [[1], 2] }, {}, fails(28664)],
  [{ $reverseArray: '$a' }, { a: [1, 2] }, value([2, 1])],
  [{ $reverseArray: '$a' }, {}, value(null)],
  [{ $reverseArray: 1 }, {}, fails(34435)],
  [{ $range: [0, 5] }, {}, value([0, 1, 2, 3, 4])],
  [{ $range: [5, 0, -2] }, {}, value([5, 3, 1])],
  [{ $range: [5, 0] }, {}, value([])],
  [{ $range: [0, double(2)] }, {}, value([0, 1])],
  [{ $range: ['x', 2] }, {}, fails(34443)],
  [{ $range: [0.5, 2] }, {}, fails(34444)],
  [{ $range: [0, null] }, {}, fails(34445)],
  [{ $range: [0, 2 ** 40] }, {}, fails(34446)],
  [{ $range: [0, 1, 'x'] }, {}, fails(34447)],
  [{ $range: [0, 1, 0.5] }, {}, fails(34448)],
  [{ $range: [0, 1, 0] }, {}, fails(34449)],
  [{ $range: [0, 2 ** 31 - 1] }, {}, fails(146)],
  [
    {
      $zip: {
        inputs: [
          [1, 2],
          ['a', 'b', 'c'],
        ],
      },
    },
    {},
    value([
      [1, 'a'],
      [2, 'b'],
    ]),
  ],
  [
    { $zip: { inputs: [[1], ['a', 'b']], useLongestLength: true } },
    {},
    value([
      [1, 'a'],
      [null, 'b'],
    ]),
  ],
  [
    { $zip: { inputs: [[1], ['a', 'b']], useLongestLength: true, defaults: [0, 'z'] } },
    {},
    value([
      [1, 'a'],
      [0, 'b'],
    ]),
  ],
  [{ $zip: { inputs: ['$missing', [1]] } }, {}, value(null)],
  [{ $zip: 1 }, {}, fails(34460)],
  [{ $zip: { inputs: 1 } }, {}, fails(34461)],
  [{ $zip: { inputs: [[1]], defaults: 1 } }, {}, fails(34462)],
  [{ $zip: { inputs: [[1]], useLongestLength: 1 } }, {}, fails(34463)],
  [{ $zip: { inputs: [[1]], other: 1 } }, {}, fails(34464)],
  [{ $zip: { inputs: [] } }, {}, fails(34465)],
  [{ $zip: { inputs: [[1]], defaults: [1] } }, {}, fails(34466)],
  [{ $zip: { inputs: [[1]], defaults: [1, 2], useLongestLength: true } }, {}, fails(34467)],
  [{ $zip: { inputs: ['x'] } }, {}, fails(34468)],
  [{ $sortArray: { input: '$a', sortBy: 1 } }, { a: [3, 1, 'x', null] }, value([null, 1, 3, 'x'])],
  [{ $sortArray: { input: '$a', sortBy: -1 } }, { a: [1, 3, 2] }, value([3, 2, 1])],
  [
    { $sortArray: { input: '$a', sortBy: { x: 1, 'y.z': -1 } } },
    { a: [{ x: 2 }, { x: 1, y: { z: 1 } }, { x: 1, y: { z: 2 } }, 5] },
    value([5, { x: 1, y: { z: 2 } }, { x: 1, y: { z: 1 } }, { x: 2 }]),
  ],
  [{ $sortArray: { input: '$missing', sortBy: 1 } }, {}, value(null)],
  [{ $sortArray: 1 }, {}, fails(2942500)],
  [{ $sortArray: { input: [], sortBy: 1, x: 1 } }, {}, fails(2942501)],
  [{ $sortArray: { sortBy: 1 } }, {}, fails(2942502)],
  [{ $sortArray: { input: [] } }, {}, fails(2942503)],
  [{ $sortArray: { input: 1, sortBy: 1 } }, {}, fails(2942504)],
  [{ $sortArray: { input: [], sortBy: { a: 2 } } }, {}, fails(2942505)],
  [{ $sortArray: { input: [], sortBy: 2 } }, {}, fails(2942506)],
  [{ $sortArray: { input: [], sortBy: 'a' } }, {}, fails(2942507)],
  [
    { $arrayToObject: '$a' },
    {
      a: [
        ['x', 1],
        ['y', 2],
      ],
    },
    value({ x: 1, y: 2 }),
  ],
  [
    { $arrayToObject: '$a' },
    {
      a: [
        { k: 'x', v: 1 },
        { v: 2, k: 'x' },
      ],
    },
    value({ x: 2 }),
  ],
  [{ $arrayToObject: [[]] }, {}, value({})],
  [{ $arrayToObject: '$missing' }, {}, value(null)],
  [{ $arrayToObject: 'x' }, {}, fails(40386)],
  [{ $arrayToObject: [[1]] }, {}, fails(40398)],
  [{ $arrayToObject: '$a' }, { a: [['x', 1], { k: 'y', v: 2 }] }, fails(40396)],
  [{ $arrayToObject: '$a' }, { a: [{ k: 'y', v: 2 }, ['x', 1]] }, fails(40391)],
  [{ $arrayToObject: '$a' }, { a: [['x']] }, fails(40397)],
  [{ $arrayToObject: '$a' }, { a: [[1, 1]] }, fails(40395)],
  [{ $arrayToObject: '$a' }, { a: [{ k: 'x' }] }, fails(40392)],
  [{ $arrayToObject: '$a' }, { a: [{ k: 'x', w: 1 }] }, fails(40393)],
  [{ $arrayToObject: '$a' }, { a: [{ k: 1, v: 1 }] }, fails(40394)],
  [{ $arrayToObject: '$a' }, { a: [['a\0b', 1]] }, fails(4940400)],
  [{ $arrayToObject: '$a' }, { a: [{ k: 'a\0b', v: 1 }] }, fails(4940401)],
];

const several: Row[] = [
  [{ $firstN: { n: 2, input: '$a' } }, { a: [1, null, 3] }, value([1, null])],
  [{ $lastN: { n: 2, input: '$a' } }, { a: [1, 2, 3] }, value([2, 3])],
  [{ $lastN: { n: 9, input: '$a' } }, { a: [1, 2, 3] }, value([1, 2, 3])],
  [{ $minN: { n: 2, input: '$a' } }, { a: [3, null, 1, 2, 1] }, value([1, 1])],
  [{ $maxN: { n: 2, input: '$a' } }, { a: [3, null, 1, 'x'] }, value(['x', 3])],
  [{ $firstN: { n: 2, input: '$missing' } }, {}, fails(5788200)],
  [{ $firstN: 1 }, {}, fails(5787801)],
  [{ $minN: 1 }, {}, fails(5787900)],
  [{ $firstN: { n: 1, input: [], x: 1 } }, {}, fails(5787901)],
  [{ $firstN: { n: 'x', input: [] } }, {}, fails(5787902)],
  [{ $firstN: { n: 1.5, input: [] } }, {}, fails(5787903)],
  [{ $firstN: { n: 0, input: [] } }, {}, fails(5787908)],
  [{ $firstN: { input: [] } }, {}, fails(5787906)],
  [{ $firstN: { n: 1 } }, {}, fails(5787907)],
];

const sets: Row[] = [
  [
    {
      $setUnion: [
        [3, 1],
        [2, 1, double(3)],
      ],
    },
    {},
    value([1, 2, 3]),
  ],
  [{ $setUnion: [] }, {}, value([])],
  [{ $setUnion: [[1], '$missing'] }, {}, value(null)],
  [{ $setUnion: [[1], 1] }, {}, fails(17043)],
  [
    {
      $setIntersection: [
        ['b', 'a', 'b'],
        ['c', 'b'],
      ],
    },
    {},
    value(['b']),
  ],
  [{ $setIntersection: [[[1]], [[1], 1]] }, {}, value([[1]])],
  [{ $setIntersection: [[1], null] }, {}, value(null)],
  [{ $setIntersection: [1] }, {}, fails(17047)],
  [{ $setDifference: [[3, 1, 3, 2], [1]] }, {}, value([3, 2])],
  [{ $setDifference: [null, [1]] }, {}, value(null)],
  [{ $setDifference: [1, [1]] }, {}, fails(17048)],
  [{ $setDifference: [[1], 1] }, {}, fails(17049)],
  [
    {
      $setEquals: [
        [1, 2],
        [2, 1, 1],
      ],
    },
    {},
    value(true),
  ],
  [{ $setEquals: [[1, 2], [1], [1, 2]] }, {}, value(false)],
  [{ $setEquals: [[1]] }, {}, fails(17045)],
  [{ $setEquals: [[1], '$missing'] }, {}, fails(17044)],
  [
    {
      $setIsSubset: [
        [1, 1],
        [2, 1],
      ],
    },
    {},
    value(true),
  ],
  [{ $setIsSubset: [[3], [2, 1]] }, {}, value(false)],
  [{ $setIsSubset: [1, []] }, {}, fails(17046)],
  [{ $setIsSubset: [[], 1] }, {}, fails(17042)],
  [{ $allElementsTrue: [[1, 'x', true]] }, {}, value(true)],
  [{ $allElementsTrue: [[1, null]] }, {}, value(false)],
  [{ $allElementsTrue: [[]] }, {}, value(true)],
  [{ $allElementsTrue: 1 }, {}, fails(17040)],
  [{ $anyElementTrue: [[0, null, 1]] }, {}, value(true)],
  [{ $anyElementTrue: [[]] }, {}, value(false)],
  [{ $anyElementTrue: null }, {}, fails(17041)],
];

const collated: Row[] = [
  [
    {
      $setUnion: [
        ['b', 'A'],
        ['a', 'B'],
      ],
    },
    {},
    value(['A', 'b']),
  ],
  [{ $in: ['ÄB', ['äb']] }, {}, value(true)],
  [{ $setIsSubset: [['x'], ['X']] }, {}, value(true)],
  [{ $eq: ['x', 'X'] }, {}, value(true)],
  [{ $max: ['a', 'B'] }, {}, value('B')],
];

describe.each<[string, Row[]]>([
  ['access', access],
  ['building', building],
  ['N', several],
  ['set', sets],
])('array operators: %s', (_family, rows) => {
  test.each(titled(rows))('$title', ({ outcome, expected }) => {
    expect(outcome()).toBe(expected);
  });
});

describe('under a collation', () => {
  test.each(titled(collated, { collation: { locale: 'en', strength: 2 } }))(
    '$title',
    ({ outcome, expected }) => {
      expect(outcome()).toBe(expected);
    },
  );
});
