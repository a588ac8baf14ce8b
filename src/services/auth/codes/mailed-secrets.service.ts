import { Injectable } from '@nestjs/common';
import { Config } from '../../../platform/config/config.js';
import type { Letter } from '../../../platform/mail/letter.js';
import { Mailer } from '../../../platform/mail/mailer.service.js';
import { Attempts } from '../abuse/attempts.service.js';
import type { StoredAccount } from '../account.js';
import { AccountsRepository } from '../accounts.repository.js';
import { UserCollections } from '../collections/user-collections.service.js';
import { addressOf } from '../mail-address.js';
import { Redirects } from '../redirects.service.js';
import {
  OneTimeSecrets,
  tokenOf,
  type IssuedSecret,
  type SecretPurpose,
} from './one-time-secrets.service.js';

/** What a mailed secret stands for: an account, at the address that it had. */
export interface MailedClaims {
  collection: string;
  key: string;
  /** Absent when there was no account to write to. */
  user?: string;
  address?: string;
}

/** Which account is meant, and where the link in the mail leads. */
export interface MailRequest {
  _key: string;
  collection?: string;
  redirect?: string;
}

/** What a secret that came back stands for. */
export interface SpentSecret {
  account: StoredAccount;
  claims: Required<MailedClaims>;
}

/** Writes the letter that carries a secret. */
export type LetterOf = (secret: { token: string; code: string; href?: string }, lifetime: number) => Letter;

/**
 * Mails secrets to the owners of accounts. Whether there is an account makes no difference, neither to the answer nor
 * to the work: for nobody a secret is made as well, and a mail that goes nowhere.
 */
@Injectable()
export class MailedSecrets {
  constructor(
    private readonly accounts: AccountsRepository,
    private readonly collections: UserCollections,
    private readonly secrets: OneTimeSecrets,
    private readonly attempts: Attempts,
    private readonly redirects: Redirects,
    private readonly mailer: Mailer,
    private readonly config: Config,
  ) {}

  /** @throws CoglexError `redirect_refused`, `too_many_requests` */
  async send(purpose: SecretPurpose, request: MailRequest, letterOf: LetterOf): Promise<IssuedSecret> {
    const { _key: key, collection = this.config.MONGODB_AUTH_COLLECTION, redirect } = request;
    if (redirect !== undefined) this.redirects.check(redirect);
    await this.attempts.reserveMail(`${collection}/${key}`);
    const account = await this.find(collection, key);
    return this.sendTo(
      purpose,
      { collection, key, user: account?._id, address: addressOf(account) },
      letterOf,
      redirect,
    );
  }

  /** The same for an account that is known, and an address that may be another than its own. */
  async sendTo(
    purpose: SecretPurpose,
    claims: MailedClaims,
    letterOf: LetterOf,
    redirect?: string,
  ): Promise<IssuedSecret> {
    const lifetime = this.config.AUTH_CODE_LIFETIME;
    const form = purpose === 'code' ? 'digits' : 'text';
    const data = Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined));
    const issued = await this.secrets.issue(purpose, data, { form, lifetime });
    const token = tokenOf(issued);
    const href = redirect === undefined ? undefined : this.redirects.with(redirect, { token, type: purpose });
    await this.mailer.send(claims.address, letterOf({ token, code: issued.secret, href }, lifetime));
    return issued;
  }

  /**
   * Spends a secret that came back.
   *
   * @returns the account, which is the owner's of the address beyond doubt; `undefined` when the secret is not good
   */
  async spend(
    purpose: SecretPurpose,
    secret: IssuedSecret,
    of: { key?: string; collection?: string } = {},
  ): Promise<SpentSecret | undefined> {
    const claims = (await this.secrets.spend(purpose, secret)) as MailedClaims | undefined;
    if (claims?.user === undefined || claims.address === undefined) return undefined;
    const { collection, key, user, address } = claims;
    if (of.key !== undefined && of.key !== key) return undefined;
    if (of.collection !== undefined && of.collection !== collection) return undefined;
    const account = await this.accounts.findStored(collection, { _id: user });
    return account && !account._frozen ? { account, claims: { collection, key, user, address } } : undefined;
  }

  private async find(collection: string, key: string): Promise<StoredAccount | undefined> {
    if (!(await this.collections.has(collection))) return undefined;
    const account = await this.accounts.findStored(collection, { _key: key });
    return account?._frozen ? undefined : account;
  }
}
