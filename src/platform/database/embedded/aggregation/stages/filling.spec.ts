import type { Document } from '../../types.js';
import { double, fails, value } from '../testing/cases.js';
import { MemoryContext, pipelines, runPipeline } from '../testing/pipelines.js';
import type { PipelineRow } from '../testing/pipelines.js';

const at = (text: string): Date => new Date(text);
const densify = (range: Document, extra: Document = {}): Document => ({
  $densify: { field: 'v', range, ...extra },
});

const rows: PipelineRow[] = [
  [
    'hours between two dates',
    [densify({ step: 4, unit: 'hour', bounds: [at('2021-05-18T00:00:00Z'), at('2021-05-18T08:00:00Z')] })],
    [{ v: at('2021-05-18T04:00:00Z'), t: 1 }],
    value([{ v: at('2021-05-18T00:00:00Z') }, { v: at('2021-05-18T04:00:00Z'), t: 1 }]),
  ],
  [
    'full bounds',
    [densify({ step: 2, bounds: 'full' })],
    [{ v: 5 }, { v: 0, x: 1 }],
    value([{ v: 0, x: 1 }, { v: 2 }, { v: 4 }, { v: 5 }]),
  ],
  [
    'values off the grid stay',
    [densify({ step: 2, bounds: 'full' })],
    [{ v: 0 }, { v: 3 }, { v: 4 }, { v: 6 }],
    value([{ v: 0 }, { v: 2 }, { v: 3 }, { v: 4 }, { v: 6 }]),
  ],
  [
    'null and missing pass',
    [densify({ step: 1, bounds: 'full' })],
    [{ v: 2 }, {}, { v: null }, { v: 0 }],
    value([{}, { v: null }, { v: 0 }, { v: 1 }, { v: 2 }]),
  ],
  [
    'explicit bounds go on after the last',
    [densify({ step: 1, bounds: [1, 4] })],
    [{ v: 0 }, { v: 2 }, { v: 9 }],
    value([{ v: 0 }, { v: 1 }, { v: 2 }, { v: 3 }, { v: 9 }]),
  ],
  [
    'explicit bounds without documents',
    [densify({ step: 1, bounds: [1, 3] })],
    [],
    value([{ v: 1 }, { v: 2 }]),
  ],
  [
    'keeps doubles',
    [densify({ step: 0.5, bounds: 'full' })],
    [{ v: 0 }, { v: 1 }],
    value([{ v: 0 }, { v: 0.5 }, { v: 1 }]),
  ],
  [
    'partition bounds',
    [densify({ step: 1, bounds: 'partition' }, { partitionByFields: ['p'] })],
    [
      { p: 'a', v: 1 },
      { p: 'b', v: 5 },
      { p: 'a', v: 3 },
      { p: 'b', v: 6 },
    ],
    value([
      { p: 'a', v: 1 },
      { p: 'a', v: 2 },
      { p: 'a', v: 3 },
      { p: 'b', v: 5 },
      { p: 'b', v: 6 },
    ]),
  ],
  [
    'full bounds of partitions',
    [densify({ step: 1, bounds: 'full' }, { partitionByFields: ['p'] }), { $sort: { p: 1, v: 1 } }],
    [
      { p: 'a', v: 1 },
      { p: 'b', v: 2 },
      { p: 'a', v: 3 },
    ],
    value([
      { p: 'a', v: 1 },
      { p: 'a', v: 2 },
      { p: 'a', v: 3 },
      { p: 'b', v: 1 },
      { p: 'b', v: 2 },
      { p: 'b', v: 3 },
    ]),
  ],
  [
    'explicit bounds of partitions',
    [densify({ step: 1, bounds: [0, 2] }, { partitionByFields: ['p.q'] }), { $sort: { 'p.q': 1, v: 1 } }],
    [
      { p: { q: 'a' }, v: 1 },
      { p: { q: 'b' }, v: 7 },
    ],
    value([
      { p: { q: 'a' }, v: 0 },
      { p: { q: 'a' }, v: 1 },
      { p: { q: 'b' }, v: 0 },
      { p: { q: 'b' }, v: 1 },
      { p: { q: 'b' }, v: 7 },
    ]),
  ],
  [
    'months',
    [densify({ step: 1, unit: 'month', bounds: 'full' })],
    [{ v: at('2021-01-15T00:00:00Z') }, { v: at('2021-03-15T00:00:00Z') }],
    value([
      { v: at('2021-01-15T00:00:00Z') },
      { v: at('2021-02-15T00:00:00Z') },
      { v: at('2021-03-15T00:00:00Z') },
    ]),
  ],
  [
    'nested fields',
    [{ $densify: { field: 'a.v', range: { step: 1, bounds: 'full' } } }],
    [{ a: { v: 1 } }, { a: { v: 3 } }],
    value([{ a: { v: 1 } }, { a: { v: 2 } }, { a: { v: 3 } }]),
  ],
  ['wants an object', [{ $densify: 1 }], [], fails(9)],
  ['wants a field', [{ $densify: { range: { step: 1, bounds: 'full' } } }], [], fails(40414)],
  ['knows its options', [densify({ step: 1, bounds: 'full' }, { x: 1 })], [], fails(40415)],
  ['wants a positive step', [densify({ step: 0, bounds: 'full' })], [], fails(5733401)],
  [
    'wants a whole step with a unit',
    [densify({ step: 1.5, unit: 'day', bounds: 'full' })],
    [],
    fails(6586400),
  ],
  ['knows its units', [densify({ step: 1, unit: 'eon', bounds: 'full' })], [], fails(9)],
  ['knows its bounds', [densify({ step: 1, bounds: 'some' })], [], fails(5946802)],
  ['wants bounds', [densify({ step: 1, bounds: 5 })], [], fails(5733404)],
  ['wants two bounds', [densify({ step: 1, bounds: [1] })], [], fails(5733403)],
  ['wants ascending bounds', [densify({ step: 1, bounds: [2, 1] })], [], fails(5733402)],
  ['wants numbers or dates', [densify({ step: 1, bounds: ['a', 'b'] })], [], fails(5946800)],
  [
    'wants bounds of one kind',
    [densify({ step: 1, bounds: [1, at('2021-01-15T00:00:00Z')] })],
    [],
    fails(5733406),
  ],
  ['wants bounds and step of one type', [densify({ step: 1, bounds: [double(1), 2] })], [], fails(5876900)],
  ['wants no unit for numbers', [densify({ step: 1, unit: 'day', bounds: [1, 2] })], [], fails(5733409)],
  [
    'wants a unit for dates',
    [densify({ step: 1, bounds: [at('2021-01-15T00:00:00Z'), at('2021-01-16T00:00:00Z')] })],
    [],
    fails(5733410),
  ],
  ['wants partitions for their bounds', [densify({ step: 1, bounds: 'partition' })], [], fails(5733408)],
  ['wants numbers in the field', [densify({ step: 1, bounds: 'full' })], [{ v: 'x' }], fails(5733201)],
  [
    'wants numbers without a unit',
    [densify({ step: 1, bounds: 'full' })],
    [{ v: at('2021-01-15T00:00:00Z') }],
    fails(6053600),
  ],
  [
    'wants dates with a unit',
    [densify({ step: 1, unit: 'day', bounds: 'full' })],
    [{ v: 1 }],
    fails(6053601),
  ],
  ['makes only so many', [densify({ step: 1, bounds: [0, 1_000_000] }), { $count: 'n' }], [], fails(5897900)],
];

