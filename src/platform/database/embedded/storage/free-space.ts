import { statfsSync } from 'node:fs';
import { CommandError } from '../errors.js';

/**
 * What must be left on the disk before a transaction, in bytes. LMDB survives a full disk in the file but not always
 * in the process: its way back from a failed write has been seen to damage the heap. So it never gets there.
 * Removing takes a few pages as well, and is what people do about a full disk: it goes further.
 */
export const RESERVES = { write: 64 * 2 ** 20, remove: 16 * 2 ** 20 } as const;

export type Purpose = keyof typeof RESERVES;

/** Space on the disk of a directory, in bytes. */
export function freeSpace(directory: string): number {
  const { bavail, bsize } = statfsSync(directory);
  return bavail * bsize;
}

/** Costs about a microsecond. @throws CommandError OutOfDiskSpace */
export function requireSpace(directory: string, purpose: Purpose): void {
  const reserve = RESERVES[purpose];
  if (freeSpace(directory) < reserve)
    throw new CommandError(
      'OutOfDiskSpace',
      `The disk that holds the data directory has less than ${reserve / 2 ** 20} MB left`,
    );
}
