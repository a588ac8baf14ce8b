import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startEngine } from '../platform/database/embedded/index.js';
import { ENGINE_DIRECTORY } from '../platform/database/engine-directory.js';
import { commandConfig, runCommand } from './command.js';

/** Serves the data directory on a loopback port, for mongosh, Compass and their like, until it is interrupted. */
await runCommand(async () => {
  const { values } = parseArgs({ options: { port: { type: 'string', default: '27017' } } });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error('Usage: npm run db -- --port <0 to 65535>');
  const directory = join((await commandConfig()).DATA_DIR, ENGINE_DIRECTORY);
  const engine = await startEngine({ directory, host: '127.0.0.1', port });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void engine.close());
  return engine.uri;
});
