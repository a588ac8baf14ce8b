import { join } from 'node:path';

// A server with one exclusive job more, whose runs write down their beginnings and ends: to be killed in the middle.

type Bootstrap = typeof import('../../src/bootstrap.js');
type JobsModule = typeof import('../../src/platform/jobs/jobs.service.js');
type DatabaseModule = typeof import('../../src/platform/database/database.service.js');

const built = (path: string) => join(import.meta.dirname, '../../dist', path);
const { createApp } = (await import(built('bootstrap.js'))) as Bootstrap;
const { Jobs } = (await import(built('platform/jobs/jobs.service.js'))) as JobsModule;
const { Database } = (await import(built('platform/database/database.service.js'))) as DatabaseModule;

const app = await createApp();
app.enableShutdownHooks(['SIGTERM'], { useProcessExit: true });
await app.listen(0, '127.0.0.1');
const database = app.get(Database);
const { JOB_NAME = 'probe', JOB_MS = '20', JOB_EVERY_MS = '20', JOB_LEASE_MS = '2000' } = process.env;
app.get(Jobs).register({
  name: JOB_NAME,
  everyMs: Number(JOB_EVERY_MS),
  leaseMs: Number(JOB_LEASE_MS),
  run: async () => {
    const diary = database.system<{ pid: number; run: number; at: string; t: number }>('diary');
    const line = { pid: process.pid, run: performance.now() };
    await diary.insertOne({ ...line, at: 'begin', t: Date.now() });
    await new Promise((resolve) => setTimeout(resolve, Number(JOB_MS)));
    await diary.insertOne({ ...line, at: 'end', t: Date.now() });
  },
});
process.stdout.write(`${await app.getUrl()}\n`);
