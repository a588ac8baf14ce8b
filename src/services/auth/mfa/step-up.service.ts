import { Injectable } from '@nestjs/common';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import type { Caller, SessionClaims } from '../../../platform/security/caller.js';
import { Passwords } from '../../../platform/security/passwords.service.js';
import { Attempts } from '../abuse/attempts.service.js';
import { AccountEvents } from '../account-events.js';
import { AccountsRepository } from '../accounts.repository.js';
import { SessionsRepository } from '../sessions/sessions.repository.js';
import type { StepUpDto } from './dto/mfa.dto.js';
import { SecondFactors } from './second-factors.service.js';

/** How long a session stays raised, in milliseconds. */
const RAISED_MS = 10 * 60_000;

/** Asks again who somebody is, before what a thief of the session must not do. */
@Injectable()
export class StepUp {
  constructor(
    private readonly accounts: AccountsRepository,
    private readonly sessions: SessionsRepository,
    private readonly factors: SecondFactors,
    private readonly passwords: Passwords,
    private readonly attempts: Attempts,
    private readonly events: AccountEvents,
  ) {}

  /**
   * Raises the session of a user who shows a code, or the password where there is no second factor.
   *
   * @returns until when
   * @throws CoglexError `code_invalid`, `too_many_requests`
   */
  async raise(user: SessionClaims, { code, _password }: StepUpDto, caller: Caller): Promise<Date> {
    const { collection, key, id } = user;
    const attempt = await this.attempts.reserve({ kind: 'step-up', account: `${collection}/${key}`, caller });
    const account = await this.accounts.findStored(collection, { _id: id });
    const hasFactor = account?._totp?.confirmed === true;
    const isRight = hasFactor
      ? await this.factors.spend(account, collection, code ?? '')
      : await this.passwords.check(_password ?? '', account?._password);
    if (!isRight) {
      await this.events.note('user.mfa_failed', user, { caller });
      throw new CoglexError('code_invalid', {
        detail: hasFactor ? 'The code is wrong or spent.' : 'The password is wrong.',
      });
    }
    await attempt.succeed();
    const until = new Date(Date.now() + RAISED_MS);
    await this.sessions.elevate(user.session, until);
    return until;
  }

  /** @throws CoglexError `step_up_required` unless the session of the user is raised */
  async require(user: SessionClaims): Promise<void> {
    const session = await this.sessions.find(user.session);
    if (!session?.elevated || session.elevated < new Date())
      throw new CoglexError('step_up_required', {
        detail: 'Show a code or the password at POST /service/auth/v1/mfa/step-up first.',
      });
  }
}
