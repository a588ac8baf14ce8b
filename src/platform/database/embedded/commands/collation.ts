import { localeTag } from '../collation/collator.js';
import { CommandError } from '../errors.js';
import type { Collation } from '../types.js';
import type { Arguments } from './arguments.js';

/**
 * Reads a command's `collation`.
 *
 * @returns `undefined` for binary comparison, which `{locale: 'simple'}` asks for as well
 * @throws CommandError BadValue for an unknown locale or strength
 */
export function readCollation(parent: Arguments): Collation | undefined {
  const given = parent.optionalDocument('collation');
  if (!given || Object.keys(given).length === 0) return undefined;
  if (typeof given.locale !== 'string')
    throw new CommandError(40414, "BSON field 'collation.locale' is missing but a required field");
  if (given.locale === 'simple') return undefined;
  localeTag(given.locale);
  const strength = given.strength ?? 3;
  if (typeof strength !== 'number' || ![1, 2, 3, 4, 5].includes(strength))
    throw new CommandError('BadValue', 'Field strength must be an integer 1 through 5');
  return { ...given, locale: given.locale };
}
