import type { ApiClient } from './api-client.js';
import type { TestApp } from './test-app.js';
import { makeKey, withKey } from './test-project.js';
import { TestUser } from './test-user.js';

/** Paths of the services of schemas and documents. */
export const SCHEMA = '/service/schema/v1';
export const STORAGE = '/service/storage/v1';

/** A client that sends a publishable key, as a page in a browser does. */
export const withPublishableKey = async (app: TestApp): Promise<ApiClient> =>
  withKey(app, await makeKey(app.client, { type: 'publishable' }));

/** Declares a collection. */
export async function declare(
  app: TestApp,
  collection: string,
  declaration: Record<string, unknown>,
): Promise<void> {
  const { status, body } = await app.client.send('PUT', `${SCHEMA}/${collection}`, declaration);
  if (status !== 200) throw new Error(`The declaration was refused: ${JSON.stringify(body)}`);
}

/** Somebody whose page calls the API with a publishable key. */
export class PageUser {
  private constructor(
    readonly id: string,
    readonly key: string,
    readonly client: ApiClient,
  ) {}

  static async create(app: TestApp, page: ApiClient, document: Record<string, unknown> = {}) {
    const { id, key, token } = await TestUser.create(app, document);
    return new PageUser(id, key, page.as(token));
  }
}
