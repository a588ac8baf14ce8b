import { Injectable } from '@nestjs/common';
import { Audit } from '../../../platform/audit/audit.service.js';
import { Config } from '../../../platform/config/config.js';
import { Database } from '../../../platform/database/database.service.js';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import { parseJson } from '../../../platform/http/json.js';
import type { Caller } from '../../../platform/security/caller.js';
import { userName } from '../../../platform/security/revocations.service.js';
import { ProjectContext } from '../../../platform/tenancy/project-context.service.js';
import { AccountEvents } from '../account-events.js';
import { AccountRequests } from '../account-requests.service.js';
import { toAccount, type Account, type StoredAccount } from '../account.js';
import { AccountsRepository, type AccountUpdate } from '../accounts.repository.js';
import { UserCollections } from '../collections/user-collections.service.js';
import { IdentitiesRepository } from '../oauth/identities.repository.js';
import { PasskeysRepository } from '../passkeys/passkeys.repository.js';
import { RevocationFeed } from '../sessions/revocation-feed.service.js';
import { SessionsRepository } from '../sessions/sessions.repository.js';
import { Sessions } from '../sessions/sessions.service.js';
import type { ListUsersDto, RolesDto } from './dto/users.dto.js';

/** Generation that no session reaches: all of the user are over. */
const NEVER_AGAIN = Number.MAX_SAFE_INTEGER;

/** What operators do with the accounts of others. */
@Injectable()
export class Users {
  constructor(
    private readonly accounts: AccountsRepository,
    private readonly collections: UserCollections,
    private readonly requests: AccountRequests,
    private readonly sessions: Sessions,
    private readonly sessionsRepository: SessionsRepository,
    private readonly feed: RevocationFeed,
    private readonly identities: IdentitiesRepository,
    private readonly passkeys: PasskeysRepository,
    private readonly events: AccountEvents,
    private readonly audit: Audit,
    private readonly database: Database,
    private readonly context: ProjectContext,
    private readonly config: Config,
  ) {}

  /** The newest accounts first. */
  async list({
    collection,
    query,
    search,
    limit = 100,
    skip = 0,
  }: ListUsersDto): Promise<{ users: Account[]; total: number }> {
    const name = await this.collectionOf(collection);
    const asked = this.requests.query(
      query === undefined ? {} : objectOf(parseJson(query, this.config.MAX_JSON_DEPTH)),
    );
    const filter =
      search === undefined
        ? asked
        : { $and: [asked, { _key: { $regex: literally(search), $options: 'i' } }] };
    const { users, total } = await this.accounts.page(name, filter, {
      limit: Math.min(limit, this.config.STORAGE_MAX_LIMIT),
      skip,
    });
    return { users: users.map(toAccount), total };
  }

  /** @throws CoglexError `not_found` */
  async get(id: string, collection?: string): Promise<Account> {
    return toAccount(await this.stored(id, await this.collectionOf(collection)));
  }

  /** Keeps a user out, at once and everywhere. */
  async freeze(id: string, collection: string | undefined, caller: Caller): Promise<Account> {
    const update = { $set: { _frozen: new Date(), _patched: new Date() }, $inc: { _generation: 1 } };
    const { account, name, ...change } = await this.change(id, collection, update);
    await this.sessions.endBefore({ id, collection: name }, account._generation ?? 0);
    await this.events.tell('user.frozen', { id, key: account._key, collection: name }, { caller, ...change });
    return toAccount(account);
  }

  async unfreeze(id: string, collection: string | undefined, caller: Caller): Promise<Account> {
    const { account, name, ...change } = await this.change(id, collection, {
      $unset: { _frozen: '' },
      $set: { _patched: new Date() },
    });
    await this.events.tell(
      'user.unfrozen',
      { id, key: account._key, collection: name },
      { caller, ...change },
    );
    return toAccount(account);
  }

