import { randomBytes } from 'node:crypto';
import type { ApiClient } from './api-client.js';
import type { TestApp } from './test-app.js';

/** Path of the accounts service. */
export const AUTH = '/service/auth/v1';

/** Somebody with an account who is signed in. */
export class TestUser {
  private constructor(
    readonly id: string,
    readonly key: string,
    readonly password: string,
    readonly token: string,
    /** Calls the API with the server's key and as this user. */
    readonly client: ApiClient,
  ) {}

  /** @param document the application's fields of the account */
  static async create(app: TestApp, document: Record<string, unknown> = {}): Promise<TestUser> {
    const _key = `${randomBytes(6).toString('hex')}@example.com`;
    const _password = 'correct horse battery';
    const up = await app.client.post<{ _id: string }>(`${AUTH}/signup`, { _key, _password, document });
    if (up.status !== 201) throw new Error(`Sign-up answered ${JSON.stringify(up.body)}`);
    const { token } = (await app.client.post<{ token: string }>(`${AUTH}/signin`, { _key, _password })).body;
    return new TestUser(up.body._id, _key, _password, token, app.client.as(token));
  }
}
