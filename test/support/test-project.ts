import type { ApiClient } from './api-client.js';
import type { TestApp } from './test-app.js';

/** Paths of the services of keys and projects. */
export const KEY = '/service/key/v1';
export const PROJECT = '/service/project/v1';

/** What an answer with a new key holds. */
export interface NewKey {
  id: string;
  key: string;
  name: string;
  type: 'secret' | 'publishable';
  project: string;
  scopes: string[];
  origins: string[];
  expires_at: string | null;
  created_by: string;
  rotated_at: string | null;
  last_used_at: string | null;
}

/** Makes a key with another one, a secret key by default. */
export async function makeKey(maker: ApiClient, body: Record<string, unknown> = {}): Promise<NewKey> {
  const answer = await maker.post<NewKey>(KEY, { name: 'A key', type: 'secret', ...body });
  if (answer.status !== 201) throw new Error(`The key was refused: ${JSON.stringify(answer.body)}`);
  return answer.body;
}

/** A client that sends a key. */
export const withKey = (app: TestApp, { key }: { key: string }): ApiClient =>
  app.anonymous.with({ 'x-api-key': key });

/** A project of its own, with a key for all of it. */
export class TestProject {
  private constructor(
    readonly id: string,
    readonly name: string,
    readonly key: NewKey,
    /** Calls the API with the key of the project. */
    readonly client: ApiClient,
    private readonly app: TestApp,
  ) {}

  static async create(app: TestApp, name = 'Moon'): Promise<TestProject> {
    const { body } = await app.client.post<{ id: string }>(PROJECT, { name });
    const key = await makeKey(app.client, { project: body.id });
    return new TestProject(body.id, name, key, withKey(app, key), app);
  }

  /** A client with a further key of the project. */
  async clientWith(body: Record<string, unknown>): Promise<ApiClient> {
    return withKey(this.app, await makeKey(this.app.client, { project: this.id, ...body }));
  }
}
