import { Injectable } from '@nestjs/common';
import { Secret, TOTP } from 'otpauth';
import { toDataURL } from 'qrcode';
import { SealedBox } from '../../../platform/security/sealed-box.service.js';
import type { StoredAccount } from '../account.js';
import { AccountsRepository } from '../accounts.repository.js';

const PURPOSE = 'totp-secret';
const PERIOD = 30;
const SECRET_BYTES = 20;
/** Clocks of telephones may be one period off. */
const WINDOW = 1;

/** What an authenticator app is set up with. */
export interface Enrolment {
  secret: string;
  /** `otpauth://…` */
  uri: string;
  /** The address as a QR code, a PNG in a data URL. */
  qr: string;
}

/** Codes of authenticator apps (RFC 6238). Their secrets are sealed, and each code is good once. */
@Injectable()
export class Totp {
  constructor(
    private readonly box: SealedBox,
    private readonly accounts: AccountsRepository,
  ) {}

  /** Makes a secret that counts when its first code has been shown. */
  async enrol(account: StoredAccount, collection: string, issuer: string): Promise<Enrolment | undefined> {
    const secret = new Secret({ size: SECRET_BYTES });
    const totp = { secret: this.box.seal(PURPOSE, secret.base32), confirmed: false, last: 0 };
    const update = { $set: { _totp: totp } };
    const unconfirmed = { '_totp.confirmed': { $ne: true } };
    if (!(await this.accounts.update(collection, { _id: account._id }, update, unconfirmed)))
      return undefined;
    const uri = totpOf(secret, issuer, account._key).toString();
    return { secret: secret.base32, uri, qr: await toDataURL(uri) };
  }

  /**
   * Spends a code.
   *
   * @param also further changes of the account that go with it
   * @returns the account as it is now; `undefined` when the code is wrong or was shown before
   */
  async spend(
    account: StoredAccount,
    collection: string,
    code: string,
    also: Record<string, unknown> = {},
  ): Promise<StoredAccount | undefined> {
    const sealed = account._totp?.secret;
    const base32 = sealed === undefined ? undefined : this.box.open(PURPOSE, sealed);
    if (base32 === undefined || !/^\d{6}$/.test(code)) return undefined;
    const delta = totpOf(Secret.fromBase32(base32)).validate({ token: code, window: WINDOW });
    if (delta === null) return undefined;
    const counter = Math.floor(Date.now() / 1000 / PERIOD) + delta;
    return this.accounts.update(
      collection,
      { _id: account._id },
      { $set: { '_totp.last': counter, ...also } },
      // Of many who show it at once, one is the first; and it is still the same secret.
      { '_totp.last': { $lt: counter }, '_totp.secret': sealed },
    );
  }
}

function totpOf(secret: Secret, issuer = 'Coglex', label = ''): TOTP {
  return new TOTP({ issuer, label, algorithm: 'SHA1', digits: 6, period: PERIOD, secret });
}
