import { Injectable } from '@nestjs/common';
import { mongo } from 'mongoose';
import { Config } from '../../platform/config/config.js';
import { CoglexError } from '../../platform/errors/coglex-error.js';
import { isTrusted, type Caller } from '../../platform/security/caller.js';
import { Passwords } from '../../platform/security/passwords.service.js';
import { RowRules } from '../../platform/security/rules/row-rules.service.js';
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
    private readonly rules: RowRules,
    private readonly context: ProjectContext,
    private readonly config: Config,
  ) {}

  /**
   * Makes an account.
   *
   * @param caller who asks, when it is not the application itself
   * @throws CoglexError `key_taken`, `password_too_long`, `document_refused`
   */
  async signUp(
    account: NewAccount,
    collection = this.config.MONGODB_AUTH_COLLECTION,
    caller?: Caller,
  ): Promise<Account> {
    const { _key, _password, document } = account;
    const fields = this.requests.fields(document ?? {}, await this.closedFields(caller));
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
   * @param caller who asks, when it is not the application itself: a user sees itself alone
   * @throws CoglexError `not_found`, also for what the user may not see
   */
  async get(
    key: string,
    caller?: Caller,
    collection = this.config.MONGODB_AUTH_COLLECTION,
  ): Promise<Account> {
    const selector = selectorOf(key, caller);
    const account = selector && (await this.accounts.find(collection, selector));
    return account ?? notFound();
  }

  /**
   * @param document MongoDB update operators; `$set._password` takes the new password in plain text
   * @param caller who asks, when it is not the application itself: a user changes itself alone
   * @returns the account as it is now
   * @throws CoglexError `not_found`, `update_refused`, `password_too_long`
   */
  async update(
    key: string,
    document: Record<string, unknown>,
    caller?: Caller,
    collection = this.config.MONGODB_AUTH_COLLECTION,
  ): Promise<Account> {
    const selector = selectorOf(key, caller) ?? notFound();
    const update = await this.requests.update(document, await this.closedFields(caller));
    const account = await this.accounts.update(collection, selector, update);
    return account ?? notFound();
  }

  /** Fields of an account that decide what its owner may do, and which a publishable key cannot write. */
  private closedFields(caller: Caller | undefined): Promise<ReadonlySet<string>> | undefined {
    return caller && !isTrusted(caller) ? this.rules.userFields() : undefined;
  }
}

/**
 * A user is bound to its `_id` too, so that an old token says nothing about a new account of the same key. Nobody in
 * particular, with a key that everybody knows, reaches no account.
 */
function selectorOf(key: string, caller: Caller | undefined): AccountSelector | undefined {
  if (caller?.user) return { _key: key, _id: caller.user.id };
  return caller && !isTrusted(caller) ? undefined : { _key: key };
}

function notFound(): never {
  throw new CoglexError('not_found', { detail: 'There is no such account.' });
}
