import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createApp } from '../bootstrap.js';
import { Database } from '../platform/database/database.service.js';
import { ConfigSources } from '../platform/config/config-sources.js';
import { createRootLogger } from '../platform/logging/root-logger.js';

/** Longest wait for the database, in milliseconds. */
const DATABASE_MS = 30_000;

/** Does something with the whole application, which does not listen. Logs go to the standard error, from warnings on. */
export async function withApp(work: (app: NestFastifyApplication) => Promise<string>): Promise<string> {
  const sources = await ConfigSources.open();
  const logger = createRootLogger(sources.config, { write: (line) => void process.stderr.write(line) });
  logger.level = 'warn';
  const app = await createApp({ sources, logger });
  try {
    await app.init();
    await connected(app);
    return await work(app);
  } finally {
    await app.close();
  }
}

/** The connection is made in the background. */
async function connected(app: NestFastifyApplication): Promise<void> {
  const until = Date.now() + DATABASE_MS;
  for (;;)
    try {
      await app.get(Database, { strict: false }).ping();
      return;
    } catch (error) {
      if (Date.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
}
