import { Injectable } from '@nestjs/common';
import { mongo } from 'mongoose';
import { Config } from '../../platform/config/config.js';
import { CoglexError } from '../../platform/errors/coglex-error.js';
import type { CurrentUserClaims } from '../../platform/security/caller.js';
import { Passwords } from '../../platform/security/passwords.service.js';
import { UserTokens } from '../../platform/security/user-tokens.service.js';
import { ProjectContext } from '../../platform/tenancy/project-context.service.js';
import type { Account } from './account.js';
import { AccountRequests } from './account-requests.service.js';
import { AccountsRepository, type AccountSelector } from './accounts.repository.js';

/** A new account. */
export interface NewAccount {
  _key: string;
  /** In plain text; without it the account cannot sign in by password. */
  _password?: string;
  /** The application's own fields. */
  document?: Record<string, unknown>;
}

/** What somebody signs in with. */
export interface Credentials {
  _key: string;
  _password: string;
  /** MongoDB query that the account must match as well. */
  query?: Record<string, unknown>;
}

/** A signed-in user and the token to prove it. */
export interface SignedIn {
  token: string;
  token_type: 'Bearer';
  /** Seconds. */
  expires_in: number;
  user: Account;
}

/**
 * Accounts of users. Each method takes the collection whose users are meant, so that applications can keep several
 * kinds; `MONGODB_AUTH_COLLECTION` by default.
 */
@Injectable()
export class AuthService {
  constructor(
    private readonly accounts: AccountsRepository,
    private readonly requests: AccountRequests,
    private readonly passwords: Passwords,
    private readonly tokens: UserTokens,
    private readonly context: ProjectContext,
    private readonly config: Config,
  ) {}

  /**
   * Makes an account.
   *
   * @throws CoglexError `key_taken`, `password_too_long`, `document_refused`
   */
  async signUp(account: NewAccount, collection = this.config.MONGODB_AUTH_COLLECTION): Promise<Account> {
    const { _key, _password, document } = account;
    const fields = this.requests.fields(document ?? {});
    const [hash] = await Promise.all([
      _password === undefined ? undefined : this.passwords.hash(_password),
      this.accounts.ensureUniqueKeys(collection),
    ]);
    return this.accounts.insert(collection, {
      _id: new mongo.ObjectId().toHexString(),
      _key,
      ...(hash === undefined ? {} : { _password: hash }),
      _inserted: new Date(),
      ...fields,
    });
  }

  /**
   * Checks a password and issues a token. An unknown key, a wrong password, an account without one and a query that
   * does not match are the same to the caller, in the answer and in the time that it takes.
   *
   * @throws CoglexError `credentials_invalid`, `query_refused`
   */
  async signIn(
    credentials: Credentials,
    collection = this.config.MONGODB_AUTH_COLLECTION,
  ): Promise<SignedIn> {
    const { _key, _password, query } = credentials;
    const found = await this.accounts.findWithPassword(collection, _key, this.requests.query(query ?? {}));
    const isRight = await this.passwords.check(_password, found?.password);
    if (!found || !isRight)
      throw new CoglexError('credentials_invalid', {
        headers: { 'WWW-Authenticate': 'Bearer realm="coglex"' },
      });
    const { account: user } = found;
    const { project } = this.context;
    const token = await this.tokens.issue({ id: user._id, key: user._key, collection, project });
    return { token, token_type: 'Bearer', expires_in: this.tokens.lifetime, user };
  }

  /**
   * @param user who asks, when it is a user: sees itself alone
   * @throws CoglexError `not_found`, also for what the user may not see
   */
  async get(
    key: string,
    user?: CurrentUserClaims,
    collection = this.config.MONGODB_AUTH_COLLECTION,
  ): Promise<Account> {
    const account = await this.accounts.find(collection, selectorOf(key, user));
    return account ?? notFound();
  }

  /**
   * @param document MongoDB update operators; `$set._password` takes the new password in plain text
   * @param user who asks, when it is a user: changes itself alone
   * @returns the account as it is now
   * @throws CoglexError `not_found`, `update_refused`, `password_too_long`
   */
  async update(
    key: string,
    document: Record<string, unknown>,
    user?: CurrentUserClaims,
    collection = this.config.MONGODB_AUTH_COLLECTION,
  ): Promise<Account> {
    const update = await this.requests.update(document);
    const account = await this.accounts.update(collection, selectorOf(key, user), update);
    return account ?? notFound();
  }
}

/** A user is bound to its `_id` too, so that an old token says nothing about a new account of the same key. */
const selectorOf = (key: string, user: CurrentUserClaims | undefined): AccountSelector =>
  user ? { _key: key, _id: user.id } : { _key: key };

function notFound(): never {
  throw new CoglexError('not_found', { detail: 'There is no such account.' });
}
