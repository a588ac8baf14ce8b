import { readFileSync } from 'node:fs';

/**
 * Address space for the data file, in bytes; no memory is taken for it. A file that outgrows it is mapped anew, and
 * pages that were read by the old map count twice as memory of the process.
 */
const ADDRESS_SPACE = 2 ** 36;

/** @returns what LMDB may map from the start; `undefined` where the map has to grow with the file */
export function mapSize(): number | undefined {
  // Windows would make the file as large, and lmdb crashes where the system refuses.
  return process.platform === 'win32' || isLimited() ? undefined : ADDRESS_SPACE;
}

/** Whether a limit is set on the process's address space, as by `ulimit -v`. */
function isLimited(): boolean {
  if (process.platform !== 'linux') return false;
  try {
    const line = /^Max address space\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8'));
    return line?.[1] !== 'unlimited';
  } catch {
    return true;
  }
}
