import { createHmac } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { equalSecrets } from '../../../platform/security/equal-secrets.js';
import { SigningKeys } from '../../../platform/security/signing-keys.service.js';
import { ProjectContext } from '../../../platform/tenancy/project-context.service.js';

/** What a refresh token names: a session, and how often that had been refreshed when the token was made. */
export interface RefreshClaims {
  session: string;
  rotation: number;
}

const FORM = /^([0-9a-f]{24})\.(0|[1-9]\d{0,9})\.([\w-]{43})$/;

/**
 * Makes and reads refresh tokens: `<session>.<rotation>.<signature>`. Nothing of them is stored but the number of the
 * rotation, and every one that was ever made is recognized, so that an old one gives its thief away.
 */
@Injectable()
export class RefreshTokens {
  constructor(
    private readonly keys: SigningKeys,
    private readonly context: ProjectContext,
  ) {}

  make(claims: RefreshClaims): string {
    return `${claims.session}.${claims.rotation}.${this.sign(claims)}`;
  }

  /** @returns `undefined` for what was not made here, for this project */
  read(token: string): RefreshClaims | undefined {
    const match = FORM.exec(token);
    if (!match) return undefined;
    const claims = { session: match[1], rotation: Number(match[2]) };
    return equalSecrets(match[3], this.sign(claims)) ? claims : undefined;
  }

  private sign({ session, rotation }: RefreshClaims): string {
    return createHmac('sha256', this.keys.derive('refresh-token'))
      .update(`${this.context.project}/${session}/${rotation}`)
      .digest('base64url');
  }
}
