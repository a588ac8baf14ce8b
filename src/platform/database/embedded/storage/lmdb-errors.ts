import { CommandError } from '../errors.js';
import { freeSpace, RESERVES } from './free-space.js';

/** `errno` values that a write answers when the disk is full; a short write surfaces as EIO. */
const EIO = 5;
const ENOSPC = 28;
const EDQUOT = 122;

/**
 * Names what LMDB reports by number or by text.
 *
 * @param directory asked for free space where a short write and a broken disk look alike
 */
export function nameStorageError(error: unknown, directory: string): unknown {
  if (error instanceof CommandError || !(error instanceof Error)) return error;
  const code = 'code' in error ? error.code : undefined;
  if (
    code === ENOSPC ||
    code === 'ENOSPC' ||
    code === EDQUOT ||
    error.message.includes('MDB_MAP_FULL') ||
    (code === EIO && freeSpace(directory) < RESERVES.remove)
  )
    return new CommandError('OutOfDiskSpace', 'The disk that holds the data directory is full');
  if (/MDB_(CORRUPTED|PAGE_NOTFOUND|INVALID|PANIC)/.test(error.message))
    return new CommandError('DataCorruptionDetected', `The data file is damaged: ${error.message}`);
  return error;
}
