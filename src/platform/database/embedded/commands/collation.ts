import { localeTag } from '../collation/collator.js';
import { CommandError } from '../errors.js';
import type { Collation } from '../types.js';
import { Arguments } from './arguments.js';

const STRENGTHS = [1, 2, 3, 4, 5] as const;
const CASE_FIRST = ['upper', 'lower', 'off'] as const;

/**
 * Reads a command's `collation`.
 *
 * @returns `undefined` for binary comparison, which `{locale: 'simple'}` asks for as well
 * @throws CommandError TypeMismatch, UnknownField, or BadValue for an unknown locale, strength or order of cases
 */
export function readCollation(parent: Arguments): Collation | undefined {
  const given = parent.optionalDocument('collation');
  if (!given || Object.keys(given).length === 0) return undefined;
  const fields = new Arguments(given, 'collation');
  const locale = fields.string('locale');
  const strength = oneOf('strength', STRENGTHS, fields.optionalInteger('strength') ?? 3);
  const caseFirst = oneOf('caseFirst', CASE_FIRST, fields.optionalString('caseFirst') ?? 'off');
  const collation: Collation = {
    locale,
    strength,
    caseFirst,
    caseLevel: fields.boolean('caseLevel', false),
    numericOrdering: fields.boolean('numericOrdering', false),
  };
  fields.ignore('alternate', 'maxVariable', 'normalization', 'backwards', 'version');
  fields.rejectUnknown();
  if (locale === 'simple') return undefined;
  localeTag(locale);
  if (caseFirst !== 'off' && strength < 3 && !collation.caseLevel)
    throw new CommandError(
      'BadValue',
      "'caseFirst' is invalid unless 'caseLevel' is on or 'strength' is greater than 2",
    );
  return collation;
}

function oneOf<T>(name: string, allowed: readonly T[], value: unknown): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined)
    throw new CommandError(
      'BadValue',
      `Field '${name}' of the collation must be one of ${allowed.join(', ')}`,
    );
  return found;
}
