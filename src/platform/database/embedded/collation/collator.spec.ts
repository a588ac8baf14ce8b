import { CommandError } from '../errors.js';
import type { Collation } from '../types.js';
import { collatorFor, isSimple, localeTag } from './collator.js';

/** The order of two strings: `<`, `=` or `>`. */
function order(collation: Collation, left: string, right: string): string {
  return '<=>'[Math.sign(collatorFor(collation)(left, right)) + 1] ?? '?';
}

describe('collatorFor', () => {
  it.each<[Collation, string, string, string]>([
    [{ locale: 'en' }, 'a', 'A', '<'],
    [{ locale: 'en', strength: 1 }, 'a', '\u00c0', '='],
    [{ locale: 'en', strength: 1, caseLevel: true }, 'a', 'A', '<'],
    [{ locale: 'en', strength: 1, caseLevel: true }, 'a', '\u00e0', '='],
    [{ locale: 'en', strength: 2 }, 'a', 'A', '='],
    [{ locale: 'en', strength: 2 }, 'a', '\u00e0', '<'],
    [{ locale: 'en', strength: 3 }, 'a', 'A', '<'],
    [{ locale: 'en', caseFirst: 'upper' }, 'a', 'A', '>'],
    [{ locale: 'en', caseFirst: 'lower' }, 'a', 'A', '<'],
    [{ locale: 'en', caseFirst: 'off' }, 'a', 'A', '<'],
    [{ locale: 'en', numericOrdering: true }, 'a10', 'a9', '>'],
    [{ locale: 'en' }, 'a10', 'a9', '<'],
    [{ locale: 'de@collation=phonebook' }, '\u00c4', 'Af', '<'],
    [{ locale: 'sv' }, '\u00e4', 'z', '>'],
    [{ locale: 'de' }, '\u00e4', 'z', '<'],
    [{ locale: 'simple' }, 'a', 'B', '>'],
  ])('%j: %s %s', (collation, left, right, expected) => {
    expect(order(collation, left, right)).toBe(expected);
  });

  it('compares by bytes without a collation', () => {
    expect(collatorFor(undefined)('a', 'B')).toBeGreaterThan(0);
    expect([isSimple(undefined), isSimple({ locale: 'simple' }), isSimple({ locale: 'en' })]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('is made once for each collation', () => {
    const collation = { locale: 'en' };
    expect(collatorFor(collation)).toBe(collatorFor(collation));
  });
});

describe('localeTag', () => {
  it.each([
    ['fr_CA', 'fr-CA'],
    ['zh_Hant', 'zh-Hant'],
    ['de@collation=phonebook', 'de-u-co-phonebk'],
  ])('of %s is %s', (locale, tag) => {
    expect(localeTag(locale)).toBe(tag);
  });

  it.each(['', 'xx', 'not a locale', 'en@colstrength=primary', '__proto__'])('refuses %j', (locale) => {
    expect(() => localeTag(locale)).toThrow(CommandError);
  });
});
