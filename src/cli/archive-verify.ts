import { Verifier } from '../services/archive/index.js';
import { runCommand } from './command.js';
import { withApp } from './with-app.js';

/** Reads all bytes of all files, and names those that are missing or have changed; exit code 1 when there are any. */
await runCommand(() =>
  withApp(async (app) => {
    const { checked, findings } = await app.get(Verifier, { strict: false }).verify((finding) => {
      process.stdout.write(`${JSON.stringify(finding)}\n`);
    });
    if (findings.length > 0) throw new Error(`${findings.length} of ${checked} are missing or have changed`);
    return `${checked} checked, all as they should be`;
  }),
);
