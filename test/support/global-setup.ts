import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine } from '../../src/platform/database/embedded/index.js';
import { buildOnce } from './build.ts';

/** What {@link globalTeardown} has to stop. */
export interface TestServers {
  engine?: Engine;
  directory?: string;
}

declare global {
  var testServers: TestServers;
}

/**
 * Starts the database that all test files share, each with databases of its own: the embedded engine, in its
 * worker thread as built for production, or the server that `TEST_MONGODB_URI` names.
 */
export default async function globalSetup(): Promise<void> {
  globalThis.testServers = {};
  buildOnce();
  if (process.env.TEST_MONGODB_URI) return;
  const { startEngine } = (await import(
    join(import.meta.dirname, '../../dist/platform/database/embedded/index.js')
  )) as typeof import('../../src/platform/database/embedded/index.js');
  const directory = await mkdtemp(join(tmpdir(), 'coglex-test-engine-'));
  const engine = await startEngine({ directory });
  globalThis.testServers = { engine, directory };
  process.env.TEST_DATABASE_URI = engine.uri;
}
