import { CommandError } from '../errors.js';
import { compileRegex, literalPrefix } from './regex.js';

function codeOf(run: () => unknown): number | undefined {
  try {
    run();
  } catch (error) {
    if (error instanceof CommandError) return error.code;
    throw error;
  }
  return undefined;
}

describe('compileRegex', () => {
  it.each<[string, string, string[], string[]]>([
    ['abc', '', ['xabcx'], ['abx']],
    ['^abc', '', ['abcx'], ['xabc']],
    ['abc$', '', ['xabc', 'abc\n'], ['abcx', 'abc\n\n']],
    ['^abc$', '', ['abc', 'abc\n'], ['abcx']],
    ['a\\.b', '', ['a.b'], ['axb']],
    ['ADA', 'i', ['ada', 'Ada'], ['ad']],
    ['^\u00fc$', 'i', ['\u00dc'], ['u']],
    ['^b', 'm', ['a\nb'], ['ab']],
    ['a.b', 's', ['a\nb'], ['ab']],
    ['a.b', '', ['a\u{1f600}b'], ['a\nb']],
    ['a b # comment\n c', 'x', ['abc'], ['a b c']],
    ['[a b]#', 'x', [' '], ['x']],
    ['a(?#comment)b', '', ['ab'], ['a']],
    ['\\Qa.b\\E', '', ['a.b'], ['axb']],
    ['^\\s$', '', ['\v', ' '], ['x']],
    ['^[\\s\\d]+$', '', ['1 \v2'], ['x']],
    ['^\\S$', '', ['x'], ['\v']],
    ['^\\h\\R$', '', ['\t\r\n'], ['\n\n\n']],
    ['\\cA', '', ['\u0001'], ['A']],
    ['[]a]', '', [']', 'a'], ['b']],
    ['[^]a]', '', ['b'], [']']],
    ['[[:alpha:]]', '', ['a'], ['1']],
    ['[a[b]', '', ['['], ['c']],
    ['(?i)abc', '', ['ABC'], ['ab']],
    ['\\w+@\\w+\\.com', '', ['ada@example.com'], ['ada@example,com']],
    ['\\\u00e9', '', ['\u00e9'], ['e']],
    ['', '', ['', 'a'], []],
  ])('/%s/%s', (pattern, options, matching, others) => {
    const regex = compileRegex(pattern, options);
    for (const text of matching) expect([text, regex.test(text)]).toEqual([text, true]);
    for (const text of others) expect([text, regex.test(text)]).toEqual([text, false]);
  });

  it('finds matches with their groups', () => {
    const regex = compileRegex('(\\d+)(x)?');
    expect(regex.find('ab 12x 34')).toEqual({ start: 3, end: 6, text: '12x', captures: ['12', 'x'] });
    expect(regex.find('ab 12x 34', 6)).toEqual({ start: 7, end: 9, text: '34', captures: ['34', null] });
    expect(regex.find('ab')).toBeUndefined();
    expect(compileRegex('b').find('\u{1f600}b')).toMatchObject({ start: 2, end: 3 });
    expect(compileRegex('c$').find('abc\n')).toMatchObject({ start: 2, end: 3 });
  });

  it.each([
    ['('],
    ['a++'],
    ['(?=a)'],
    ['(?!a)'],
    ['(?<=a)b'],
    ['(?>a)'],
    ['(a)\\1'],
    ['\\K'],
    ['[z-a]'],
    ['a'.repeat(40_000)],
  ])('refuses %.20s', (pattern) => {
    expect(codeOf(() => compileRegex(pattern))).toBe(51091);
  });

  it('refuses unknown options and null bytes', () => {
    expect(codeOf(() => compileRegex('a', 'g'))).toBe(51108);
    expect(codeOf(() => compileRegex('a\0'))).toBe(2);
  });

  it('refuses what would take too long', () => {
    expect(codeOf(() => compileRegex('(a|b|c){1000}'.repeat(20)))).toBe(51091);
    expect(codeOf(() => compileRegex('a{1000}'.repeat(4000)))).toBe(51091);
    const large = compileRegex('.{500}x.{500}');
    expect(large.test('x'.repeat(2000))).toBe(true);
    expect(codeOf(() => large.test('y'.repeat(10_000_000)))).toBe(51156);
    expect(codeOf(() => large.find('y'.repeat(10_000_000)))).toBe(51156);
    expect(compileRegex('x+y').test('x'.repeat(10_000_000))).toBe(false);
    expect(compileRegex('xy').test('x'.repeat(16_000_000))).toBe(false);
  });

  it('compiles a pattern once', () => {
    expect(compileRegex('once+', 'i')).toBe(compileRegex('once+', 'i'));
    expect(compileRegex('once+', '')).not.toBe(compileRegex('once+', 'i'));
  });
});

describe('literalPrefix', () => {
  it.each<[string, string, string | undefined]>([
    ['^abc', '', 'abc'],
    ['^abc.*', '', 'abc'],
    ['^abc*', '', 'ab'],
    ['^a?', '', undefined],
    ['^a{0,2}b', '', undefined],
    ['^a\\.b$', '', 'a.b'],
    ['\\Aabc', '', 'abc'],
    ['^a\\d', '', 'a'],
    ['abc', '', undefined],
    ['^abc', 'i', undefined],
    ['^abc', 'm', undefined],
    ['^abc', 's', 'abc'],
    ['^abc|d', '', undefined],
    ['^\u{1f600}+', '', undefined],
  ])('of /%s/%s is %s', (pattern, options, prefix) => {
    expect(literalPrefix(pattern, options)).toBe(prefix);
  });
});
