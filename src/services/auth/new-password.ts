import { ValidateBy } from 'class-validator';
import { isCommonPassword } from './common-passwords.js';

/** Shortest new password, in bytes of UTF-8; the longest is bcrypt's matter. */
export const MIN_PASSWORD_BYTES = 8;

/** What is wrong with a new password, apart from its being too long; `undefined` when nothing is. */
export function passwordProblem(password: unknown): string | undefined {
  if (typeof password !== 'string') return 'must be a string';
  // UTF-8 has one and the same replacement for every broken character.
  if (!password.isWellFormed()) return 'must be well-formed Unicode';
  if (Buffer.byteLength(password) < MIN_PASSWORD_BYTES)
    return `must have at least ${MIN_PASSWORD_BYTES} bytes`;
  if (isCommonPassword(password)) return 'must not be one of the most common passwords';
  return undefined;
}

/** The property is fit to be a new password. */
export function IsNewPassword(): PropertyDecorator {
  return ValidateBy({
    name: 'isNewPassword',
    validator: {
      validate: (value: unknown) => passwordProblem(value) === undefined,
      defaultMessage: (args) => `${args?.property ?? '_password'} ${passwordProblem(args?.value)}`,
    },
  });
}
