import { join } from 'node:path';
import { restoreBackup } from '../platform/database/embedded/index.js';
import { ENGINE_DIRECTORY } from '../platform/database/engine-directory.js';
import { argumentsOf, commandConfig, runCommand } from './command.js';

/** Puts a backup in the place of the embedded engine's data, while no server runs on it. */
await runCommand(async () => {
  const [from] = argumentsOf('npm run db:restore -- <directory of a backup>', 1);
  const replaced = await restoreBackup(from, join((await commandConfig()).DATA_DIR, ENGINE_DIRECTORY));
  return replaced ? `Restored; what was there is kept as ${replaced}` : 'Restored';
});
