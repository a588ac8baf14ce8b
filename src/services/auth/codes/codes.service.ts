import { Injectable } from '@nestjs/common';
import { Config } from '../../../platform/config/config.js';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import type { Caller } from '../../../platform/security/caller.js';
import { Attempts } from '../abuse/attempts.service.js';
import { AddressVerification } from '../recovery/address-verification.service.js';
import { Takeover } from '../recovery/takeover.service.js';
import type { SignedIn } from '../sessions/session.js';
import { SignIns } from '../sign-ins.service.js';
import type { GenerateCodeDto, VerifyCodeDto } from './dto/codes.dto.js';
import { codeLetter, magicLinkLetter } from './letters.js';
import { MailedSecrets, type MailRequest, type SpentSecret } from './mailed-secrets.service.js';
import { fromToken } from './one-time-secrets.service.js';

/** What a check of a code answers. */
export interface CodeVerdict extends Partial<SignedIn> {
  valid: boolean;
  message: string;
}

/** Mailed codes and links: they show that somebody reads the mail of an account, and can sign in with it. */
@Injectable()
export class Codes {
  constructor(
    private readonly mailed: MailedSecrets,
    private readonly attempts: Attempts,
    private readonly verification: AddressVerification,
    private readonly takeover: Takeover,
    private readonly signIns: SignIns,
    private readonly config: Config,
  ) {}

  /** Mails a code of six digits; the answer holds what it must come back with. */
  async generate(request: GenerateCodeDto): Promise<{ otp_token: string; expires_in: number }> {
    const { id } = await this.mailed.send('code', request, ({ code }, lifetime) =>
      codeLetter(code, lifetime),
    );
    return { otp_token: id, expires_in: this.config.AUTH_CODE_LIFETIME };
  }

  /** @throws CoglexError `code_invalid` when it was to sign in; `too_many_requests` */
  async verify(body: VerifyCodeDto, caller: Caller): Promise<CodeVerdict> {
    const { _key: key, _password: secret, token, signin, collection } = body;
    const account = `${collection ?? this.config.MONGODB_AUTH_COLLECTION}/${key}`;
    const attempt = await this.attempts.reserve({ kind: 'code', account, caller });
    const found = await this.mailed.spend('code', { id: token, secret }, { key, collection });
    if (!found && signin) throw codeInvalid();
    if (!found) return { valid: false, message: 'The code is wrong, expired or spent' };
    await attempt.succeed();
    const valid = { valid: true, message: 'OTP verified successfully' };
    if (signin) return { ...valid, ...(await this.signIn(found, 'code', caller)) };
    await this.verification.confirm(found.account, found.claims, caller);
    return valid;
  }

  /** Mails a link that signs in. */
  async sendLink(request: MailRequest): Promise<void> {
    await this.mailed.send('magic-link', request, magicLinkLetter);
  }

  /** @throws CoglexError `code_invalid` */
  async followLink(token: string, caller: Caller): Promise<SignedIn> {
    const found = await this.mailed.spend('magic-link', fromToken(token));
    if (!found) throw codeInvalid();
    return this.signIn(found, 'link', caller);
  }

  private async signIn(
    { account, claims }: SpentSecret,
    method: 'code' | 'link',
    caller: Caller,
  ): Promise<SignedIn> {
    const owned = await this.takeover.ofAddress(account, claims, caller);
    return this.signIns.complete(owned, claims.collection, { method, caller });
  }
}

/** The one refusal of every mailed secret that is not good: it does not say why. */
export const codeInvalid = (): CoglexError =>
  new CoglexError('code_invalid', { detail: 'The code or link is wrong, expired or spent.' });
