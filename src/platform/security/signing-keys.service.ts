import { hkdfSync } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Config } from '../config/config.js';

/**
 * Derives one key for each purpose from `SERVER_SECRET` (HKDF-SHA-256), so that a token made for one purpose is
 * worthless for another, and the API key itself signs nothing.
 */
@Injectable()
export class SigningKeys {
  private readonly derived = new Map<string, string>();

  constructor(private readonly config: Config) {}

  /** @param purpose stable name of the use; changing it invalidates what was signed */
  derive(purpose: string): string {
    let key = this.derived.get(purpose);
    if (key === undefined) {
      key = deriveKey(this.config.SERVER_SECRET, purpose);
      this.derived.set(purpose, key);
    }
    return key;
  }
}

/** The key of one purpose, for programs without the application; all others ask {@link SigningKeys}. */
export function deriveKey(secret: string, purpose: string): string {
  return Buffer.from(hkdfSync('sha256', secret, 'coglex', purpose, 32)).toString('base64url');
}
