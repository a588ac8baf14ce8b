import type { Engine, EngineOptions } from './options.js';
import { EngineThread } from './thread.js';

export { decode, encode } from './bson/codec.js';
export { encodeIndexValue } from './bson/index-key.js';
export { CommandError } from './errors.js';
export type { Logger } from './logger.js';
export type { Engine, EngineOptions } from './options.js';
export { compileFilter, type Filter } from './query/filter.js';
export { DirectoryInUseError } from './storage/directory-lock.js';
export type { Document } from './types.js';
export { compileUpdate, type Update } from './update/update.js';

// The engine itself is loaded where it runs: it would cost 20 MB in every thread that only starts it.

/**
 * Starts the engine on a data directory.
 *
 * @throws when another process has the directory, or its data is damaged or of a newer version
 */
export async function startEngine({ inThread, logger, ...options }: EngineOptions): Promise<Engine> {
  if (!inThread) return EngineThread.start(options, logger);
  const { EngineService } = await import('./engine.js');
  return EngineService.start(options, logger);
}

/**
 * Copies a data directory into a new one. An engine may be running on it, in this process or another: the copy is a
 * snapshot of one moment, and its free pages are left out.
 *
 * @param to directory that does not exist yet, or is empty
 */
export async function backupDirectory(directory: string, to: string): Promise<void> {
  const backup = await import('./storage/backup.js');
  await backup.backupDirectory(directory, to);
}

/**
 * Puts a backup in the place of a data directory, on which no engine may be running. Data that is there is kept
 * beside the new file under another name.
 *
 * @returns where the replaced data is, if there was any
 */
export async function restoreBackup(from: string, directory: string): Promise<string | undefined> {
  const backup = await import('./storage/backup.js');
  return backup.restoreBackup(from, directory);
}

/**
 * The address of the engine that runs on a data directory in another process; `undefined` when there is none, or when
 * the path of the directory is too long for a socket to be in it.
 */
export async function runningEngineUri(directory: string): Promise<string | undefined> {
  const running = await import('./protocol/running-engine.js');
  return running.runningEngineUri(directory);
}
