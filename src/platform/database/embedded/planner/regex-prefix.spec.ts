import { fixedPrefix } from './regex-prefix.js';

describe('fixedPrefix', () => {
  it.each([
    ['^abc', '', 'abc'],
    ['^abc.*', '', 'abc'],
    ['^a\\.b', '', 'a.b'],
    ['^ab?c', '', 'a'],
    ['^ab*', '', 'a'],
    ['^ab+', '', 'ab'],
    ['^ab{2}', '', 'a'],
    ['^a\\d', '', 'a'],
    ['^ä😀x', '', 'ä😀x'],
    ['^a b#c', 's', 'a b#c'],
  ])('of /%s/%s is %j', (pattern, flags, expected) => {
    expect(fixedPrefix(pattern, flags)).toBe(expected);
  });

  it.each([
    ['abc', ''],
    ['^', ''],
    ['^.a', ''],
    ['^a?', ''],
    ['^a|b', ''],
    ['^(a)', ''],
    ['^[a]', ''],
    ['^\\d', ''],
    ['^abc', 'i'],
    ['^abc', 'm'],
    ['^abc', 'x'],
  ])('of /%s/%s there is none', (pattern, flags) => {
    expect(fixedPrefix(pattern, flags)).toBeUndefined();
  });
});
