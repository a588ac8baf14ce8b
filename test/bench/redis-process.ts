import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { freePort } from '../support/free-port.ts';

/** Debian's package `redis-server` puts it there. */
const EXECUTABLE = '/usr/bin/redis-server';

/** A Redis server of a benchmark's own, without a disk; `undefined` where none is installed. */
export async function startRedis(): Promise<{ url: string; stop: () => Promise<void> } | undefined> {
  if (!existsSync(EXECUTABLE)) return undefined;
  const port = await freePort();
  const args = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
    '--dir',
    tmpdir(),
  ];
  const child = spawn(EXECUTABLE, args, { stdio: 'ignore' });
  const url = `redis://127.0.0.1:${port}`;
  const probe = new Redis(url, { retryStrategy: () => 20, maxRetriesPerRequest: null });
  probe.on('error', () => undefined);
  while ((await probe.ping().catch(() => '')) !== 'PONG') await sleep(20);
  probe.disconnect();
  return {
    url,
    stop: async () => {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}
