import { Injectable } from '@nestjs/common';
import type { mongo } from 'mongoose';
import { QueryGuard } from '../../platform/database/query/query-guard.service.js';
import { CoglexError } from '../../platform/errors/coglex-error.js';
import { Passwords } from '../../platform/security/passwords.service.js';
import { isHidden, isReserved, type StoredAccount } from './account.js';
import { passwordProblem } from './new-password.js';

const NONE: ReadonlySet<string> = new Set();

const PASSWORD_PLACE = '/document/$set/_password';

/** Turns what callers write about accounts into what the database is asked, and refuses the rest. */
@Injectable()
export class AccountRequests {
  constructor(
    private readonly guard: QueryGuard,
    private readonly passwords: Passwords,
  ) {}

  /**
   * The application's fields of a new account.
   *
   * @param closed fields that the caller may not set
   * @throws CoglexError `document_refused`
   */
  fields(document: Record<string, unknown>, closed = NONE): Record<string, unknown> {
    return this.guard.document(document, '/document', (field) => isReserved(field) || closed.has(field));
  }

  /**
   * A query beside the credentials, which must not become a way to ask for the password.
   *
   * @throws CoglexError `query_refused`
   */
  query(query: Record<string, unknown>): mongo.Filter<StoredAccount> {
    return this.guard.filter(query, '/query', { hides: isHidden });
  }

  /**
   * An update of an account, with the new password hashed. No operator but `$set` reaches the password, and none the
   * server's other fields.
   *
   * @param closed further fields that no operator may touch
   * @throws CoglexError `update_refused`, `password_too_long`
   */
  async update(document: Record<string, unknown>, closed = NONE): Promise<mongo.UpdateFilter<StoredAccount>> {
    const parts = withoutPassword(document);
    const protects = (field: string) => isReserved(field) || closed.has(field);
    const checked = this.guard.update(parts.update, '/document', { protects });
    const hash = 'password' in parts ? { _password: await this.hash(parts.password) } : {};
    return { ...checked, $set: { ...checked.$set, ...hash, _patched: new Date() } };
  }

  private hash(password: unknown): Promise<string> {
    const problem = passwordProblem(password);
    if (problem !== undefined || typeof password !== 'string')
      throw new CoglexError('update_refused', {
        detail: `_password ${problem}.`,
        errors: [{ field: PASSWORD_PLACE, message: `_password ${problem}` }],
      });
    return this.passwords.hash(password, PASSWORD_PLACE);
  }
}

/** Takes the new password out of an update: it is not a value to be stored. */
function withoutPassword(document: Record<string, unknown>): {
  update: Record<string, unknown>;
  password?: unknown;
} {
  const { $set } = document;
  if (typeof $set !== 'object' || $set === null || !Object.hasOwn($set, '_password'))
    return { update: document };
  const { _password: password, ...rest } = $set as Record<string, unknown>;
  return { update: { ...document, $set: rest }, password };
}
