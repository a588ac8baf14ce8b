import type { ErrorCode } from '../errors/catalogue.js';
import { CoglexError } from '../errors/coglex-error.js';
import type { EncryptedField } from './encryption-state.js';

/** Refuses what cannot be asked of an encrypted field. @param message a sentence without its full stop */
export function refuseUse(
  { path, phase }: EncryptedField,
  message: string,
  code: ErrorCode = 'query_refused',
): never {
  if (phase === 'opening')
    throw new CoglexError('conflict', {
      detail: `The field ${path} is being decrypted. Until that is done, it cannot be asked for.`,
    });
  throw new CoglexError(code, {
    detail: `The field ${path} is encrypted: ${message}.`,
    errors: [{ field: `/${path.replaceAll('.', '/')}`, message: `is encrypted: ${message}` }],
  });
}
