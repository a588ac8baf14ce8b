import { CommandError } from '../errors.js';
import type { Document } from '../types.js';
import { compileExpression, evaluate, evaluateVariables, Variable } from './expression.js';
import { findOperator } from './operators/registry.js';
import { fails, missing, outcomeOf, titled, value } from './testing/cases.js';
import type { Row } from './testing/cases.js';

const NOW = new Date('2024-01-02T03:04:05Z');

const paths: Row[] = [
  ['$a', { a: 1 }, value(1)],
  ['$a.b', { a: { b: 2 } }, value(2)],
  ['$a.b', { a: [{ b: 1 }, { c: 1 }, 5, [{ b: 9 }], { b: [2] }] }, value([1, [2]])],
  ['$a.b.c', { a: [{ b: [{ c: 1 }, {}] }, { b: { c: 2 } }, { b: 3 }] }, value([[1], 2])],
  ['$a.0', { a: [5] }, value([])],
  ['$a.b', { a: 5 }, missing],
  ['$a.b', { a: null }, missing],
  ['$$ROOT.a', { a: 1 }, value(1)],
  ['$$CURRENT.a', { a: 1 }, value(1)],
  ['$$ROOT', { a: 1 }, value({ a: 1 })],
  ['$$REMOVE', {}, missing],
  ['$$REMOVE.a', {}, missing],
  ['$$NOW', {}, value(NOW)],
  ['$$USER_ROLES', {}, value([])],
  ['$$limit', {}, value(7)],
  ['$$options.a', {}, value([1, 2])],
  ['$', {}, fails(16872)],
  ['$a.', {}, fails(40353)],
  ['$.a', {}, fails(15998)],
  ['$a..b', {}, fails(15998)],
  ['$a.$b', {}, fails(16410)],
  ['$a\0', {}, fails(16411)],
  ['$$', {}, fails(9)],
  ['$$1x', {}, fails(9)],
  ['$$a-b', {}, fails(9)],
  ['$$unknown', {}, fails(17276)],
  ['$$CLUSTER_TIME', {}, fails(51144)],
  ['$$SEARCH_META', {}, fails(6347902)],
  ['$$DESCEND', {}, fails(17276)],
  [`$${'a.'.repeat(200)}a`, {}, fails(15)],
];

const shapes: Row[] = [
  [5, {}, value(5)],
  ['text', {}, value('text')],
  [{}, {}, value({})],
  [{ a: '$x', b: { c: '$y' }, d: '$missing' }, { x: 1, y: 2 }, value({ a: 1, b: { c: 2 } })],
  [['$x', '$missing', { a: '$x' }], { x: 1 }, value([1, null, { a: 1 }])],
  [{ '10': '$x', '2': '$y' }, { x: 1, y: 2 }, value({ '10': 1, '2': 2 })],
  [{ $nonsense: 1 }, {}, fails(168)],
  [{ a: { $nonsense: 1 } }, {}, fails(168)],
  [{ $add: [1], $subtract: [1, 2] }, {}, fails(15983)],
  [{ $add: [1], a: 1 }, {}, fails(15983)],
  [{ a: 1, $add: [1] }, {}, fails(16410)],
  [{ 'a.b': 1 }, {}, fails(16412)],
  [{ '': 1 }, {}, fails(15998)],
];

describe.each<[string, Row[]]>([
  ['field paths and variables', paths],
  ['objects, arrays and constants', shapes],
])('%s', (_name, rows) => {
  const variables = { limit: 7, options: [{ a: 1 }, { a: 2 }, 3] };
  test.each(titled(rows, { now: NOW, variables }))('$title', ({ outcome, expected }) => {
    expect(outcome()).toBe(expected);
  });
});

