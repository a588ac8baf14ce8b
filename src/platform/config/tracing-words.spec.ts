import { isHeaderList, isPairList, isRatio, readPairs } from './tracing-words.js';

describe('words of OpenTelemetry', () => {
  it('are pairs, percent-encoded', () => {
    expect(readPairs('a=b, c=d%2Ce%3Df,')).toEqual([
      ['a', 'b'],
      ['c', 'd,e=f'],
    ]);
  });

  it.each([
    ['a=b', true],
    ['a=', true],
    ['a', false],
    ['=b', false],
    ['a=%zz', false],
    ['', false],
  ])('%p are pairs: %p', (text, expected) => expect(isPairList(text)).toBe(expected));

  it.each([
    ['authorization=Bearer%20abc', true],
    ['x y=1', false],
    ['x=a%0d%0ab', false],
  ])('%p are headers: %p', (text, expected) => expect(isHeaderList(text)).toBe(expected));

  it.each([
    ['0', true],
    ['1', true],
    ['0.25', true],
    ['.5', true],
    ['1.5', false],
    ['-1', false],
    ['much', false],
    ['', false],
  ])('%p is a ratio: %p', (text, expected) => expect(isRatio(text)).toBe(expected));
});
