import { ValidateBy } from 'class-validator';
import { isReservedWord } from './reserved-words.js';

/** Longest `_key`, in UTF-16 code units. */
export const MAX_KEY_LENGTH = 256;

/**
 * What is wrong with the key of a new account; `undefined` when nothing is. Keys are kept as they are given:
 * `Ada@example.com` and `ada@example.com` are two accounts.
 */
export function keyProblem(key: unknown): string | undefined {
  if (typeof key !== 'string') return 'must be a string';
  if (key === '' || key.length > MAX_KEY_LENGTH) return `must have 1 to ${MAX_KEY_LENGTH} characters`;
  if (!key.isWellFormed() || /[\p{Cc}\p{Zl}\p{Zp}]/u.test(key)) return 'must not hold control characters';
  if (key.trim() !== key) return 'must not begin or end with a space';
  // URL parsers resolve these, so that /service/auth/v1/.. would be another address.
  if (key === '.' || key === '..') return 'must not be a path segment with a meaning of its own';
  if (isReservedWord(key)) return 'must not be a reserved word';
  return undefined;
}

/** The property is fit to be the key of a new account. */
export function IsNewAccountKey(): PropertyDecorator {
  return ValidateBy({
    name: 'isNewAccountKey',
    validator: {
      validate: (value: unknown) => keyProblem(value) === undefined,
      defaultMessage: (args) => `${args?.property ?? '_key'} ${keyProblem(args?.value)}`,
    },
  });
}
