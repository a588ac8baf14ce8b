import { EncryptedPaths } from '../../platform/encryption/encrypted-paths.js';
import { nextFields } from '../../platform/encryption/encryption-state.js';
import { CoglexError } from '../../platform/errors/coglex-error.js';
import type { Declaration } from '../../platform/security/rules/declaration.js';
import { expiryOf } from './declared-indexes.service.js';

/** Fields of accounts that the server itself reads to decide, and notes in the audit trail. */
const ACCOUNT_FIELDS = ['role', 'roles'];

/**
 * Checks that no other part of a declaration needs to read what is encrypted.
 *
 * @throws CoglexError `validation_failed`
 */
export function checkEncrypted(declaration: Declaration, holdsAccounts: boolean): void {
  const { encrypted = {}, indexes = [], hidden = [], ttl } = declaration;
  const paths = new EncryptedPaths(nextFields([], encrypted));
  if (paths.isEmpty) return;
  if (holdsAccounts)
    for (const field of ACCOUNT_FIELDS)
      if (paths.contact(field))
        invalid(`/encrypted/${field}`, 'decides what the owner of the account may do, and is not encrypted');
  indexes.forEach(({ keys, unique, partialFilterExpression }, at) => {
    const contacts = Object.keys(keys).flatMap((path) => paths.contact(path) ?? []);
    for (const { field, lies } of contacts)
      if (lies !== 'at' || !field.index)
        invalid(`/indexes/${at}/keys`, `names ${field.path}, which is encrypted and has no index of its own`);
    if (unique && contacts.length > 1)
      invalid(`/indexes/${at}/keys`, 'may have one encrypted field when it is unique');
    for (const path of pathsOf(partialFilterExpression))
      if (paths.contact(path))
        invalid(`/indexes/${at}/partialFilterExpression`, `cannot look at ${path}: it is encrypted`);
  });
  if (ttl !== undefined && paths.contact(expiryOf(ttl).field))
    invalid('/ttl', 'cannot count from an encrypted field');
  hidden.forEach((path, at) => {
    if (typeof path === 'string' && paths.contact(path)?.lies === 'inside')
      invalid(`/hidden/${at}`, 'lies in an encrypted field: hide that as a whole');
  });
}

/** All paths that a filter names. */
function pathsOf(filter: unknown): string[] {
  if (Array.isArray(filter)) return filter.flatMap(pathsOf);
  if (typeof filter !== 'object' || filter === null) return [];
  return Object.entries(filter).flatMap(([key, value]) => (key.startsWith('$') ? pathsOf(value) : [key]));
}

function invalid(field: string, message: string): never {
  throw new CoglexError('validation_failed', {
    detail: `${field} ${message}.`,
    errors: [{ field, message }],
  });
}
