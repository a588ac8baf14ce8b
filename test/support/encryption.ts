import { randomBytes } from 'node:crypto';
import type { ApiClient } from './api-client.js';
import { SCHEMA } from './publishable-key.js';
import type { TestApp } from './test-app.js';
import { eventually } from './until.js';

/** Path of the operators' view of encryption. */
export const ENCRYPTION = '/service/operations/v1/encryption';

/** An entry of `ENCRYPTION_KEYS`. */
export const newKey = (id: string): string => `${id}:${randomBytes(32).toString('base64')}`;

/** Declares a collection and waits until its documents are as it is declared. */
export async function declareSettled(
  client: ApiClient,
  collection: string,
  declaration: Record<string, unknown>,
): Promise<void> {
  const { status, body } = await client.send('PUT', `${SCHEMA}/${collection}`, declaration);
  if (status !== 200) throw new Error(`The declaration was refused: ${JSON.stringify(body)}`);
  await settled(client, collection);
}

/** Waits until the documents of a collection are as it is declared. */
export async function settled(client: ApiClient, collection: string): Promise<string> {
  const ask = async () => {
    const { body } = await client.get<{ encryption?: { status: string } }>(`${SCHEMA}/${collection}`);
    return body.encryption?.status ?? 'none';
  };
  return eventually(ask, (status) => status !== 'running');
}

/** A document as it lies in the database. */
export const raw = (app: TestApp, collection: string, _id: string): Promise<Record<string, unknown> | null> =>
  app.db.collection(collection).findOne({ _id: _id as unknown as undefined });
