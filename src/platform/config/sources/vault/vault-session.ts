import { isDeepStrictEqual } from 'node:util';
import type { Credentials, VaultApi, VaultToken } from './vault-api.js';
import { VaultError } from './vault-error.js';

/** Part of its life after which a token is renewed: early enough for some failures. */
const RENEWED_AT = 2 / 3;

/** A renewal that gives less than this part of what the token had at first comes near the end of what Vault allows. */
const MUCH_LESS = 1 / 2;

interface Held extends VaultToken {
  since: number;
  /** What it was good for at first, in seconds. */
  firstTtl?: number;
}

/** Keeps a good token: logs in, renews it before its end, and logs in anew when Vault renews it no longer. */
export class VaultSession {
  private held?: Held;
  private credentials?: Credentials;

  /** @param read reads what to log in with: it may be another one each time. @throws VaultError */
  constructor(
    private readonly api: VaultApi,
    private readonly read: () => Credentials,
    private readonly now: () => number = Date.now,
  ) {}

  /** Whether something is to be done about the token. */
  get isDue(): boolean {
    return !this.held || this.now() >= this.renewAt(this.held) || this.hasNewCredentials;
  }

  /** Whether there is something else to log in with than what was tried last. */
  get hasNewCredentials(): boolean {
    try {
      return !this.isOf(this.read());
    } catch {
      return false;
    }
  }

  /**
   * Makes sure that there is a token.
   *
   * @throws VaultError when there is none, and none can be had
   */
  async ensure(): Promise<void> {
    const credentials = this.read();
    if (!this.held || !this.isOf(credentials)) return this.enter(credentials);
    if (this.now() < this.renewAt(this.held)) return;
    if (this.held.renewable && (await this.isRenewed(this.held))) return;
    if (credentials.by !== 'token') return this.enter(credentials);
    // A token that cannot be renewed is used until its end; Vault says when that is.
  }

  /** Whether a token that Vault refuses all at once can be replaced: it may have been revoked, or Vault be a new one. */
  async again(): Promise<boolean> {
    const credentials = this.read();
    if (credentials.by === 'token') return false;
    await this.enter(credentials);
    return true;
  }

  /** Gives back a token that was made by logging in. Never fails. */
  async end(): Promise<void> {
    if (this.held && this.credentials?.by !== 'token') await this.api.revoke().catch(() => undefined);
    this.held = undefined;
  }

  private async enter(credentials: Credentials): Promise<void> {
    this.held = undefined;
    this.credentials = credentials;
    const token = await (credentials.by === 'token'
      ? this.check(credentials.token)
      : this.api.login(credentials));
    this.api.useToken(token.text);
    this.hold(token, token.ttl);
  }

  private check(token: string): Promise<VaultToken> {
    this.api.useToken(token);
    return this.api.lookUp(token);
  }

  private async isRenewed(held: Held): Promise<boolean> {
    try {
      const token = await this.api.renew();
      const { firstTtl } = held;
      const isNearEnd = firstTtl !== undefined && (token.ttl ?? Infinity) < firstTtl * MUCH_LESS;
      this.hold({ ...token, renewable: token.renewable && !isNearEnd }, firstTtl);
      return true;
    } catch (error) {
      // While Vault is away the token is as good as it was.
      if (error instanceof VaultError && error.failure === 'away') throw error;
      held.renewable = false;
      return false;
    }
  }

  private hold(token: VaultToken, firstTtl?: number): void {
    this.held = { ...token, since: this.now(), firstTtl };
  }

  private renewAt({ since, ttl, renewable }: Held): number {
    if (ttl === undefined || (!renewable && this.credentials?.by === 'token')) return Infinity;
    return since + ttl * 1000 * RENEWED_AT;
  }

  private isOf(credentials: Credentials): boolean {
    // The token of a service account is replaced every hour; the session goes on all the same.
    if (credentials.by === 'kubernetes' && this.credentials?.by === 'kubernetes')
      return credentials.role === this.credentials.role;
    return isDeepStrictEqual(credentials, this.credentials);
  }
}
