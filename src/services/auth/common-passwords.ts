import { dictionary } from '@zxcvbn-ts/language-common';

/** Shorter ones are refused for that. */
const SHORTEST = 8;

let common: ReadonlySet<string> | undefined;

/** Whether a password is one of those that everybody tries first, from lists of breaches. Case does not save it. */
export function isCommonPassword(password: string): boolean {
  common ??= new Set(dictionary['passwords-common'].filter((word) => word.length >= SHORTEST));
  return common.has(password.toLowerCase());
}