const PRICES = [
  { _id: 1, t: 1, p: 500 },
  { _id: 2, t: 2 },
  { _id: 3, t: 3, p: 515 },
  { _id: 4, t: 4, p: null },
  { _id: 5, t: 6 },
  { _id: 6, t: 7, p: 485 },
  { _id: 7, t: 8 },
];

const fills: PipelineRow[] = [
  [
    'a value',
    [{ $fill: { output: { p: { value: 0 } } } }, { $project: { p: 1 } }],
    PRICES.slice(0, 2),
    value([
      { _id: 1, p: 500 },
      { _id: 2, p: 0 },
    ]),
  ],
  [
    'an expression',
    [{ $fill: { output: { p: { value: { $multiply: ['$t', 10] } } } } }, { $project: { p: 1 } }],
    PRICES.slice(1, 2),
    value([{ _id: 2, p: 20 }]),
  ],
  [
    'linear interpolation',
    [{ $fill: { sortBy: { t: 1 }, output: { p: { method: 'linear' } } } }, { $project: { _id: 0, p: 1 } }],
    PRICES,
    value([{ p: 500 }, { p: 507.5 }, { p: 515 }, { p: 507.5 }, { p: 492.5 }, { p: 485 }, { p: null }]),
  ],
  [
    'the last value',
    [{ $fill: { sortBy: { t: 1 }, output: { p: { method: 'locf' } } } }, { $project: { _id: 0, p: 1 } }],
    PRICES,
    value([{ p: 500 }, { p: 500 }, { p: 515 }, { p: 515 }, { p: 515 }, { p: 485 }, { p: 485 }]),
  ],
  [
    'within partitions',
    [{ $fill: { partitionByFields: ['r'], sortBy: { t: 1 }, output: { p: { method: 'locf' } } } }],
    [
      { r: 'a', t: 1, p: 1 },
      { r: 'b', t: 2 },
      { r: 'a', t: 3 },
    ],
    value([
      { r: 'a', t: 1, p: 1 },
      { r: 'a', t: 3, p: 1 },
      { r: 'b', t: 2, p: null },
    ]),
  ],
  ['wants an output', [{ $fill: { output: {} } }], [], fails(6050203)],
  ['wants output objects', [{ $fill: { output: { p: 5 } } }], [], fails(6050200)],
  ['wants method or value', [{ $fill: { output: { p: { method: 'locf', value: 1 } } } }], [], fails(6050201)],
  ['knows its methods', [{ $fill: { output: { p: { method: 'x' } } } }], [], fails(6050202)],
  [
    'wants one partition',
    [{ $fill: { partitionBy: '$a', partitionByFields: ['a'], output: { p: { method: 'locf' } } } }],
    [],
    fails(6050204),
  ],
  ['wants a sort for linear', [{ $fill: { output: { p: { method: 'linear' } } } }], [], fails(605001)],
];

describe('$densify', () => {
  test.each(pipelines(rows))('$title', ({ outcome, expected }) => {
    expect(outcome()).toBe(expected);
  });

  test('fills a field beside those of the partition', () => {
    const spec = {
      $densify: { field: 'p.v', partitionByFields: ['p.q', 'x'], range: { step: 1, bounds: 'full' } },
    };
    expect(runPipeline([spec], [{ p: { q: 1, v: 1 } }, { p: { q: 1, v: 3 } }])).toContainEqual({
      p: { q: 1, v: 2 },
    });
  });

  test('gives its memory back', () => {
    const context = new MemoryContext();
    runPipeline([densify({ step: 1, bounds: 'full' })], [{ v: 1 }, { v: 100 }], { context });
    expect(context.peak).toBeGreaterThan(0);
    expect(context.charged).toBe(0);
  });
});

describe('$fill', () => {
  test.each(pipelines(fills))('$title', ({ outcome, expected }) => {
    expect(outcome()).toBe(expected);
  });
});
