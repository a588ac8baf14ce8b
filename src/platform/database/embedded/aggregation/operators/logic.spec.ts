import { Decimal128, MinKey } from 'bson';
import { decimal, double, fails, missing, titled, value } from '../testing/cases.js';
import type { Row } from '../testing/cases.js';

const boolean: Row[] = [
  [{ $and: [] }, {}, value(true)],
  [{ $and: ['$a', 1] }, { a: '' }, value(true)],
  [{ $and: ['$a', { $divide: [1, '$zero'] }] }, { a: 0, zero: 0 }, value(false)],
  [{ $or: [] }, {}, value(false)],
  [{ $or: ['$a', null] }, { a: NaN }, value(true)],
  [{ $or: [0, 0n, double(0), decimal('0'), null, '$missing', false] }, {}, value(false)],
  [{ $not: '$a' }, { a: [] }, value(false)],
  [{ $not: ['$missing'] }, {}, value(true)],
  [{ $not: [1, 2] }, {}, fails(16020)],
];

const comparison: Row[] = [
  [{ $eq: ['$a', 1] }, { a: double(1) }, value(true)],
  [{ $eq: ['$a', null] }, {}, value(false)],
  [{ $eq: ['$a', '$b'] }, {}, value(true)],
  [{ $lt: ['$a', null] }, {}, value(true)],
  [{ $gt: ['$a', new MinKey()] }, {}, value(true)],
  [{ $gt: ['x', 1e9] }, {}, value(true)],
  [{ $gt: [[1], { a: 1 }] }, {}, value(true)],
  [{ $lt: [2n ** 53n, 2 ** 53 + 2] }, {}, value(true)],
  [{ $ne: [Decimal128.fromString('0.1'), 0.1] }, {}, value(true)],
  [{ $gte: [1, 1n] }, {}, value(true)],
  [{ $lte: ['b', 'a'] }, {}, value(false)],
  [{ $cmp: ['a', 'b'] }, {}, value(-1)],
  [{ $cmp: [2, 1] }, {}, value(1)],
  [{ $cmp: [NaN, NaN] }, {}, value(0)],
  [{ $cmp: [1] }, {}, fails(16020)],
];

const conditional: Row[] = [
  [{ $cond: ['$a', 'yes', 'no'] }, { a: 1 }, value('yes')],
  [{ $cond: { if: '$a', then: 'yes', else: 'no' } }, {}, value('no')],
  [{ $cond: [true, 1, { $divide: [1, '$zero'] }] }, { zero: 0 }, value(1)],
  [{ $cond: ['$a', '$b', '$$REMOVE'] }, {}, missing],
  [{ $cond: [1, 2] }, {}, fails(16020)],
  [{ $cond: { then: 1, else: 2 } }, {}, fails(17080)],
  [{ $cond: { if: 1, else: 2 } }, {}, fails(17081)],
  [{ $cond: { if: 1, then: 2 } }, {}, fails(17082)],
  [{ $cond: { if: 1, then: 2, else: 3, other: 4 } }, {}, fails(17083)],
  [{ $ifNull: ['$a', '$b', 'x'] }, { b: null }, value('x')],
  [{ $ifNull: ['$a', '$b'] }, {}, missing],
  [{ $ifNull: ['$a', 1] }, { a: 0 }, value(0)],
  [{ $ifNull: ['$a'] }, {}, fails(1257300)],
  [
    {
      $switch: {
        branches: [
          { case: '$a', then: 1 },
          { case: true, then: 2 },
        ],
      },
    },
    {},
    value(2),
  ],
  [{ $switch: { branches: [{ case: '$a', then: 1 }], default: '$d' } }, { d: 9 }, value(9)],
  [{ $switch: { branches: [{ case: '$a', then: 1 }] } }, {}, fails(40066)],
  [{ $switch: 1 }, {}, fails(40060)],
  [{ $switch: { branches: 1 } }, {}, fails(40061)],
  [{ $switch: { branches: [1] } }, {}, fails(40062)],
  [{ $switch: { branches: [{ case: 1, then: 1, x: 1 }] } }, {}, fails(40063)],
  [{ $switch: { branches: [{ then: 1 }] } }, {}, fails(40064)],
  [{ $switch: { branches: [{ case: 1 }] } }, {}, fails(40065)],
  [{ $switch: { x: 1 } }, {}, fails(40067)],
  [{ $switch: { branches: [] } }, {}, fails(40068)],
];

