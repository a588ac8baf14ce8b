import { Injectable } from '@nestjs/common';
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server';
import { Config } from '../../../platform/config/config.js';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import type { Caller, SessionClaims } from '../../../platform/security/caller.js';
import { ProjectContext } from '../../../platform/tenancy/project-context.service.js';
import { Projects } from '../../../platform/tenancy/projects.service.js';
import { AccountEvents } from '../account-events.js';
import { AccountsRepository } from '../accounts.repository.js';
import { fromToken, OneTimeSecrets, tokenOf, type SecretData } from '../codes/one-time-secrets.service.js';
import { StepUp } from '../mfa/step-up.service.js';
import type { SignedIn } from '../sessions/session.js';
import { SignIns } from '../sign-ins.service.js';
import { PasskeysRepository, type StoredPasskey } from './passkeys.repository.js';

/** Where no passkey is used, its library takes no memory. */
const library = () => import('@simplewebauthn/server');

/** Life of a challenge, in seconds. */
const LIFETIME = 300;

/** A passkey as its user sees it. */
export interface Passkey {
  id: string;
  name: string;
  created: Date;
  used?: Date;
}

/** Passkeys (WebAuthn): something one has, opened by what one knows or is; they need no second factor. */
@Injectable()
export class Passkeys {
  constructor(
    private readonly passkeys: PasskeysRepository,
    private readonly accounts: AccountsRepository,
    private readonly secrets: OneTimeSecrets,
    private readonly stepUp: StepUp,
    private readonly signIns: SignIns,
    private readonly events: AccountEvents,
    private readonly projects: Projects,
    private readonly context: ProjectContext,
    private readonly config: Config,
  ) {}

  /** What a browser makes a passkey with. */
  async begin(user: SessionClaims): Promise<PublicKeyCredentialCreationOptionsJSON> {
    const own = await this.passkeys.of(user);
    const { generateRegistrationOptions } = await library();
    return generateRegistrationOptions({
      rpName: (await this.projects.find(this.context.project))?.name ?? 'Coglex',
      rpID: this.place.hostname,
      userName: user.key,
      userID: new Uint8Array(Buffer.from(user.id)),
      attestationType: 'none',
      excludeCredentials: own.map(({ _id: id }) => ({ id })),
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      challenge: await this.challenge({ user: user.id, collection: user.collection }),
      timeout: LIFETIME * 1000,
    });
  }

  /** @throws CoglexError `passkey_invalid`, `conflict` */
  async add(user: SessionClaims, response: object, name: string, caller: Caller): Promise<Passkey> {
    let claims: SecretData | undefined;
    const { verifyRegistrationResponse } = await library();
    const { registrationInfo } = await this.verified(() =>
      verifyRegistrationResponse({
        response: response as RegistrationResponseJSON,
        expectedChallenge: async (challenge) => (claims = await this.spend(challenge)) !== undefined,
        expectedOrigin: this.place.origin,
        expectedRPID: this.place.hostname,
        requireUserVerification: true,
      }),
    );
    if (!registrationInfo || claims?.user !== user.id || claims.collection !== user.collection)
      throw passkeyInvalid();
    const { id, publicKey, counter, transports } = registrationInfo.credential;
    const passkey: StoredPasskey = {
      _id: id,
      user: user.id,
      collection: user.collection,
      publicKey: Buffer.from(publicKey).toString('base64url'),
      counter,
      ...(transports ? { transports } : {}),
      name,
      _inserted: new Date(),
    };
    await this.passkeys.insert(passkey);
    await this.events.note('user.passkey_added', user, { caller, detail: { name } });
    return shown(passkey);
  }

  async list(user: SessionClaims): Promise<Passkey[]> {
    return (await this.passkeys.of(user)).map(shown);
  }

  /** @throws CoglexError `step_up_required`, `not_found` */
  async remove(user: SessionClaims, id: string, caller: Caller): Promise<void> {
    await this.stepUp.require(user);
    if ((await this.passkeys.remove(user, id)) === 0)
      throw new CoglexError('not_found', { detail: 'There is no such passkey.' });
    await this.events.note('user.passkey_removed', user, { caller });
  }

  /** What a browser signs in with: any passkey that it has for this place. */
  async beginSignIn(): Promise<PublicKeyCredentialRequestOptionsJSON> {
    const { generateAuthenticationOptions } = await library();
    return generateAuthenticationOptions({
      rpID: this.place.hostname,
      userVerification: 'required',
      challenge: await this.challenge({ signin: true }),
      timeout: LIFETIME * 1000,
    });
  }

  /** @throws CoglexError `passkey_invalid`, `account_frozen` */
  async signIn(response: { id?: unknown }, caller: Caller): Promise<SignedIn> {
    const { verifyAuthenticationResponse } = await library();
    const passkey = typeof response.id === 'string' ? await this.passkeys.find(response.id) : undefined;
    if (!passkey) throw passkeyInvalid();
    const { authenticationInfo } = await this.verified(() =>
      verifyAuthenticationResponse({
        response: response as AuthenticationResponseJSON,
        expectedChallenge: async (challenge) => (await this.spend(challenge))?.signin === true,
        expectedOrigin: this.place.origin,
        expectedRPID: this.place.hostname,
        requireUserVerification: true,
        credential: {
          id: passkey._id,
          publicKey: new Uint8Array(Buffer.from(passkey.publicKey, 'base64url')),
          counter: passkey.counter,
          transports: passkey.transports,
        },
      }),
    );
    const isFresh = await this.passkeys.use(passkey, authenticationInfo.newCounter);
    const account = await this.accounts.findStored(passkey.collection, { _id: passkey.user });
    if (!isFresh || !account) throw passkeyInvalid();
    return this.signIns.complete(account, passkey.collection, { method: 'passkey', caller, strong: true });
  }

  private get place(): URL {
    return new URL(this.config.baseUrl);
  }

  /** A challenge is a one-time secret: what comes back names it and proves that it was asked for. */
  private async challenge(data: SecretData): Promise<string> {
    return tokenOf(await this.secrets.issue('passkey', data, { lifetime: LIFETIME }));
  }

  private spend(challenge: string): Promise<SecretData | undefined> {
    return this.secrets.spend('passkey', fromToken(Buffer.from(challenge, 'base64url').toString()));
  }

  /** The library throws for whatever is wrong with what was sent. */
  private async verified<T extends { verified: boolean }>(verify: () => Promise<T>): Promise<T> {
    try {
      const result = await verify();
      if (result.verified) return result;
    } catch (error) {
      if (error instanceof CoglexError || (error as Error).name.startsWith('Mongo')) throw error;
      throw passkeyInvalid(error);
    }
    throw passkeyInvalid();
  }
}

const shown = ({ _id: id, name, _inserted: created, used }: StoredPasskey): Passkey => ({
  id,
  name,
  created,
  ...(used ? { used } : {}),
});

const passkeyInvalid = (cause?: unknown): CoglexError =>
  new CoglexError('passkey_invalid', {
    detail: 'The passkey is not known, or what it has signed is not what was asked for.',
    cause,
  });
