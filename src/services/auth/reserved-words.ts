/**
 * Words of the routes of the service. They stand where the key of an account or the name of a collection may stand,
 * so that neither can have them.
 */
export const RESERVED_WORDS: ReadonlySet<string> = new Set([
  'audit',
  'email',
  'forgot',
  'identities',
  'magic',
  'mfa',
  'oauth',
  'ocall',
  'passgen',
  'passkeys',
  'passver',
  'refresh',
  'reset',
  'session',
  'sessions',
  'signin',
  'signout',
  'signup',
  'token',
  'users',
  'verify',
]);

/** Whether a word is one of them, in whatever case. */
export const isReservedWord = (word: string): boolean => RESERVED_WORDS.has(word.toLowerCase());
