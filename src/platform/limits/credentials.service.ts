import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { CoglexError } from '../errors/coglex-error.js';
import type { KeyClaims, SessionClaims } from '../security/caller.js';
import { tokenOf } from '../security/jwt.guard.js';
import { KeyRing } from '../security/key-ring.service.js';
import { KeyText } from '../security/keys/key-text.service.js';
import { UserTokens } from '../security/user-tokens.service.js';

/** What a request brings to show who it is. */
export interface Credential<T> {
  /** Whom it names, if it is good. */
  known?: T;
  /** Whether it may be a wrong one. */
  doubtful: boolean;
}

type Known = Pick<KeyClaims, 'id' | 'type'>;

const WRONG = { doubtful: true };

/**
 * Recognizes keys and tokens before the guards do, so that a limit is spent by nobody but its owner. It refuses nothing:
 * whether a route takes them is for the guards.
 */
@Injectable()
export class Credentials {
  constructor(
    private readonly keys: KeyRing,
    private readonly text: KeyText,
    private readonly tokens: UserTokens,
  ) {}

  /** The API key; `undefined` when none is sent. */
  keyOf(request: FastifyRequest): Promise<Credential<Known>> | undefined {
    const sent = request.headers['x-api-key'];
    if (sent === undefined || sent === '') return undefined;
    return typeof sent === 'string' ? this.recognize(request, sent) : Promise.resolve(WRONG);
  }

  /** The user token; `undefined` when none is sent. */
  userOf(request: FastifyRequest): Promise<Credential<SessionClaims>> | undefined {
    try {
      const sent = tokenOf(request);
      return sent && this.verify(sent.token);
    } catch {
      return Promise.resolve(WRONG);
    }
  }

  private async recognize(request: FastifyRequest, sent: string): Promise<Credential<Known>> {
    try {
      const key = await this.keys.recognizeIn(request, sent);
      if (!key) return WRONG;
      return {
        known: key === 'root' ? { id: 'root', type: 'root' } : { id: key._id, type: key.type },
        doubtful: false,
      };
    } catch {
      // The database is away: that this installation has once written the key has to do.
      const read = this.text.read(sent);
      return read ? { known: { id: read.id, type: read.type }, doubtful: false } : WRONG;
    }
  }

  private async verify(token: string): Promise<Credential<SessionClaims>> {
    try {
      return { known: await this.tokens.verify(token), doubtful: false };
    } catch (error) {
      return { doubtful: error instanceof CoglexError && error.code === 'token_invalid' };
    }
  }
}
