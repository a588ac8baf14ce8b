import { randomBytes } from 'node:crypto';
import type { ApiClient } from './api-client.js';
import type { TestApp } from './test-app.js';

/** Path of the accounts service. */
export const AUTH = '/service/auth/v1';

/** What a sign-in answers. */
export interface SignedIn {
  token: string;
  refresh_token: string;
  token_type: string;
  expires_in: number;
  csrf_token: string;
  user: { _id: string; _key: string; [field: string]: unknown };
}

/** Somebody with an account who is signed in. */
export class TestUser {
  private constructor(
    readonly id: string,
    readonly key: string,
    readonly password: string,
    readonly token: string,
    /** Calls the API with the server's key and as this user. */
    readonly client: ApiClient,
    /** All that the sign-in answered. */
    readonly signedIn: SignedIn,
  ) {}

  /** @param document the application's fields of the account */
  static async create(app: TestApp, document: Record<string, unknown> = {}): Promise<TestUser> {
    const _key = `${randomBytes(6).toString('hex')}@example.com`;
    const _password = 'correct horse battery';
    const up = await app.client.post<{ _id: string }>(`${AUTH}/signup`, { _key, _password, document });
    if (up.status !== 201) throw new Error(`Sign-up answered ${JSON.stringify(up.body)}`);
    const signedIn = await signIn(app.client, { _key, _password });
    const client = app.client.as(signedIn.token);
    return new TestUser(up.body._id, _key, _password, signedIn.token, client, signedIn);
  }

  /** Signs in once more, as from another device. */
  signInAgain(client: ApiClient): Promise<SignedIn> {
    return signIn(client, { _key: this.key, _password: this.password });
  }
}

async function signIn(client: ApiClient, credentials: object): Promise<SignedIn> {
  const { status, body } = await client.post<SignedIn>(`${AUTH}/signin`, credentials);
  if (status !== 200) throw new Error(`Sign-in answered ${JSON.stringify(body)}`);
  return body;
}
