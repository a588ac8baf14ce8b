import { EngineService } from './engine.js';
import type { Engine, EngineOptions } from './options.js';
import { EngineThread } from './thread.js';

export type { Logger } from './logger.js';
export type { Engine, EngineOptions } from './options.js';
export { backupDirectory, restoreBackup } from './storage/backup.js';
export { DirectoryInUseError } from './storage/directory-lock.js';

/**
 * Starts the engine on a data directory.
 *
 * @throws when another process has the directory, or its data is damaged or of a newer version
 */
export function startEngine({ inThread, logger, ...options }: EngineOptions): Promise<Engine> {
  return inThread ? EngineService.start(options, logger) : EngineThread.start(options, logger);
}
