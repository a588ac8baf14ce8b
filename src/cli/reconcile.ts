import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createApp } from '../bootstrap.js';
import type { Config } from '../platform/config/config.js';
import { runningEngineUri } from '../platform/database/embedded/index.js';
import { ENGINE_DIRECTORY } from '../platform/database/engine-directory.js';
import { createRootLogger } from '../platform/logging/root-logger.js';
import { Reconciler } from '../services/payment/index.js';
import { commandConfig, runCommand } from './command.js';

const DAY_MS = 86_400_000;

/** Compares the ledger of payments with Stripe and repairs it, also while a server runs on the same data. */
await runCommand(async () => {
  const { values } = parseArgs({ options: { days: { type: 'string', default: '30' } } });
  const days = Number(values.days);
  if (!Number.isInteger(days) || days < 1 || days > 3650)
    throw new Error('Usage: npm run payments:reconcile -- --days <1 to 3650>');
  const config = await besideServer(await commandConfig());
  const logger = createRootLogger({ LOG_LEVEL: 'error', NODE_ENV: 'production' });
  const app = await createApp({ config, logger });
  try {
    await app.init();
    const since = new Date(Date.now() - days * DAY_MS);
    const { checked, repaired } = await app.get(Reconciler, { strict: false }).reconcile(since);
    const lines = repaired.map(
      ({ project, payment, before, after }) => `${project} ${payment}: ${before} → ${after}`,
    );
    return [...lines, `${checked} compared, ${repaired.length} repaired`].join('\n');
  } finally {
    await app.close();
  }
});

/** The embedded engine serves one process; another one that runs already serves this one as well. */
async function besideServer(config: Config): Promise<Config> {
  if (config.MONGODB_URI !== undefined) return config;
  const uri = await runningEngineUri(join(config.DATA_DIR, ENGINE_DIRECTORY));
  if (uri === undefined) return config;
  const copy = Object.create(Object.getPrototypeOf(config) as object) as Config;
  return Object.freeze(Object.assign(copy, config, { MONGODB_URI: uri }));
}
