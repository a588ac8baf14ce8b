import { Injectable } from '@nestjs/common';
import { Config } from '../../../platform/config/config.js';
import { resultOfStatus } from '../../../platform/outbound/call-result.js';
import { ExternalCalls } from '../../../platform/outbound/external-calls.service.js';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import { codeInvalid } from '../codes/codes.service.js';
import type { OAuthProfile, OAuthProvider, ProviderAddresses } from './oauth-provider.js';
import { profileOf } from './oauth-profile.js';

/** Longest answer of a provider that is read, in bytes. */
const MAX_ANSWER = 256 * 1024;

/**
 * Talks to providers, within a time and a size. Whatever they answer that is not what the protocol says becomes a
 * `provider_failed`, and never an account.
 */
@Injectable()
export class OAuthClient {
  private readonly issuers = new Map<string, ProviderAddresses>();

  constructor(
    private readonly config: Config,
    private readonly external: ExternalCalls,
  ) {}

  async addresses({ addresses }: OAuthProvider): Promise<ProviderAddresses> {
    if (!('issuer' in addresses)) return addresses;
    const { issuer } = addresses;
    const known = this.issuers.get(issuer);
    if (known) return known;
    const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const { body } = await this.json('discovery', url, { method: 'GET' });
    const told = {
      authorization: addressIn(body, 'authorization_endpoint'),
      token: addressIn(body, 'token_endpoint'),
      userinfo: addressIn(body, 'userinfo_endpoint'),
    };
    if (body.issuer !== issuer) throw providerFailed('It is another issuer than the one that was asked.');
    this.issuers.set(issuer, told);
    return told;
  }

  /**
   * Exchanges a code for an access token.
   *
   * @throws CoglexError `code_invalid` when the provider does not know the code, `provider_failed`
   */
  async exchange(provider: OAuthProvider, code: string, redirect: string, verifier: string): Promise<string> {
    const { token } = await this.addresses(provider);
    const { status, body } = await this.json('token', token, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        code,
        redirect_uri: redirect,
        client_id: provider.clientId,
        client_secret: provider.clientSecret,
        code_verifier: verifier,
      }).toString(),
    });
    if (body.error === 'invalid_grant' || body.error === 'bad_verification_code') throw codeInvalid();
    if (status >= 400 || typeof body.access_token !== 'string' || body.access_token === '')
      throw providerFailed('It gave no access token.');
    return body.access_token;
  }

  /** Asks whose an access token is; only for one that was just exchanged for a code. */
  async profile(provider: OAuthProvider, accessToken: string): Promise<OAuthProfile> {
    const { userinfo } = await this.addresses(provider);
    const url = new URL(userinfo);
    if (provider.userinfoQuery)
      for (const [name, value] of Object.entries({ ...provider.userinfoQuery, access_token: accessToken }))
        url.searchParams.set(name, value);
    const headers = { authorization: `Bearer ${accessToken}` };
    const { status, body } = await this.json('profile', url.href, { method: 'GET', headers });
    if (status >= 400) throw providerFailed('It did not say who the user is.');
    const emails = provider.emails && (await this.list(provider.emails, headers));
    const profile = profileOf(provider, body, emails || undefined);
    if (!profile) throw providerFailed('It did not say who the user is.');
    return profile;
  }

  private async list(url: string, headers: Record<string, string>): Promise<unknown[]> {
    const { body } = await this.fetch('emails', url, { method: 'GET', headers });
    return Array.isArray(body) ? (body as unknown[]) : [];
  }

  private async json(
    operation: string,
    url: string,
    init: RequestInit,
  ): Promise<{ status: number; body: Record<string, unknown> }> {
    const { status, body } = await this.fetch(operation, url, init);
    if (typeof body !== 'object' || body === null || Array.isArray(body))
      throw providerFailed('Its answer is no JSON object.');
    return { status, body: body as Record<string, unknown> };
  }

  private fetch(
    operation: string,
    url: string,
    init: RequestInit,
  ): Promise<{ status: number; body: unknown }> {
    return this.external.observe(
      { provider: 'oauth', operation },
      () => this.request(url, init),
      ({ status }) => resultOfStatus(status),
    );
  }

  private async request(url: string, init: RequestInit): Promise<{ status: number; body: unknown }> {
    try {
      const response = await fetch(url, {
        ...init,
        headers: { accept: 'application/json', 'user-agent': 'coglex', ...init.headers },
        // A provider that moves is a matter of the settings; to follow would hand the secret on.
        redirect: 'error',
        signal: AbortSignal.timeout(this.config.OAUTH_TIMEOUT * 1000),
      });
      return { status: response.status, body: JSON.parse(await textOf(response)) as unknown };
    } catch (error) {
      throw providerFailed('It cannot be reached, is too slow, or its answer cannot be read.', error);
    }
  }
}

async function textOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += (chunk as Uint8Array).length;
    if (size > MAX_ANSWER) throw new Error('The answer is too large');
    chunks.push(chunk as Uint8Array);
  }
  return Buffer.concat(chunks).toString();
}

function addressIn(body: Record<string, unknown>, name: string): string {
  const address = body[name];
  if (typeof address !== 'string' || !URL.canParse(address) || !/^https?:$/.test(new URL(address).protocol))
    throw providerFailed('It does not tell its addresses.');
  return address;
}

const providerFailed = (detail: string, cause?: unknown): CoglexError =>
  new CoglexError('provider_failed', { detail: `The sign-in provider failed. ${detail}`, cause });
