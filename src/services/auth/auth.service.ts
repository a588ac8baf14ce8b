import { Injectable } from '@nestjs/common';
import { mongo } from 'mongoose';
import { Config } from '../../platform/config/config.js';
import { CoglexError } from '../../platform/errors/coglex-error.js';
import { isTrusted, type Caller, type SessionClaims } from '../../platform/security/caller.js';
import { Passwords } from '../../platform/security/passwords.service.js';
import { RowRules } from '../../platform/security/rules/row-rules.service.js';
import { toAccount, type Account, type StoredAccount } from './account.js';
import { AccountRequests } from './account-requests.service.js';
import { AccountsRepository, type AccountSelector, type AccountUpdate } from './accounts.repository.js';
import { UserCollections } from './collections/user-collections.service.js';
import { AccountEvents } from './account-events.js';
import { Attempts } from './abuse/attempts.service.js';
import { StepUp } from './mfa/step-up.service.js';
import type { SignedIn } from './sessions/session.js';
import { Sessions } from './sessions/sessions.service.js';
import { SignIns } from './sign-ins.service.js';

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
    private readonly signIns: SignIns,
    private readonly sessions: Sessions,
    private readonly collections: UserCollections,
    private readonly stepUp: StepUp,
    private readonly attempts: Attempts,
    private readonly events: AccountEvents,
    private readonly rules: RowRules,
    private readonly config: Config,
  ) {}

  /**
   * Makes an account.
   *
   * @param caller who asks, when it is not the application itself
   * @throws CoglexError `key_taken`, `password_too_long`, `document_refused`, `not_found` and `conflict` for a
   * collection that cannot hold accounts
   */
  async signUp(
    account: NewAccount,
    collection = this.config.MONGODB_AUTH_COLLECTION,
    caller?: Caller,
  ): Promise<Account> {
    const { _key, _password, document } = account;
    const fields = this.requests.fields(document ?? {}, await this.closedFields(caller));
    await this.openCollection(collection, caller);
    const [hash] = await Promise.all([
      _password === undefined ? undefined : this.passwords.hash(_password),
      this.accounts.ensureUniqueKeys(collection),
    ]);
    const made = await this.accounts.insert(collection, {
      _id: new mongo.ObjectId().toHexString(),
      _key,
      ...(hash === undefined ? {} : { _password: hash }),
      _inserted: new Date(),
      ...fields,
    });
    await this.events.tell('user.created', { id: made._id, key: _key, collection }, { caller });
    return made;
  }

  /**
   * Checks a password and opens a session. An unknown key, a wrong password, an account without one and a query that
   * does not match are the same to the caller, in the answer and in the time that it takes.
   *
   * @param caller who asks, when it is not the application itself; its address and device are kept with the session
   * @throws CoglexError `credentials_invalid`, `query_refused`, `account_frozen`, `too_many_requests`
   */
  async signIn(
    credentials: Credentials,
    collection = this.config.MONGODB_AUTH_COLLECTION,
    caller?: Caller,
  ): Promise<SignedIn> {
    const { _key, _password } = credentials;
    const query = this.requests.query(credentials.query ?? {});
    const attempt = await this.attempts.reserve({
      kind: 'password',
      account: `${collection}/${_key}`,
      caller,
    });
    const isOpen = await this.collections.has(collection);
    const account = isOpen ? await this.accounts.findStored(collection, { _key }, query) : undefined;
    const isRight = await this.passwords.check(_password, account?._password);
    if (!account || !isRight) {
      await this.events.note('user.sign_in_failed', { key: _key, collection }, { caller });
      throw new CoglexError('credentials_invalid', {
        headers: { 'WWW-Authenticate': 'Bearer realm="coglex"' },
      });
    }
    await attempt.succeed();
    return this.signIns.complete(account, collection, { method: 'password', caller });
  }

  /**
   * @param caller who asks, when it is not the application itself: a user sees itself, and with a publishable key also
   * whom the `view` rule of the collection shows
   * @throws CoglexError `not_found`, also for what the user may not see
   */
  async get(
    key: string,
    caller?: Caller,
    collection = this.config.MONGODB_AUTH_COLLECTION,
  ): Promise<Account> {
    const selector = selectorOf(key, caller);
    const own = selector && (await this.accounts.find(collection, selector));
    return own ?? (await this.findByRule(key, caller, collection)) ?? notFound();
  }

  /**
   * Changes an account. A new password ends all its sessions.
   *
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
    const isNewPassword = update.$set?._password !== undefined;
    if (isNewPassword && caller?.user) await this.requireStepUp(caller.user as SessionClaims);
    const counted: AccountUpdate = isNewPassword
      ? { ...update, $inc: { ...update.$inc, _generation: 1 } }
      : update;
    const account = (await this.accounts.update(collection, selector, counted)) ?? notFound();
    if (isNewPassword) await this.endSessions(account, collection, caller);
    return toAccount(account);
  }

  /** Where there is a second factor, a stolen session alone must not set a password. */
  private async requireStepUp(user: SessionClaims): Promise<void> {
    const account = await this.accounts.findStored(user.collection, { _id: user.id });
    if (account?._totp?.confirmed) await this.stepUp.require(user);
  }

  /** An account of somebody else, as far as a rule shows it to those without a secret key. */
  private async findByRule(
    key: string,
    caller: Caller | undefined,
    collection: string,
  ): Promise<Account | undefined> {
    if (!caller || isTrusted(caller)) return undefined;
    const reach = await this.rules.reach(caller, collection, 'view');
    return reach.kind === 'some' ? this.accounts.find(collection, { _key: key }, reach.filter) : undefined;
  }

  /** A new password may be the answer to a theft. */
  private async endSessions(
    { _id: id, _key: key, _generation = 0 }: StoredAccount,
    collection: string,
    caller: Caller | undefined,
  ): Promise<void> {
    await this.sessions.endBefore({ id, collection }, _generation);
    await this.events.tell('user.password_changed', { id, key, collection }, { caller });
  }

  /**
   * Fields of an account that decide what its owner may do. Neither a publishable key nor the owner's token writes
   * them: a server that acts for a user has to leave the token out.
   */
  private closedFields(caller: Caller | undefined): Promise<ReadonlySet<string>> | undefined {
    return caller && (caller.user || !isTrusted(caller)) ? this.rules.userFields() : undefined;
  }

  /** A key that everybody knows must not take a collection away from the storage service. */
  private async openCollection(collection: string, caller: Caller | undefined): Promise<void> {
    const mayOpen = !caller || (isTrusted(caller) && !collection.startsWith('_'));
    if (mayOpen) await this.collections.open(collection);
    else if (!(await this.collections.has(collection)))
      throw new CoglexError('not_found', { detail: 'There is no such collection of accounts.' });
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