describe('names of Object.prototype', () => {
  const hostile = JSON.parse('{"__proto__": {"polluted": 1}, "constructor": 2, "toString": 3}') as Document;

  test.each(['constructor', 'toString', 'hasOwnProperty', '__proto__', 'valueOf'])(
    '$%s is missing',
    (name) => {
      expect(evaluate(`$${name}`, { a: {} })).toBeUndefined();
      expect(evaluate(`$a.${name}`, { a: {} })).toBeUndefined();
      expect(evaluate(`$a.${name}.name`, { a: {} })).toBeUndefined();
    },
  );

  test.each(['$constructor', '$toString', '$__proto__', '$hasOwnProperty'])('%s is no operator', (name) => {
    expect(outcomeOf(() => evaluate({ [name]: name === '$toString' ? 5 : [] }, {}))).toBe(
      name === '$toString' ? outcomeOf(() => '5') : 'error 168',
    );
  });

  test('are fields like any other when a document has them', () => {
    expect(evaluate('$constructor', hostile)).toBe(2);
    expect(evaluate('$__proto__.polluted', hostile)).toBe(1);
    const copy = evaluate({ $mergeObjects: ['$$ROOT', { a: 1 }] }, hostile) as Document;
    expect(Object.keys(copy)).toEqual(['__proto__', 'constructor', 'toString', 'a']);
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
    expect(({} as Document).polluted).toBeUndefined();
  });

  test('can be made by expressions without touching a prototype', () => {
    const made = evaluate(
      { $arrayToObject: [{ $literal: [['__proto__', { polluted: 1 }]] }] },
      {},
    ) as Document;
    expect(Object.keys(made)).toEqual(['__proto__']);
    expect(({} as Document).polluted).toBeUndefined();
    expect(
      Object.keys(evaluate({ $setField: { field: '__proto__', input: {}, value: 1 } }, {}) as Document),
    ).toEqual(['__proto__']);
  });

  test('are no variables and no named arguments', () => {
    expect(outcomeOf(() => evaluate('$$constructor', {}))).toBe('error 17276');
    expect(outcomeOf(() => evaluate({ $cond: { if: 1, then: 2, else: 3, constructor: 4 } }, {}))).toBe(
      'error 17083',
    );
  });
});

describe('limits', () => {
  const absolute = (levels: number): unknown => {
    let spec: unknown = 1;
    for (let level = 0; level < levels; level++) spec = { $abs: spec };
    return spec;
  };

  test('an expression may nest 200 levels', () => {
    expect(evaluate(absolute(200), {})).toBe(1);
    expect(outcomeOf(() => evaluate(absolute(201), {}))).toBe('error 15');
    expect(outcomeOf(() => evaluate(absolute(100_000), {}))).toBe('error 15');
  });

  test.each<[string, unknown, number]>([
    [
      'values that double by reference',
      { $reduce: { input: { $range: [0, 64] }, initialValue: 1, in: ['$$value', '$$value'] } },
      146,
    ],
    [
      'values that nest',
      { $reduce: { input: { $range: [0, 64] }, initialValue: 1, in: nested(9, '$$value') } },
      15,
    ],
    ['variables that double', doubled(60), 146],
    [
      'arrays that double',
      {
        $reduce: {
          input: { $range: [0, 64] },
          initialValue: [1],
          in: { $concatArrays: ['$$value', '$$value'] },
        },
      },
      146,
    ],
    [
      'strings that double',
      { $reduce: { input: { $range: [0, 64] }, initialValue: 'x', in: { $concat: ['$$value', '$$value'] } } },
      146,
    ],
    [
      'loops inside loops',
      { $map: { input: { $range: [0, 1000000] }, in: { $range: ['$$this', 9000000] } } },
      146,
    ],
    ['many constants', Array.from({ length: 100 }, () => ({ $range: [0, 6_000_000] })), 146],
  ])('stop %s', (_what, spec, code) => {
    expect(outcomeOf(() => evaluate(spec, {}))).toBe(`error ${code}`);
  });

  test('loops call the interrupt', () => {
    let calls = 0;
    const interrupt = (): void => {
      calls++;
      if (calls > 3) throw new CommandError('MaxTimeMSExpired', 'operation exceeded time limit');
    };
    const range = { $range: [0, 1_000_000] };
    const spec = { $map: { input: range, in: { $reduce: { input: range, initialValue: 0, in: '$$this' } } } };
    expect(outcomeOf(() => evaluate(spec, {}, { interrupt }))).toBe('error 50');
  });
});

