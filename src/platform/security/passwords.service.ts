import { Injectable } from '@nestjs/common';
import { hash, verify } from '@node-rs/bcrypt';
import { Config } from '../config/config.js';
import { CoglexError } from '../errors/coglex-error.js';

/** bcrypt ignores what comes after; two passwords that differ only there would be the same. */
const MAX_BYTES = 72;

/** Hashes and checks passwords (bcrypt `$2b$`), off the event loop. */
@Injectable()
export class Passwords {
  /** Compared with when there is no user, so that the answer takes as long as for a wrong password. */
  private decoy?: Promise<string>;

  constructor(private readonly config: Config) {}

  /** @throws CoglexError `password_too_long` over 72 bytes of UTF-8 */
  async hash(password: string): Promise<string> {
    const bytes = Buffer.byteLength(password);
    if (bytes > MAX_BYTES)
      throw new CoglexError('password_too_long', {
        detail: `A password may have ${MAX_BYTES} bytes; this one has ${bytes}.`,
        errors: [{ field: '/_password', message: `must not be longer than ${MAX_BYTES} bytes` }],
      });
    return hash(password, { cost: this.config.AUTH_BCRYPT_COST });
  }

  /**
   * Whether the password belongs to the hash. Takes equally long when there is no hash to compare with.
   *
   * @param stored a bcrypt hash, or `undefined` for an account that does not exist or has no password
   */
  async check(password: string, stored: string | undefined): Promise<boolean> {
    const against = stored ?? (await (this.decoy ??= hash('decoy', { cost: this.config.AUTH_BCRYPT_COST })));
    const matches = await verify(password.slice(0, MAX_BYTES + 1), against).catch(() => false);
    return matches && stored !== undefined && Buffer.byteLength(password) <= MAX_BYTES;
  }
}
