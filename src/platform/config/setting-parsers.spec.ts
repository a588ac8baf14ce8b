import { parseBytes, parseDuration, parseFlag, parseInteger, parseList } from './setting-parsers.js';

describe('setting parsers', () => {
  it.each([
    ['0', 0],
    ['1024', 1024],
    ['1kb', 1024],
    ['16MB', 16_777_216],
    [' 1.5 gb ', 1_610_612_736],
    ['7 b', 7],
  ])('reads the size %s', (text, bytes) => {
    expect(parseBytes(text)).toBe(bytes);
  });

  it.each([
    ['90', 90],
    ['45s', 45],
    ['30m', 1800],
    ['12 h', 43_200],
    ['8D', 691_200],
  ])('reads the time %s', (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
  });

  it.each(['', 'MB', '-1', '1 pb', '8 weeks', '1e3', 'constructor', '5 constructor', '1,5m'])(
    'leaves %j as it is, for the validator to name',
    (text) => {
      expect(parseBytes(text)).toBe(text);
      expect(parseDuration(text)).toBe(text);
      expect(parseInteger(`${text}x`)).toBe(`${text}x`);
    },
  );

  it('reads whole numbers and nothing else', () => {
    expect([' 42 ', '-7', '1.5', '1e3', '0x10', ''].map(parseInteger)).toEqual([
      42,
      -7,
      '1.5',
      '1e3',
      '0x10',
      '',
    ]);
  });

  it('reads what people write for yes and no', () => {
    expect(['true', '1', 'YES', ' on '].map(parseFlag)).toEqual([true, true, true, true]);
    expect(['false', '0', 'No', 'off'].map(parseFlag)).toEqual([false, false, false, false]);
    expect(['', 'maybe', '2'].map(parseFlag)).toEqual(['', 'maybe', '2']);
  });

  it('splits lists at commas and drops empty words', () => {
    expect(parseList(' a, b ,,c,')).toEqual(['a', 'b', 'c']);
    expect(parseList('')).toEqual([]);
  });

  it('leaves alone what is no text: the defaults', () => {
    const list = ['a'];
    expect(parseList(list)).toBe(list);
    expect([parseBytes(5), parseDuration(5), parseInteger(5), parseFlag(true)]).toEqual([5, 5, 5, true]);
  });
});
