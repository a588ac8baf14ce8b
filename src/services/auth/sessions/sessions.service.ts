import { Injectable } from '@nestjs/common';
import { mongo } from 'mongoose';
import { Config } from '../../../platform/config/config.js';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import type { Caller, SessionClaims } from '../../../platform/security/caller.js';
import { Csrf } from '../../../platform/security/csrf.service.js';
import { userName } from '../../../platform/security/revocations.service.js';
import { UserTokens } from '../../../platform/security/user-tokens.service.js';
import { ProjectContext } from '../../../platform/tenancy/project-context.service.js';
import { AccountEvents } from '../account-events.js';
import { toAccount, type StoredAccount } from '../account.js';
import { AccountsRepository } from '../accounts.repository.js';
import { RefreshTokens, type RefreshClaims } from './refresh-tokens.service.js';
import { RevocationFeed } from './revocation-feed.service.js';
import type { Session, SignedIn, SignInMethod, StoredSession } from './session.js';
import { SessionsRepository, type SessionOwner } from './sessions.repository.js';

const NO_SESSION = 'There is no such session.';

/** Opens, refreshes, lists and ends the sessions of users. */
@Injectable()
export class Sessions {
  constructor(
    private readonly sessions: SessionsRepository,
    private readonly accounts: AccountsRepository,
    private readonly feed: RevocationFeed,
    private readonly tokens: UserTokens,
    private readonly refreshTokens: RefreshTokens,
    private readonly csrf: Csrf,
    private readonly events: AccountEvents,
    private readonly context: ProjectContext,
    private readonly config: Config,
  ) {}

  /** Opens a session for an account whose owner has shown who they are. */
  async open(
    account: StoredAccount,
    collection: string,
    by: { method: SignInMethod; elevated?: Date; caller?: Pick<Caller, 'address' | 'device'> },
  ): Promise<SignedIn> {
    const now = new Date();
    const session: StoredSession = {
      _id: new mongo.ObjectId().toHexString(),
      user: account._id,
      key: account._key,
      collection,
      generation: account._generation ?? 0,
      rotation: 0,
      method: by.method,
      ...seenFrom(by.caller),
      _inserted: now,
      seen: now,
      expires: this.expiry(now),
      ...(by.elevated ? { elevated: by.elevated } : {}),
    };
    await this.sessions.insert(session);
    for (const { _id } of await this.sessions.surplus({ id: account._id, collection })) await this.end(_id);
    return this.answer(session, account);
  }

  /**
   * Exchanges a refresh token for new tokens. One that has been exchanged already ends its session: it is in two
   * hands.
   *
   * @throws CoglexError `refresh_token_invalid`, without saying why
   */
  async refresh(token: string, caller: Caller): Promise<SignedIn> {
    const claims = this.refreshTokens.read(token);
    if (!claims) throw refreshTokenInvalid();
    const now = new Date();
    const changes = { seen: now, expires: this.expiry(now), ...seenFrom(caller) };
    const session = await this.sessions.rotate(claims.session, claims.rotation, changes);
    if (!session) {
      await this.endIfStolen(claims, caller);
      throw refreshTokenInvalid();
    }
    const account = await this.accounts.findStored(session.collection, { _id: session.user });
    const isGood = account && !account._frozen && (account._generation ?? 0) === session.generation;
    if (!isGood) {
      await this.end(session._id);
      throw refreshTokenInvalid();
    }
    return this.answer(session, account);
  }

  /** The session that a refresh token belongs to, if it is the present one of its session. */
  async ofRefreshToken(token: string): Promise<StoredSession | undefined> {
    const claims = this.refreshTokens.read(token);
    const session = claims && (await this.sessions.find(claims.session));
    return session?.rotation === claims?.rotation ? session : undefined;
  }

  async list(user: SessionClaims): Promise<Session[]> {
    const sessions = await this.sessions.list(user);
    return sessions.map((session) => ({
      id: session._id,
      method: session.method,
      ...(session.ip === undefined ? {} : { ip: session.ip }),
      ...(session.device === undefined ? {} : { device: session.device }),
      created: session._inserted,
      seen: session.seen,
      expires: session.expires,
      current: session._id === user.session,
    }));
  }

  /** Ends one session. Its tokens are refused first, so that nothing is left when this fails half-way. */
  async end(session: string): Promise<void> {
    await this.feed.endSession(session);
    await this.sessions.delete(session);
  }

  /** Ends the session that asks. */
  async signOut(user: SessionClaims, caller: Caller): Promise<void> {
    await this.end(user.session);
    await this.events.tell('user.signed_out', user, { caller });
  }

  /** @throws CoglexError `not_found` when the session is not the user's */
  async endOwn(user: SessionClaims, session: string, caller: Caller): Promise<void> {
    const found = await this.sessions.find(session);
    if (found?.user !== user.id || found.collection !== user.collection)
      throw new CoglexError('not_found', { detail: NO_SESSION });
    await this.end(session);
    await this.events.tell('user.signed_out', user, { caller, detail: { session } });
  }

  /**
   * Signs a user out everywhere.
   *
   * @throws CoglexError `not_found` when there is no such account
   */
  async endAll(owner: SessionOwner & { key: string }, caller: Caller): Promise<void> {
    const account = await this.accounts.update(
      owner.collection,
      { _id: owner.id },
      { $inc: { _generation: 1 } },
    );
    if (!account) throw new CoglexError('not_found', { detail: 'There is no such account.' });
    await this.endBefore(owner, account._generation ?? 0);
    await this.events.note('user.signed_out_everywhere', owner, { caller });
  }

  /** Ends the sessions of earlier generations, after the account has been given a new one. */
  async endBefore(owner: SessionOwner, generation: number): Promise<void> {
    await this.feed.endUser(userName({ ...owner, project: this.context.project }), generation);
    await this.sessions.deleteBefore(owner, generation);
  }

  private async endIfStolen({ session, rotation }: RefreshClaims, caller: Caller): Promise<void> {
    const found = await this.sessions.find(session);
    if (!found || found.rotation <= rotation) return;
    await this.end(session);
    const { user: id, key, collection } = found;
    await this.events.note('user.refresh_reused', { id, key, collection }, { caller, detail: { session } });
  }

  private async answer(session: StoredSession, account: StoredAccount): Promise<SignedIn> {
    const { _id: id, collection, generation, key, user } = session;
    const { project } = this.context;
    return {
      token: await this.tokens.issue({ id: user, key, collection, project, session: id, generation }),
      refresh_token: this.refreshTokens.make({ session: id, rotation: session.rotation }),
      token_type: 'Bearer',
      expires_in: this.tokens.lifetime,
      csrf_token: this.csrf.tokenOf(id),
      user: toAccount(account),
    };
  }

  private expiry(now: Date): Date {
    return new Date(now.getTime() + this.config.SERVER_SESSION_LIFETIME * 1000);
  }
}

function seenFrom(caller: Pick<Caller, 'address' | 'device'> | undefined): Partial<StoredSession> {
  if (!caller) return {};
  return { ip: caller.address, ...(caller.device === undefined ? {} : { device: caller.device }) };
}

const refreshTokenInvalid = () =>
  new CoglexError('refresh_token_invalid', {
    detail: 'The refresh token is forged, expired, spent or of a session that is over.',
    headers: { 'WWW-Authenticate': 'Bearer realm="coglex"' },
  });
