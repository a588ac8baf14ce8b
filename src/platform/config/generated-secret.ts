import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Name of the file in `DATA_DIR` that keeps the development secret. */
export const SECRET_FILE = 'server-secret';

/**
 * The secret of a development server: 43 random characters, made once and kept with mode 0600, so that keys and
 * tokens stay valid over restarts.
 *
 * @param directory `DATA_DIR`; made with mode 0700 when missing
 */
export function generatedSecret(directory: string): string {
  const path = join(directory, SECRET_FILE);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  try {
    // `wx`: of two processes that start together, one writes and both read the same.
    writeFileSync(path, randomBytes(32).toString('base64url'), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return readFileSync(path, 'utf8').trim();
}
