import { Injectable } from '@nestjs/common';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import type { Caller, SessionClaims } from '../../../platform/security/caller.js';
import { AccountEvents } from '../account-events.js';
import { SignInWays } from '../sign-in-ways.service.js';
import type { OAuthCallbackDto } from './dto/oauth.dto.js';
import { IdentitiesRepository } from './identities.repository.js';
import { OAuth, identityTaken } from './oauth.service.js';

/** An identity as its user sees it. */
export interface Identity {
  provider: string;
  identifier: string;
  email: string | null;
  linked: Date;
}

/** Identities at providers that a user signs in with. */
@Injectable()
export class Identities {
  constructor(
    private readonly identities: IdentitiesRepository,
    private readonly oauth: OAuth,
    private readonly ways: SignInWays,
    private readonly events: AccountEvents,
  ) {}

  async list(user: SessionClaims): Promise<Identity[]> {
    const stored = await this.identities.of(user.collection, user.id);
    return stored.map(({ provider, identifier, email, _inserted }) => ({
      provider,
      identifier,
      email,
      linked: _inserted,
    }));
  }

  /** @throws CoglexError `identity_conflict`, and those of a callback */
  async link(user: SessionClaims, body: OAuthCallbackDto, caller: Caller): Promise<Identity[]> {
    const { profile } = await this.oauth.identify(body);
    const owner = await this.identities.link(user.collection, user.id, profile);
    if (owner !== user.id) throw identityTaken();
    await this.events.note('user.identity_linked', user, { caller, detail: { provider: profile.provider } });
    return this.list(user);
  }

  /** @throws CoglexError `not_found`; `conflict` when nothing would be left to sign in with */
  async unlink(user: SessionClaims, provider: string, caller: Caller): Promise<void> {
    const others = (await this.identities.of(user.collection, user.id)).filter(
      (one) => one.provider !== provider,
    );
    if (others.length === 0 && !(await this.ways.besidesIdentities(user)))
      throw new CoglexError('conflict', {
        detail: 'This is the only way to sign in to the account. Set a password or add a passkey first.',
      });
    if ((await this.identities.unlink(user.collection, user.id, provider)) === 0)
      throw new CoglexError('not_found', { detail: 'There is no such identity.' });
    await this.events.note('user.identity_unlinked', user, { caller, detail: { provider } });
  }
}
