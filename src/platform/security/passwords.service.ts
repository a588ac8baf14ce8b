import { Injectable } from '@nestjs/common';
import { hash, verify } from '@node-rs/bcrypt';
import { Config } from '../config/config.js';
import { CoglexError } from '../errors/coglex-error.js';

/** bcrypt ignores what comes after; two passwords that differ only there would be the same. */
export const MAX_PASSWORD_BYTES = 72;

const BCRYPT_HASH = /^\$2[aby]\$(0[4-9]|[12]\d|3[01])\$[./A-Za-z0-9]{53}$/;

/** Hashes and checks passwords (bcrypt `$2b$`), off the event loop. */
@Injectable()
export class Passwords {
  /** Well-formed, and the hash of nothing; costs as much to compare with as a real one. */
  private readonly decoy: string;

  constructor(private readonly config: Config) {
    this.decoy = `$2b$${String(config.AUTH_BCRYPT_COST).padStart(2, '0')}$${'.'.repeat(53)}`;
  }

  /**
   * @param field JSON Pointer of the password in the request, for the error
   * @throws CoglexError `password_too_long` over 72 bytes of UTF-8
   */
  async hash(password: string, field = '/_password'): Promise<string> {
    const bytes = Buffer.byteLength(password);
    if (bytes > MAX_PASSWORD_BYTES)
      throw new CoglexError('password_too_long', {
        detail: `A password may have ${MAX_PASSWORD_BYTES} bytes of UTF-8; this one has ${bytes}.`,
        errors: [{ field, message: `must not be longer than ${MAX_PASSWORD_BYTES} bytes` }],
      });
    return hash(password, { cost: this.config.AUTH_BCRYPT_COST });
  }

  /**
   * Whether the password belongs to the hash. Takes equally long when there is no hash to compare with, so that
   * the time of the answer does not tell whether an account exists.
   *
   * @param stored a bcrypt hash; anything else, such as `undefined` for an account that does not exist or has no
   * password, matches nothing
   */
  async check(password: string, stored: unknown): Promise<boolean> {
    const isHash = typeof stored === 'string' && BCRYPT_HASH.test(stored);
    const fits = Buffer.byteLength(password) <= MAX_PASSWORD_BYTES;
    // One character is at least one byte: what lies behind the 72nd can neither match nor matter.
    const matches = await this.compare(password.slice(0, MAX_PASSWORD_BYTES), isHash ? stored : this.decoy);
    return matches && isHash && fits;
  }

  /** The one place that runs bcrypt on a stored hash. */
  protected compare(password: string, stored: string): Promise<boolean> {
    return verify(password, stored);
  }
}
