import { createHash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import { equalSecrets } from '../../../platform/security/equal-secrets.js';
import { SealedBox } from '../../../platform/security/sealed-box.service.js';
import { Tokens } from '../../../platform/security/tokens.service.js';
import { ProjectContext } from '../../../platform/tenancy/project-context.service.js';
import { OneTimeSecrets } from '../codes/one-time-secrets.service.js';

/** Life of a state, in seconds. */
export const STATE_LIFETIME = 600;

const PURPOSE = { purpose: 'oauth-state' };
const VERIFIER = 'oauth-verifier';

/** What a state stands for. */
export interface StateClaims {
  provider: string;
  /** Page of the application that the flow ends at. */
  redirect: string;
  collection: string;
  project: string;
  flow: 'api' | 'browser';
}

interface StatePayload extends StateClaims {
  jti: string;
  exp: number;
  /** Hash of the secret in the browser's cookie. */
  browser?: string;
  /** Verifier of PKCE, sealed. */
  sealed: string;
}

const digest = (text: string) => createHash('sha256').update(text).digest('base64url');

/**
 * States of OAuth: signed, good for ten minutes and once. They carry the verifier of PKCE, sealed, so that nothing is
 * stored for those who never come back.
 */
@Injectable()
export class OAuthStates {
  constructor(
    private readonly tokens: Tokens,
    private readonly box: SealedBox,
    private readonly secrets: OneTimeSecrets,
    private readonly context: ProjectContext,
  ) {}

  /**
   * @param options the secret of the browser's cookie, and the verifier where somebody else has made it
   * @returns the state, and the challenge that goes with it to the provider
   */
  async issue(
    claims: StateClaims,
    options: { browser?: string; verifier?: string } = {},
  ): Promise<{ state: string; challenge: string }> {
    const { browser, verifier = randomBytes(32).toString('base64url') } = options;
    const payload = {
      ...claims,
      jti: randomBytes(16).toString('base64url'),
      sealed: this.box.seal(VERIFIER, verifier),
      ...(browser === undefined ? {} : { browser: digest(browser) }),
    };
    const state = await this.tokens.sign(payload, { ...PURPOSE, expiresIn: STATE_LIFETIME });
    return { state, challenge: digest(verifier) };
  }

  /** What a state stands for, without spending it; `undefined` when it was not made here, or is too old. */
  async read(state: string): Promise<StateClaims | undefined> {
    return this.tokens.verify<StatePayload>(state, PURPOSE);
  }

  /**
   * Spends a state.
   *
   * @param expected what must stand in it
   * @throws CoglexError `oauth_state_invalid`, without saying why
   */
  async spend(
    state: string,
    expected: Partial<StateClaims>,
    browser?: string,
  ): Promise<{ claims: StateClaims; verifier: string }> {
    const payload = await this.tokens.verify<StatePayload>(state, PURPOSE);
    if (!payload || !matches(payload, { ...expected, project: this.context.project })) throw stateInvalid();
    // Only the browser flow has a browser to be bound to, and there it always is.
    if ((payload.browser !== undefined) !== (payload.flow === 'browser')) throw stateInvalid();
    if (payload.browser !== undefined && !equalSecrets(digest(browser ?? ''), payload.browser))
      throw stateInvalid();
    const verifier = this.box.open(VERIFIER, payload.sealed);
    const isFirst = await this.secrets.claim('oauth-state', payload.jti, new Date(payload.exp * 1000));
    if (verifier === undefined || !isFirst) throw stateInvalid();
    const { provider, redirect, collection, project, flow } = payload;
    return { claims: { provider, redirect, collection, project, flow }, verifier };
  }
}

const matches = (payload: StatePayload, expected: Partial<StateClaims>): boolean =>
  Object.entries(expected).every(([name, value]) => payload[name as keyof StateClaims] === value);

/** The one refusal of every state that is not good. */
export const stateInvalid = (): CoglexError =>
  new CoglexError('oauth_state_invalid', {
    detail: 'The state is forged, expired, spent, or of another browser, provider or redirect.',
  });
