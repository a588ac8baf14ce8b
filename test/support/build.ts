import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** Root of the repository. */
export const ROOT = join(import.meta.dirname, '../..');

/** Builds `dist` when it is older than the sources, for the tests that run the product as a process. */
export function buildOnce(): void {
  execFileSync('npm', ['run', '--silent', 'build:stale'], { cwd: ROOT, stdio: 'inherit' });
}
