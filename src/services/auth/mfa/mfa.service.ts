import { Injectable } from '@nestjs/common';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import type { Caller, SessionClaims } from '../../../platform/security/caller.js';
import { ProjectContext } from '../../../platform/tenancy/project-context.service.js';
import { Projects } from '../../../platform/tenancy/projects.service.js';
import { Attempts } from '../abuse/attempts.service.js';
import { AccountEvents } from '../account-events.js';
import type { StoredAccount } from '../account.js';
import { AccountsRepository } from '../accounts.repository.js';
import { codeInvalid } from '../codes/codes.service.js';
import { fromToken, OneTimeSecrets } from '../codes/one-time-secrets.service.js';
import type { SignedIn, SignInMethod } from '../sessions/session.js';
import { SignIns } from '../sign-ins.service.js';
import { RecoveryCodes } from './recovery-codes.service.js';
import { SecondFactors } from './second-factors.service.js';
import { StepUp } from './step-up.service.js';
import { Totp, type Enrolment } from './totp.service.js';

/** The second factor of accounts. */
@Injectable()
export class Mfa {
  constructor(
    private readonly accounts: AccountsRepository,
    private readonly totp: Totp,
    private readonly recoveryCodes: RecoveryCodes,
    private readonly factors: SecondFactors,
    private readonly stepUp: StepUp,
    private readonly secrets: OneTimeSecrets,
    private readonly attempts: Attempts,
    private readonly signIns: SignIns,
    private readonly events: AccountEvents,
    private readonly projects: Projects,
    private readonly context: ProjectContext,
  ) {}

  async state(user: SessionClaims): Promise<{ totp: boolean; recovery_codes: number }> {
    const account = await this.accountOf(user);
    return { totp: account._totp?.confirmed === true, recovery_codes: account._recovery?.length ?? 0 };
  }

  /** @throws CoglexError `conflict` when there is an authenticator already */
  async enrol(user: SessionClaims): Promise<Enrolment> {
    const name = (await this.projects.find(this.context.project))?.name ?? 'Coglex';
    const enrolment = await this.totp.enrol(await this.accountOf(user), user.collection, name);
    if (!enrolment)
      throw new CoglexError('conflict', {
        detail: 'There is an authenticator. Take it away before you set up another.',
      });
    return enrolment;
  }

  /**
   * Turns the second factor on: from now on it is asked for.
   *
   * @returns recovery codes, which are shown this once
   * @throws CoglexError `code_invalid`, `conflict`
   */
  async confirm(user: SessionClaims, code: string, caller: Caller): Promise<string[]> {
    const { collection, key } = user;
    const attempt = await this.attempts.reserve({ kind: 'mfa', account: `${collection}/${key}`, caller });
    const account = await this.accountOf(user);
    if (account._totp?.confirmed)
      throw new CoglexError('conflict', { detail: 'The second factor is on already.' });
    const { codes, hashes } = this.recoveryCodes.make(user.id);
    const also = { '_totp.confirmed': true, _recovery: hashes };
    if (!(await this.totp.spend(account, collection, code, also))) throw codeInvalid();
    await attempt.succeed();
    await this.events.note('user.mfa_enabled', user, { caller });
    return codes;
  }

  /** @throws CoglexError `step_up_required` */
  async remove(user: SessionClaims, caller: Caller): Promise<void> {
    await this.stepUp.require(user);
    await this.accounts.update(user.collection, { _id: user.id }, { $unset: { _totp: '', _recovery: '' } });
    await this.events.note('user.mfa_disabled', user, { caller });
  }

  /** @throws CoglexError `step_up_required`, `conflict` without an authenticator */
  async renewCodes(user: SessionClaims, caller: Caller): Promise<string[]> {
    await this.stepUp.require(user);
    const { codes, hashes } = this.recoveryCodes.make(user.id);
    const update = { $set: { _recovery: hashes } };
    const isOn = { '_totp.confirmed': true };
    if (!(await this.accounts.update(user.collection, { _id: user.id }, update, isOn)))
      throw new CoglexError('conflict', { detail: 'There is no second factor to recover.' });
    await this.events.note('user.recovery_codes_made', user, { caller });
    return codes;
  }

  /**
   * Finishes a sign-in that was answered with `mfa_required`.
   *
   * @throws CoglexError `code_invalid`, `too_many_requests`
   */
  async finish(ticket: string, code: string, caller: Caller): Promise<SignedIn> {
    const secret = fromToken(ticket);
    const claims = (await this.secrets.look('mfa-ticket', secret)) as
      { user: string; key: string; collection: string; method: SignInMethod } | undefined;
    if (!claims) throw codeInvalid();
    const { user: id, key, collection, method } = claims;
    const attempt = await this.attempts.reserve({ kind: 'mfa', account: `${collection}/${key}`, caller });
    const account = await this.accounts.findStored(collection, { _id: id });
    const isRight = account && (await this.factors.spend(account, collection, code));
    if (!isRight) {
      await this.events.note('user.mfa_failed', { id, key, collection }, { caller });
      throw codeInvalid();
    }
    // A ticket is good for one session, also when two codes are shown at once.
    if (!(await this.secrets.finish(secret.id))) throw codeInvalid();
    await attempt.succeed();
    return this.signIns.complete(account, collection, { method, caller, strong: true });
  }

  private async accountOf({ collection, id }: SessionClaims): Promise<StoredAccount> {
    const account = await this.accounts.findStored(collection, { _id: id });
    if (!account) throw new CoglexError('not_found', { detail: 'There is no such account.' });
    return account;
  }
}
