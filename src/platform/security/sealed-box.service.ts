import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { SigningKeys } from './signing-keys.service.js';

const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Encrypts what the server itself must be able to read again, such as the secret of an authenticator, so that whoever
 * has the database alone reads nothing (AES-256-GCM, with a key of its purpose derived from `SERVER_SECRET`).
 */
@Injectable()
export class SealedBox {
  constructor(private readonly keys: SigningKeys) {}

  /** @param purpose stable name of the use; what was sealed for one cannot be opened for another */
  seal(purpose: string, text: string): string {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.key(purpose), iv);
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url');
  }

  /** @returns `undefined` for what was not sealed here, or with another `SERVER_SECRET` */
  open(purpose: string, sealed: string): string | undefined {
    const bytes = Buffer.from(sealed, 'base64url');
    if (bytes.length < IV_BYTES + TAG_BYTES) return undefined;
    const decipher = createDecipheriv('aes-256-gcm', this.key(purpose), bytes.subarray(0, IV_BYTES));
    decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
    try {
      return (
        decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8')
      );
    } catch {
      return undefined;
    }
  }

  private key(purpose: string): Buffer {
    return Buffer.from(this.keys.derive(`sealed-box:${purpose}`), 'base64url');
  }
}
