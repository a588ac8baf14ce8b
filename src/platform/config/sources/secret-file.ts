import { isUtf8 } from 'node:buffer';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

/** Largest secret file, in bytes. */
export const MAX_SECRET_FILE = 64 * 1024;

const BOM = '\uFEFF';

/** Why a file cannot supply a secret; its message holds nothing of what is in it. */
export class SecretFileError extends Error {
  override readonly name = 'SecretFileError';
}

/**
 * The text of a secret file, without a byte order mark and without space at its ends, where editors and `echo` leave some.
 *
 * @throws SecretFileError when it cannot be read, is no file, too large, empty, or no text
 */
export function readSecretFile(path: string): string {
  const bytes = readBytes(path);
  if (bytes.length > MAX_SECRET_FILE)
    throw new SecretFileError(`the file is larger than ${MAX_SECRET_FILE / 1024} kB`);
  if (!isUtf8(bytes) || bytes.includes(0)) throw new SecretFileError('the file is not text in UTF-8');
  const text = bytes.toString('utf8').replace(BOM, '').trim();
  if (text === '') throw new SecretFileError('the file is empty');
  return text;
}

/** Reads one byte more than allowed at most: what somebody else writes may be of any size. */
function readBytes(path: string): Buffer {
  let file: number | undefined;
  try {
    // A pipe without a writer would hold the process up for ever.
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    if (!fstatSync(file).isFile()) throw new SecretFileError('it is not a file');
    const buffer = Buffer.alloc(MAX_SECRET_FILE + 1);
    let length = 0;
    for (;;) {
      const read = readSync(file, buffer, length, buffer.length - length, null);
      length += read;
      if (read === 0 || length === buffer.length) return buffer.subarray(0, length);
    }
  } catch (error) {
    if (error instanceof SecretFileError) throw error;
    throw new SecretFileError(`the file cannot be read (${(error as NodeJS.ErrnoException).code})`);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
