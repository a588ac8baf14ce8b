import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { mongo } from 'mongoose';
import type { Config } from '../platform/config/config.js';
import { runningEngineUri, startEngine } from '../platform/database/embedded/index.js';
import { ENGINE_DIRECTORY } from '../platform/database/engine-directory.js';
import { DEFAULT_PROJECT } from '../platform/tenancy/project-context.service.js';

/** Finds the database of a project. */
export type DatabaseOf = (project: string) => mongo.Db;

/** Longest wait for the database, in milliseconds. */
const PATIENCE_MS = 10_000;

/**
 * Does something with the database, without the application: nothing of it runs meanwhile. The embedded engine is that of
 * the server, if one runs on the same data, or is started for the time being.
 *
 * @throws Error when there is none, or it cannot be reached
 */
export async function withDatabase<T>(
  config: Config,
  work: (database: DatabaseOf) => Promise<T>,
): Promise<T> {
  const engine = await startIfNeeded(config);
  const client = new mongo.MongoClient(engine.uri, { serverSelectionTimeoutMS: PATIENCE_MS });
  try {
    await client.connect();
    const { MONGODB_DATABASE: base } = config;
    return await work((project) => client.db(project === DEFAULT_PROJECT ? base : `${base}_${project}`));
  } finally {
    await client.close();
    await engine.close();
  }
}

async function startIfNeeded(config: Config): Promise<{ uri: string; close: () => Promise<void> }> {
  const close = () => Promise.resolve();
  if (config.MONGODB_URI !== undefined) return { uri: config.MONGODB_URI, close };
  const directory = join(config.DATA_DIR, ENGINE_DIRECTORY);
  const running = await runningEngineUri(directory);
  if (running !== undefined) return { uri: running, close };
  await access(directory).catch(() => {
    throw new Error(`There is no data in ${config.DATA_DIR}`);
  });
  return startEngine({ directory });
}
