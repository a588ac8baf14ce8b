import { parseExtendedJson } from './extended-json.js';
import { diff, diffSubset, diffUnordered, typeName } from './match.js';

const ejson = (text: string): unknown => parseExtendedJson(text);

describe('parseExtendedJson', () => {
  it.each([
    ['5', 'int'],
    ['2147483648', 'long'],
    ['5.5', 'double'],
    ['-0', 'double'],
    ['{"$numberDouble": "5.0"}', 'double'],
    ['{"$numberLong": "5"}', 'long'],
    ['{"$numberDecimal": "1.0"}', 'decimal'],
    ['{"$date": "2020-01-01T00:00:00Z"}', 'date'],
    ['{"$oid": "000000000000000000000001"}', 'objectId'],
    ['{"$regularExpression": {"pattern": "a", "options": "i"}}', 'regex'],
    ['{"$timestamp": {"t": 1, "i": 2}}', 'timestamp'],
    ['{"$minKey": 1}', 'minKey'],
    ['{"$binary": {"base64": "AA==", "subType": "00"}}', 'binData'],
    ['{"$regex": "a", "$options": "i"}', 'object'],
    ['{"$type": "int"}', 'object'],
  ])('reads %s as %s', (text, type) => {
    expect(typeName(ejson(text))).toBe(type);
  });

  it('keeps a field named __proto__', () => {
    expect(Object.keys(ejson('{"__proto__": {"a": 1}}') as object)).toEqual(['__proto__']);
  });

  it('refuses an integer that JSON cannot hold exactly', () => {
    expect(() => ejson('9007199254740993')).toThrow('$numberLong');
  });
});

describe('diff', () => {
  it.each([
    ['5', '5'],
    ['{"a": [1, {"b": null}]}', '{"a": [1, {"b": null}]}'],
    ['{"$numberDouble": "NaN"}', '{"$numberDouble": "NaN"}'],
    ['{"$$number": 5}', '{"$numberDecimal": "5.0"}'],
    ['{"$$near": 0.1}', '0.10000000000000002'],
    ['{"$$type": ["int", "long"]}', '5'],
    ['{"a": {"$$exists": false}}', '{}'],
    ['{"$$oneOf": [1, 2]}', '2'],
    ['{"$$subset": {"b": 2}}', '{"a": 1, "b": 2}'],
    ['{"$$unordered": [1, {"$$type": "string"}]}', '["x", 1]'],
  ])('accepts %s for %s', (expected, actual) => {
    expect(diff(ejson(expected), ejson(actual))).toBeUndefined();
  });

  it.each([
    ['5', '6'],
    ['5', '{"$numberDouble": "5.0"}'],
    ['5', '{"$numberLong": "5"}'],
    ['0', '-0'],
    ['null', '0'],
    ['{"a": 1, "b": 2}', '{"b": 2, "a": 1}'],
    ['{"a": 1}', '{"a": 1, "b": 2}'],
    ['{"a": 1}', '{}'],
    ['[1]', '[1, 2]'],
    ['[1, 2]', '[1]'],
    ['[]', '{}'],
    ['{"$$number": 5}', '"5"'],
    ['{"$$near": 0.1}', '0.2'],
    ['{"$$near": 1.5}', '{"$numberDecimal": "1.5"}'],
    ['{"$$type": "int"}', '5.5'],
    ['{"a": {"$$exists": true}}', '{}'],
    ['{"$$oneOf": [1, 2]}', '3'],
    ['{"$$subset": {"b": 2}}', '{"a": 1}'],
    ['{"$$unordered": [1, 1]}', '[1, 2]'],
    ['{"$$unordered": [1]}', '[1, 1]'],
  ])('refuses %s for %s', (expected, actual) => {
    expect(diff(ejson(expected), ejson(actual))).toEqual(expect.any(String));
  });

  it('says where the difference is', () => {
    expect(diff(ejson('{"a": [{"b": 1}]}'), ejson('{"a": [{"b": 2}]}'))).toMatch(/^a\.0\.b: /);
  });

  it('does not take an inherited name for a matcher or a field', () => {
    expect(diff(ejson('{"constructor": 1}'), {})).toEqual(expect.any(String));
    expect(diffSubset({ toString: { $$exists: false } }, {})).toBeUndefined();
  });

  it('compares multisets', () => {
    expect(diffUnordered([1, 2, 2], [2, 1, 2])).toBeUndefined();
    expect(diffUnordered([1, 2, 2], [2, 1, 1])).toEqual(expect.any(String));
  });
});
