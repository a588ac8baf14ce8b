import * as fc from 'fast-check';
import { CoglexError } from '../errors/coglex-error.js';
import { checkKeys, parseJson } from './json.js';

const codeOf = (run: () => unknown) => {
  try {
    run();
  } catch (error) {
    return error instanceof CoglexError ? error.code : error;
  }
  return undefined;
};

const FORBIDDEN = ['__proto__', 'constructor', 'prototype'];

describe('parseJson', () => {
  it('reads what JSON.parse reads', () => {
    const harmless = fc
      .jsonValue({ maxDepth: 8 })
      .filter((value) => codeOf(() => checkKeys(value)) === undefined);
    fc.assert(
      fc.property(harmless, (value) =>
        expect(parseJson(JSON.stringify(value), 20)).toEqual(JSON.parse(JSON.stringify(value))),
      ),
    );
  });

  it('refuses what JSON.parse refuses, and never throws anything else', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const code = codeOf(() => parseJson(text, 5));
        if (code !== undefined)
          expect(['malformed_json', 'nested_too_deep', 'forbidden_key']).toContain(code);
      }),
    );
    for (const text of ['', ' ', '{', '{"a":1,}', 'NaN', "{'a':1}", '01', '"\n"'])
      expect(codeOf(() => parseJson(text, 5))).toBe('malformed_json');
  });

  it('counts arrays and objects alike, and closes what it opened', () => {
    expect(parseJson('[[],[],{"a":{}}]', 3)).toEqual([[], [], { a: {} }]);
    expect(codeOf(() => parseJson('[{"a":[{}]}]', 3))).toBe('nested_too_deep');
  });

  it('takes brackets in text for text, also behind escapes', () => {
    expect(parseJson(String.raw`["[[[[", "\"[[[[", "\\", "{{{{"]`, 1)).toEqual([
      '[[[[',
      '"[[[[',
      '\\',
      '{{{{',
    ]);
  });

  it('looks no further than it must', () => {
    expect(codeOf(() => parseJson('['.repeat(10_000_000), 50))).toBe('nested_too_deep');
    expect(codeOf(() => parseJson(`${']'.repeat(100)}${'['.repeat(10)}`, 5))).toBe('malformed_json');
  });

  it.each(FORBIDDEN)('finds the key %s at any depth and in any spelling', (key) => {
    const escaped = [...key].map((char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');
    for (const name of [key, escaped, `${escaped.slice(0, 6)}${key.slice(1)}`])
      for (const text of [`{"${name}":1}`, `[[{"a":{"${name}":{}}}]]`])
        expect(codeOf(() => parseJson(text, 10))).toBe('forbidden_key');
  });

  it.each(FORBIDDEN)('lets %s be a value, or a part of a key', (word) => {
    const value = { a: word, [`${word}s`]: [word], [`my${word}`]: 1 };
    expect(parseJson(JSON.stringify(value), 10)).toEqual(value);
  });
});

describe('checkKeys', () => {
  it('looks only at own keys', () => {
    expect(codeOf(() => checkKeys(Object.create({ constructor: 1 })))).toBeUndefined();
    expect(codeOf(() => checkKeys({ a: [null, 1, 'x', undefined] }))).toBeUndefined();
  });
});
