import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from './build.js';

/** What a run of a command came to. */
export interface CommandResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs `npm run audit` as operators do, on the built product. */
export function runAudit(env: Record<string, string>, ...args: string[]): Promise<CommandResult> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [join(ROOT, 'dist/cli/audit.js'), ...args],
      { cwd: env.DATA_DIR, env: { PATH: process.env.PATH, NODE_ENV: 'production', ...env } },
      (error, stdout, stderr) => {
        const code = error ? Number((error as NodeJS.ErrnoException & { code: unknown }).code) : 0;
        resolve({ code, stdout, stderr });
      },
    );
  });
}
