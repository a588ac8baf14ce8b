import { chmodSync, closeSync, existsSync, fstatSync, ftruncateSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { CommandError } from '../errors.js';
import { DATA_FILE } from './checkpoint-file.js';
import { readMetaPage } from './meta-page.js';

/** Pages at the end of the file that a transaction took and did not need are never written. */
const UNWRITTEN_PAGES = 256;

/** Creates the directory, for its owner alone. */
export function prepareDirectory(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  chmodSync(directory, 0o700);
}

/**
 * Refuses a data file that is plainly damaged, which LMDB would map and crash on.
 *
 * @throws CommandError DataCorruptionDetected
 */
export function checkDataFile(directory: string): void {
  const path = join(directory, DATA_FILE);
  if (!existsSync(path)) return;
  const fd = openSync(path, 'r+');
  try {
    const { size } = fstatSync(fd);
    if (size === 0) return;
    const meta = readMetaPage(fd);
    if (!meta) throw damaged(`${path} is not a data file of this engine, or its head is damaged`);
    const missing = meta.fileSize - size;
    if (missing > UNWRITTEN_PAGES * meta.pageSize)
      throw damaged(`${path} was cut off: ${missing} bytes are missing at its end`);
    // Pages that are not there would be a bus error; as zeros they are an error that can be caught.
    if (missing > 0) ftruncateSync(fd, meta.fileSize);
  } finally {
    closeSync(fd);
  }
}

function damaged(message: string): CommandError {
  return new CommandError('DataCorruptionDetected', message);
}