const variable: Row[] = [
  [{ $let: { vars: { x: 1, y: '$a' }, in: { $add: ['$$x', '$$y'] } } }, { a: 2 }, value(3)],
  [
    { $let: { vars: { x: 1 }, in: { $let: { vars: { x: 2, y: '$$x' }, in: ['$$x', '$$y'] } } } },
    {},
    value([2, 1]),
  ],
  [{ $let: { vars: { CURRENT: '$a' }, in: '$b' } }, { a: { b: 5 }, b: 6 }, value(5)],
  [{ $let: { vars: { CURRENT: '$a' }, in: '$$ROOT.b' } }, { a: { b: 5 }, b: 6 }, value(6)],
  [{ $let: { vars: { x: '$a' }, in: '$$x.b' } }, { a: [{ b: 1 }, { b: 2 }] }, value([1, 2])],
  [{ $let: 1 }, {}, fails(16874)],
  [{ $let: { vars: {}, in: 1, x: 1 } }, {}, fails(16875)],
  [{ $let: { in: 1 } }, {}, fails(16876)],
  [{ $let: { vars: {} } }, {}, fails(16877)],
  [{ $let: { vars: { X: 1 }, in: 1 } }, {}, fails(9)],
  [{ $let: { vars: { 'a-b': 1 }, in: 1 } }, {}, fails(9)],
  [{ $let: { vars: { '': 1 }, in: 1 } }, {}, fails(9)],
  [{ $map: { input: '$a', in: { $add: ['$$this', 1] } } }, { a: [1, 2] }, value([2, 3])],
  [{ $map: { input: '$a', as: 'x', in: '$$x.b' } }, { a: [{ b: 1 }, {}] }, value([1, null])],
  [
    { $map: { input: '$a', as: 'x', in: { $map: { input: '$$x', as: 'y', in: ['$$x', '$$y'] } } } },
    { a: [[1, 2]] },
    value([
      [
        [[1, 2], 1],
        [[1, 2], 2],
      ],
    ]),
  ],
  [{ $map: { input: '$missing', in: 1 } }, {}, value(null)],
  [{ $map: { input: 1, in: 1 } }, {}, fails(16883)],
  [{ $map: 1 }, {}, fails(16878)],
  [{ $map: { input: [], in: 1, x: 1 } }, {}, fails(16879)],
  [{ $map: { in: 1 } }, {}, fails(16880)],
  [{ $map: { input: [] } }, {}, fails(16882)],
  [{ $filter: { input: '$a', cond: { $gt: ['$$this', 1] } } }, { a: [1, 2, 3] }, value([2, 3])],
  [{ $filter: { input: '$a', as: 'x', cond: '$$x', limit: 1 } }, { a: [0, 2, 3] }, value([2])],
  [{ $filter: { input: '$a', cond: true, limit: null } }, { a: [1] }, value([1])],
  [{ $filter: { input: '$missing', cond: true } }, {}, value(null)],
  [{ $filter: 1 }, {}, fails(28646)],
  [{ $filter: { input: [], cond: 1, x: 1 } }, {}, fails(28647)],
  [{ $filter: { cond: 1 } }, {}, fails(28648)],
  [{ $filter: { input: [] } }, {}, fails(28650)],
  [{ $filter: { input: 1, cond: 1 } }, {}, fails(28651)],
  [{ $filter: { input: [1], cond: 1, limit: 1.5 } }, {}, fails(327391)],
  [{ $filter: { input: [1], cond: 1, limit: 0 } }, {}, fails(327392)],
  [
    { $reduce: { input: ['a', 'b'], initialValue: '', in: { $concat: ['$$value', '$$this'] } } },
    {},
    value('ab'),
  ],
  [{ $reduce: { input: [], initialValue: 5, in: '$$this' } }, {}, value(5)],
  [{ $reduce: { input: null, initialValue: 5, in: '$$this' } }, {}, value(null)],
  [{ $reduce: 1 }, {}, fails(40075)],
  [{ $reduce: { input: [], initialValue: 1, in: 1, x: 1 } }, {}, fails(40076)],
  [{ $reduce: { initialValue: 1, in: 1 } }, {}, fails(40077)],
  [{ $reduce: { input: [], in: 1 } }, {}, fails(40078)],
  [{ $reduce: { input: [], initialValue: 1 } }, {}, fails(40079)],
  [{ $reduce: { input: 1, initialValue: 1, in: 1 } }, {}, fails(40080)],
  [{ $reduce: { input: { $range: [0, 100000] }, initialValue: 1, in: ['$$value'] } }, {}, fails(15)],
];

describe.each<[string, Row[]]>([
  ['boolean', boolean],
  ['comparison', comparison],
  ['conditional', conditional],
  ['variable', variable],
])('%s operators', (_family, rows) => {
  test.each(titled(rows))('$title', ({ outcome, expected }) => {
    expect(outcome()).toBe(expected);
  });
});
