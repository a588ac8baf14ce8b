import { parseArgs } from 'node:util';
import type { DriverName } from '../services/archive/index.js';
import { Mover } from '../services/archive/index.js';
import { runCommand } from './command.js';
import { withApp } from './with-app.js';

const DRIVERS: readonly string[] = ['disk', 'gridfs', 's3'];

/** Moves the bytes of all files to another driver. Can be broken off and started again. */
await runCommand(async () => {
  const { values } = parseArgs({ options: { to: { type: 'string' } } });
  const { to = '' } = values;
  if (!DRIVERS.includes(to)) throw new Error('Usage: npm run archive:move -- --to <disk, gridfs or s3>');
  return withApp(async (app) => {
    let told = 0;
    const { moved, bytes } = await app.get(Mover, { strict: false }).move(to as DriverName, (progress) => {
      if (Date.now() - told < 1000) return;
      told = Date.now();
      process.stderr.write(`${progress.moved} of ${progress.total}, ${progress.bytes} bytes\n`);
    });
    return `${moved} moved to ${to}, ${bytes} bytes. New files go there with ARCHIVE_DRIVER=${to}`;
  });
});
