import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Config } from '../../../platform/config/config.js';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import { Projects } from '../../../platform/tenancy/projects.service.js';
import { DEFAULT_PROJECT } from '../../../platform/tenancy/project-context.service.js';
import { collectionProblem } from '../collections/user-collection.js';
import { Redirects } from '../redirects.service.js';
import { OAuthStates, stateInvalid, STATE_LIFETIME, type StateClaims } from './oauth-states.service.js';

/** Cookie that binds the states of a browser to it. */
const STATE_COOKIE = 'OAuth-State';

/** The way of the cookie: it is needed nowhere else. */
const OAUTH_PATH = '/service/auth/v1/oauth';

type Request = FastifyRequest<{ Querystring: Record<string, unknown> }>;
type Stored = (error: unknown, state?: string) => void;
type Verified = (error: unknown, verifier?: string | false, claims?: unknown) => void;

/** What passport-oauth2 keeps states in; it counts the parameters of both functions. */
export interface StateStore {
  store(request: Request, verifier: string, state: unknown, meta: unknown, done: Stored): void;
  verify(request: Request, state: string, meta: unknown, done: Verified): void;
}

/** States of the browser flow: bound to the browser by a cookie, where others keep a session. */
@Injectable()
export class BrowserStates {
  constructor(
    private readonly states: OAuthStates,
    private readonly redirects: Redirects,
    private readonly projects: Projects,
    private readonly config: Config,
  ) {}

  storeOf(provider: string): StateStore {
    return {
      store: (request, verifier, _state, _meta, done) => {
        this.issue(request, provider, verifier).then((state) => done(null, state), done);
      },
      verify: (request, state, _meta, done) => {
        this.spend(request, provider, state).then(
          ({ verifier, claims }) => done(null, verifier, claims),
          done,
        );
      },
    };
  }

  /**
   * Where a browser comes from that a provider sends back without a code.
   *
   * @throws CoglexError `oauth_state_invalid`
   */
  async refused(request: Request, provider: string): Promise<StateClaims> {
    const { state } = request.query;
    return (await this.spend(request, provider, typeof state === 'string' ? state : '')).claims;
  }

  /** Gives a browser the secret that its states are bound to; one that it has is kept, for its other windows. */
  bind(request: Request, reply: FastifyReply): void {
    const sent = request.cookies[STATE_COOKIE];
    const isGood = sent !== undefined && /^[\w-]{32}$/.test(sent);
    request.oauthBrowser = isGood ? sent : randomBytes(24).toString('base64url');
    const { baseUrl, isProduction } = this.config;
    void reply.setCookie(STATE_COOKIE, request.oauthBrowser, {
      httpOnly: true,
      secure: isProduction || baseUrl.startsWith('https:'),
      // The provider sends the browser back from another site.
      sameSite: 'lax',
      path: `${new URL(baseUrl).pathname.replace(/\/$/, '')}${OAUTH_PATH}`,
      maxAge: STATE_LIFETIME,
    });
  }

  private async issue(request: Request, provider: string, verifier: string): Promise<string> {
    const {
      redirect,
      project = DEFAULT_PROJECT,
      collection = this.config.MONGODB_AUTH_COLLECTION,
    } = request.query;
    if (typeof redirect !== 'string' || typeof project !== 'string' || typeof collection !== 'string')
      throw new CoglexError('validation_failed', { detail: 'redirect, project and collection are texts.' });
    this.redirects.check(redirect);
    const problem = collectionProblem(collection);
    if (problem !== undefined)
      throw new CoglexError('validation_failed', {
        detail: `collection ${problem}`,
        errors: [{ field: '/collection', message: `collection ${problem}` }],
      });
    if (!(await this.projects.enter(project)))
      throw new CoglexError('not_found', { detail: 'There is no such project.' });
    const claims = { provider, redirect, collection, project, flow: 'browser' as const };
    const { state } = await this.states.issue(claims, { browser: request.oauthBrowser, verifier });
    return state;
  }

  private async spend(
    request: Request,
    provider: string,
    state: string,
  ): Promise<{ claims: StateClaims; verifier: string }> {
    const named = await this.states.read(state);
    // Signed by us, so that the project was there; it may be gone since.
    if (!named || !(await this.projects.enter(named.project))) throw stateInvalid();
    return this.states.spend(state, { provider, flow: 'browser' }, request.cookies[STATE_COOKIE]);
  }
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Secret that binds the state of this request to its browser. */
    oauthBrowser?: string;
  }
}