  /** Sets what a user may do; `null` takes a field away. */
  async setRoles(
    id: string,
    collection: string | undefined,
    { role, roles }: RolesDto,
    caller: Caller,
  ): Promise<Account> {
    const given = Object.entries({ role, roles }).filter(([, value]) => value !== undefined);
    const $set = Object.fromEntries(given.filter(([, value]) => value !== null));
    const $unset = Object.fromEntries(
      given.filter(([, value]) => value === null).map(([name]) => [name, '']),
    );
    const { account, name, ...change } = await this.change(id, collection, {
      $set: { ...$set, _patched: new Date() },
      ...(Object.keys($unset).length > 0 ? { $unset } : {}),
    });
    const detail = Object.fromEntries(given);
    await this.events.note(
      'user.roles_changed',
      { id, key: account._key, collection: name },
      { caller, detail, ...change },
    );
    return toAccount(account);
  }

  async endSessions(id: string, collection: string | undefined, caller: Caller): Promise<void> {
    const name = await this.collectionOf(collection);
    const account = await this.stored(id, name);
    await this.sessions.endAll({ id, key: account._key, collection: name }, caller);
  }

  /**
   * Deletes an account with all that belongs to it.
   *
   * @param erase whether the audit trail forgets whom it was about
   */
  async delete(id: string, collection: string | undefined, erase: boolean, caller: Caller): Promise<void> {
    const name = await this.collectionOf(collection);
    const account = await this.stored(id, name);
    const owner = { id, collection: name };
    // The tokens first: what is left when this fails half-way can be deleted again.
    await this.feed.endUser(userName({ ...owner, project: this.context.project }), NEVER_AGAIN);
    await this.sessionsRepository.deleteBefore(owner, NEVER_AGAIN);
    await this.identities.unlink(name, id);
    await this.passkeys.remove(owner);
    await this.database.collection('_CODES').deleteMany({ 'data.user': id, 'data.collection': name });
    await this.accounts.delete(name, id);
    const before = toAccount(account);
    await this.events.tell('user.deleted', { id, key: account._key, collection: name }, { caller, before });
    if (erase) await this.audit.forget({ id, key: account._key, collection: name });
  }

  /** Everything that the service keeps of a user, but for what is secret also from them. */
  async export(id: string, collection: string | undefined, caller: Caller): Promise<Record<string, unknown>> {
    const name = await this.collectionOf(collection);
    const account = await this.stored(id, name);
    const owner = { id, collection: name };
    const [sessions, identities, passkeys, trail] = await Promise.all([
      this.sessionsRepository.list(owner),
      this.identities.of(name, id),
      this.passkeys.of(owner),
      this.audit.find({ user: id, limit: this.config.STORAGE_MAX_LIMIT, order: 'time' }),
    ]);
    await this.events.note('user.exported', { id, key: account._key, collection: name }, { caller });
    return {
      account: toAccount(account),
      sessions: sessions.map(({ rotation: _, ...session }) => session),
      identities,
      passkeys: passkeys.map(({ publicKey: _, ...passkey }) => passkey),
      audit: trail,
    };
  }

  private async change(
    id: string,
    collection: string | undefined,
    update: AccountUpdate,
  ): Promise<{ account: StoredAccount; name: string; before: Account; after: Account }> {
    const name = await this.collectionOf(collection);
    const before = toAccount(await this.stored(id, name));
    const account = (await this.accounts.update(name, { _id: id }, update)) ?? noSuchUser();
    return { account, name, before, after: toAccount(account) };
  }

  private async stored(id: string, collection: string): Promise<StoredAccount> {
    return (await this.accounts.findStored(collection, { _id: id })) ?? noSuchUser();
  }

  /** @throws CoglexError `not_found` where no accounts are */
  private async collectionOf(collection = this.config.MONGODB_AUTH_COLLECTION): Promise<string> {
    if (await this.collections.has(collection)) return collection;
    throw new CoglexError('not_found', { detail: 'There is no such collection of accounts.' });
  }
}

function noSuchUser(): never {
  throw new CoglexError('not_found', { detail: 'There is no such account.' });
}

/** A text as a regular expression that matches it alone. */
const literally = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

function objectOf(value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw new CoglexError('query_refused', { detail: 'query must be a JSON object.' });
}
