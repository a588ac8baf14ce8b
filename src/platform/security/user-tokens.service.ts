import { Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { LRUCache } from 'lru-cache';
import { Config } from '../config/config.js';
import { CoglexError } from '../errors/coglex-error.js';
import type { SessionClaims } from './caller.js';
import { Revocations } from './revocations.service.js';
import { SigningKeys } from './signing-keys.service.js';

const ISSUER = 'coglex';

/** Most tokens whose signature is remembered to be good; each takes about a kilobyte. */
const REMEMBERED = 10_000;

/** Tells a client that its token is what was wrong (RFC 6750, section 3). */
export const INVALID_TOKEN = { 'WWW-Authenticate': 'Bearer realm="coglex", error="invalid_token"' };

/** The one refusal of every token that is not good here: it does not say why. */
export const invalidToken = (): CoglexError =>
  new CoglexError('token_invalid', {
    detail: 'The user token is forged, expired or made for something else.',
    headers: INVALID_TOKEN,
  });

interface UserTokenPayload {
  sub: string;
  key: string;
  collection: string;
  project: string;
  /** `_id` of the session. */
  sid: string;
  /** Generation of the user's sessions. */
  gen: number;
  exp: number;
}

/**
 * Issues and verifies the tokens of signed-in users (JWT, HS256, signed with a key of their own).
 *
 * The installation is the audience; project and collection are claims: a token is good for one collection of one
 * project. A token belongs to a session and lives for an hour; {@link Revocations} knows those that must not.
 */
@Injectable()
export class UserTokens {
  /** What verified tokens hold: the signature of the same text does not change, its time and its session do. */
  private readonly verified = new LRUCache<string, UserTokenPayload>({ max: REMEMBERED });

  constructor(
    private readonly jwt: JwtService,
    private readonly keys: SigningKeys,
    private readonly revocations: Revocations,
    private readonly config: Config,
  ) {}

  /** Life of a token, in seconds; never longer than its session. */
  get lifetime(): number {
    return Math.min(this.config.AUTH_TOKEN_LIFETIME, this.config.SERVER_SESSION_LIFETIME);
  }

  issue(user: SessionClaims): Promise<string> {
    const { key, collection, project, session: sid, generation: gen } = user;
    return this.jwt.signAsync(
      { key, collection, project, sid, gen },
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
   * @param collection whose users are accepted; those of every collection when it is left out
   * @throws CoglexError `token_invalid`, without saying why: forged, expired, revoked, or made for another collection
   */
  async verify(token: string, collection?: string): Promise<SessionClaims> {
    const payload = this.known(token) ?? (await this.decode(token));
    if (!payload || (collection !== undefined && payload.collection !== collection)) throw invalidToken();
    const { sub: id, key, project, sid: session, gen: generation } = payload;
    const claims = { id, key, collection: payload.collection, project, session, generation };
    const revoked = this.revocations.has(claims);
    if (revoked === true || (revoked !== false && (await revoked))) throw invalidToken();
    return claims;
  }

  private known(token: string): UserTokenPayload | undefined {
    const known = this.verified.get(token);
    return known && known.exp * 1000 > Date.now() ? known : undefined;
  }

  private async decode(token: string): Promise<UserTokenPayload | undefined> {
    try {
      const payload = await this.jwt.verifyAsync<Partial<UserTokenPayload>>(token, {
        algorithms: ['HS256'],
        secret: this.keys.derive('user-token'),
        issuer: ISSUER,
        audience: this.config.MONGODB_DATABASE,
      });
      if (!isComplete(payload)) return undefined;
      // One that is not good before a time would be taken too early.
      if (!('nbf' in payload)) this.verified.set(token, payload);
      return payload;
    } catch {
      return undefined;
    }
  }
}

/** The library checks only the claims that are there: a token without `exp` would live for ever. */
function isComplete(payload: Partial<UserTokenPayload>): payload is UserTokenPayload {
  const { sub, key, collection, project, sid, gen, exp } = payload;
  return (
    [sub, key, collection, project, sid].every((claim) => typeof claim === 'string' && claim !== '') &&
    Number.isSafeInteger(gen) &&
    exp !== undefined
  );
}