describe('compileExpression', () => {
  test('reads the places of variables when it runs', () => {
    const place = new Variable(1);
    const expression = compileExpression({ $add: ['$$x', '$a'] }, { variables: { x: place } });
    expect(expression({ a: 1 })).toBe(2);
    place.value = 5;
    expect(expression({ a: 1 })).toBe(6);
  });

  test('takes the present when no $$NOW is given', () => {
    const before = Date.now();
    const now = evaluate('$$NOW', {}) as Date;
    expect(now.getTime()).toBeGreaterThanOrEqual(before);
  });

  test('leaves the document as it was', () => {
    const document = { a: [3, 1, 2], b: { c: 1 } };
    const copy = structuredClone(document);
    evaluate({ $sortArray: { input: '$a', sortBy: 1 } }, document);
    evaluate({ $reverseArray: '$a' }, document);
    evaluate({ $setField: { field: 'c', input: '$b', value: 2 } }, document);
    expect(document).toEqual(copy);
  });
});

describe('evaluateVariables', () => {
  test('computes the values once', () => {
    expect(evaluateVariables({ a: 1, b: { $add: [1, 2] }, c: '$$NOW' }, { now: NOW })).toEqual({
      a: 1,
      b: 3,
      c: NOW,
    });
  });

  test('refuses names that cannot be bound', () => {
    expect(outcomeOf(() => evaluateVariables({ ROOT: 1 }))).toBe('error 9');
  });
});

/** The expression operators of MongoDB 7.0's manual. */
const MANUAL = `
  abs acos acosh add allElementsTrue and anyElementTrue arrayElemAt arrayToObject asin asinh atan atan2 atanh avg
  binarySize bitAnd bitNot bitOr bitXor bsonSize ceil cmp concat concatArrays cond convert cos cosh dateAdd dateDiff
  dateFromParts dateFromString dateSubtract dateToParts dateToString dateTrunc dayOfMonth dayOfWeek dayOfYear
  degreesToRadians divide eq exp filter first firstN floor function getField gt gte hour ifNull in indexOfArray
  indexOfBytes indexOfCP isArray isNumber isoDayOfWeek isoWeek isoWeekYear last lastN let literal ln log log10 lt lte
  ltrim map max maxN median mergeObjects meta min minN millisecond minute mod month multiply ne not objectToArray or
  percentile pow radiansToDegrees rand range reduce regexFind regexFindAll regexMatch replaceAll replaceOne
  reverseArray round rtrim second setDifference setEquals setField setIntersection setIsSubset setUnion sin sinh size
  slice sortArray split sqrt stdDevPop stdDevSamp strLenBytes strLenCP strcasecmp substr substrBytes substrCP subtract
  sum switch tan tanh toBool toDate toDecimal toDouble toInt toLong toLower toObjectId toString toUpper trim trunc
  tsIncrement tsSecond type unsetField week year zip`;

test('every operator of the manual is known', () => {
  const names = MANUAL.trim().split(/\s+/);
  expect(names.filter((name) => findOperator(`$${name}`) === undefined)).toEqual([]);
});

/** `[[[…value…]]]` */
function nested(levels: number, spec: unknown): unknown {
  let result = spec;
  for (let level = 0; level < levels; level++) result = [result];
  return result;
}

/** A chain of variables of which each holds the one before twice. */
function doubled(levels: number): unknown {
  let spec: unknown = { $eq: ['$$x', '$$x'] };
  for (let level = 0; level < levels; level++) spec = { $let: { vars: { x: ['$$x', '$$x'] }, in: spec } };
  return { $let: { vars: { x: [1] }, in: spec } };
}
