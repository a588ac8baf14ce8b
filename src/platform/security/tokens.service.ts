import { Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { SigningKeys } from './signing-keys.service.js';

/** Which key a token is signed with. */
export interface TokenKey {
  /** Stable name of the use, such as `invoice-link`: a token of one purpose is worthless for another. */
  purpose?: string;
  /** Secret of the caller's own, at least 32 characters; by default a key derived from `SERVER_SECRET`. */
  secret?: string;
}

/** How a token is made. */
export interface SignOptions extends TokenKey {
  /** Life in seconds; without it the token is good until the secret changes. */
  expiresIn?: number;
}

const MIN_SECRET_LENGTH = 32;

/**
 * Signs and verifies small pieces of data (JWT, HS256) for modules of one's own. The data can be read by whoever
 * holds the token. Tokens made here are not user tokens: those have a key of their own.
 *
 * @example
 * const token = await tokens.sign({ invoice: 7 }, { purpose: 'invoice-link', expiresIn: 3600 });
 * const data = await tokens.verify<{ invoice: number }>(token, { purpose: 'invoice-link' });
 */
@Injectable()
export class Tokens {
  constructor(
    private readonly jwt: JwtService,
    private readonly keys: SigningKeys,
  ) {}

  sign(payload: Record<string, unknown>, { expiresIn, ...key }: SignOptions = {}): Promise<string> {
    return this.jwt.signAsync(payload, {
      algorithm: 'HS256',
      secret: this.secret(key),
      ...(expiresIn === undefined ? {} : { expiresIn }),
    });
  }

  /** The payload, or `undefined` when the token is forged, malformed, expired or made for another purpose. */
  async verify<T extends object>(token: string, key: TokenKey = {}): Promise<T | undefined> {
    const secret = this.secret(key);
    try {
      const payload: unknown = await this.jwt.verifyAsync<T>(token, { algorithms: ['HS256'], secret });
      return typeof payload === 'object' && payload !== null ? (payload as T) : undefined;
    } catch {
      return undefined;
    }
  }

  private secret({ purpose, secret }: TokenKey): string {
    if (secret === undefined)
      return this.keys.derive(purpose === undefined ? 'application-token' : `application-token:${purpose}`);
    if (purpose !== undefined) throw new Error('A secret of its own already gives a token its purpose');
    if (secret.length < MIN_SECRET_LENGTH)
      throw new Error(`A signing secret needs at least ${MIN_SECRET_LENGTH} characters`);
    return secret;
  }
}
