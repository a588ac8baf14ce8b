import { join } from 'node:path';
import { backupDirectory } from '../platform/database/embedded/index.js';
import { ENGINE_DIRECTORY } from '../platform/database/engine-directory.js';
import { argumentsOf, commandConfig, runCommand } from './command.js';

/** Copies the embedded engine's data into a new directory, also while a server runs on it. */
await runCommand(async () => {
  const [to] = argumentsOf('npm run db:backup -- <new directory>', 1);
  await backupDirectory(join((await commandConfig()).DATA_DIR, ENGINE_DIRECTORY), to);
  return `The data is in ${to}`;
});
