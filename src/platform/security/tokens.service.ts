import { Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { SigningKeys } from './signing-keys.service.js';

/** How a token is made. */
export interface SignOptions {
  /** Life in seconds; without it the token is good until the secret changes. */
  expiresIn?: number;
  /** Secret of the caller's own, at least 32 characters; by default a key derived from `SERVER_SECRET`. */
  secret?: string;
}

/**
 * Signs and verifies small pieces of data (JWT, HS256) for modules of one's own. Tokens made here are not user
 * tokens: those have a key of their own.
 *
 * @example
 * const token = await tokens.sign({ invoice: 7 }, { expiresIn: 3600 });
 * const data = await tokens.verify<{ invoice: number }>(token); // undefined when forged or expired
 */
@Injectable()
export class Tokens {
  constructor(
    private readonly jwt: JwtService,
    private readonly keys: SigningKeys,
  ) {}

  sign(payload: Record<string, unknown>, options: SignOptions = {}): Promise<string> {
    const { expiresIn } = options;
    return this.jwt.signAsync(payload, {
      algorithm: 'HS256',
      secret: this.secret(options.secret),
      ...(expiresIn === undefined ? {} : { expiresIn }),
    });
  }

  /** The payload, or `undefined` when the token is forged, malformed or expired. */
  async verify<T extends object>(
    token: string,
    options: Pick<SignOptions, 'secret'> = {},
  ): Promise<T | undefined> {
    try {
      return await this.jwt.verifyAsync<T>(token, {
        algorithms: ['HS256'],
        secret: this.secret(options.secret),
      });
    } catch {
      return undefined;
    }
  }

  private secret(own: string | undefined): string {
    if (own !== undefined && own.length < 32)
      throw new Error('A signing secret needs at least 32 characters');
    return own ?? this.keys.derive('application-token');
  }
}
