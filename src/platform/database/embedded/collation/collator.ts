import { CommandError } from '../errors.js';
import type { Collation } from '../types.js';
import { compareStrings } from '../bson/compare-strings.js';

/** Compares two strings: negative, zero or positive. */
export type Collator = (left: string, right: string) => number;

const collators = new WeakMap<Collation, Collator>();

/** Whether strings compare by their bytes, as without a collation. */
export function isSimple(collation: Collation | undefined): boolean {
  return collation === undefined || collation.locale === 'simple';
}

/**
 * The string comparison of a collation, kept as long as the collation's object.
 *
 * Comparison is ICU's through `Intl.Collator`, whose levels end at the tertiary: strength 4 is as 3, and strength 5
 * breaks ties by code points.
 */
export function collatorFor(collation: Collation | undefined): Collator {
  if (collation === undefined) return compareStrings;
  let collator = collators.get(collation);
  if (collator === undefined) {
    collator = isSimple(collation) ? compareStrings : makeCollator(collation);
    collators.set(collation, collator);
  }
  return collator;
}

function makeCollator(collation: Collation): Collator {
  const { compare } = new Intl.Collator(localeTag(collation.locale), {
    sensitivity: sensitivity(collation),
    caseFirst: collation.caseFirst === 'off' ? 'false' : (collation.caseFirst ?? 'false'),
    numeric: collation.numericOrdering ?? false,
  });
  return collation.strength === 5
    ? (left, right) => compare(left, right) || compareStrings(left, right)
    : compare;
}

function sensitivity({ strength = 3, caseLevel = false }: Collation): Intl.CollatorOptions['sensitivity'] {
  if (strength === 1) return caseLevel ? 'case' : 'base';
  return strength === 2 && !caseLevel ? 'accent' : 'variant';
}

/**
 * Turns ICU's name of a locale (`fr_CA`, `de@collation=phonebook`) into a language tag.
 *
 * @throws CommandError `BadValue` for a locale that does not exist
 */
export function localeTag(locale: string): string {
  const [name = '', keyword] = locale.split('@');
  const variant = /^collation=([a-z]+)$/.exec(keyword ?? '')?.[1];
  if (keyword !== undefined && variant === undefined) throw invalidLocale(locale);
  const type = variant === undefined ? undefined : (COLLATION_TYPES.get(variant) ?? variant);
  const tag = name.replaceAll('_', '-') + (type === undefined ? '' : `-u-co-${type}`);
  let supported: string[];
  try {
    supported = Intl.Collator.supportedLocalesOf(tag);
  } catch {
    throw invalidLocale(locale);
  }
  if (supported.length === 0) throw invalidLocale(locale);
  return tag;
}

/** ICU's keyword values whose form in a language tag is shorter. */
const COLLATION_TYPES = new Map([
  ['phonebook', 'phonebk'],
  ['traditional', 'trad'],
  ['dictionary', 'dict'],
]);

function invalidLocale(locale: string): CommandError {
  return new CommandError('BadValue', `Field 'locale' is invalid in: { locale: "${locale}" }`);
}
