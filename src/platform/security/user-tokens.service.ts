import { Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { Config } from '../config/config.js';
import { CoglexError } from '../errors/coglex-error.js';
import type { CurrentUserClaims } from './caller.js';
import { SigningKeys } from './signing-keys.service.js';

const ISSUER = 'coglex';

interface UserTokenPayload {
  sub: string;
  key: string;
  collection: string;
}

/** Issues and verifies the tokens of signed-in users (JWT, HS256). */
@Injectable()
export class UserTokens {
  constructor(
    private readonly jwt: JwtService,
    private readonly keys: SigningKeys,
    private readonly config: Config,
  ) {}

  /** Life of a token, in seconds. */
  get lifetime(): number {
    return this.config.SERVER_SESSION_LIFETIME;
  }

  issue(user: CurrentUserClaims): Promise<string> {
    return this.jwt.signAsync(
      { key: user.key, collection: user.collection },
      {
        algorithm: 'HS256',
        secret: this.keys.derive('user-token'),
        issuer: ISSUER,
        audience: this.config.MONGODB_DATABASE,
        subject: user.id,
        expiresIn: this.lifetime,
      },
    );
  }

  /**
   * @param collection whose users are accepted
   * @throws CoglexError `token_invalid`, without saying why: forged, expired, or made for another collection
   */
  async verify(token: string, collection: string): Promise<CurrentUserClaims> {
    const payload = await this.decode(token);
    if (!payload || payload.collection !== collection)
      throw new CoglexError('token_invalid', {
        detail: 'The user token is forged, expired or made for something else.',
      });
    return { id: payload.sub, key: payload.key, collection };
  }

  private async decode(token: string): Promise<UserTokenPayload | undefined> {
    try {
      const payload = await this.jwt.verifyAsync<Partial<UserTokenPayload>>(token, {
        algorithms: ['HS256'],
        secret: this.keys.derive('user-token'),
        issuer: ISSUER,
        audience: this.config.MONGODB_DATABASE,
      });
      const { sub, key, collection } = payload;
      const complete = typeof sub === 'string' && typeof key === 'string' && typeof collection === 'string';
      return complete ? { sub, key, collection } : undefined;
    } catch {
      return undefined;
    }
  }
}
