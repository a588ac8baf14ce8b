import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { freePort } from './free-port.js';

/** Debian's package `redis-server` puts it there. */
const EXECUTABLE = '/usr/bin/redis-server';

/** Longest wait for a start, in milliseconds. */
const START_MS = 10_000;

/** Like `describe`, and left out where no Redis is installed. */
export const describeWithRedis = existsSync(EXECUTABLE) ? describe : describe.skip;

/** A real Redis server on a free port that keeps nothing on disk. It can be stopped and started again. */
export class RedisServer {
  private child?: ChildProcess;

  private constructor(readonly port: number) {}

  static async start(): Promise<RedisServer> {
    const server = new RedisServer(await freePort());
    await server.startAgain();
    return server;
  }

  /** For `REDIS_URL`. */
  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** On the same port, empty. */
  async startAgain(): Promise<void> {
    const options = ['--port', String(this.port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
    this.child = spawn(EXECUTABLE, [...options, '--dir', tmpdir()], { stdio: 'ignore' });
    const client = this.client();
    try {
      const deadline = Date.now() + START_MS;
      while ((await client.ping().catch(() => '')) !== 'PONG') {
        if (Date.now() > deadline) throw new Error('Redis did not start');
        await sleep(20);
      }
    } finally {
      client.disconnect();
    }
  }

  /** A client past the application; its owner disconnects it. */
  client(): Redis {
    const client = new Redis(this.url, { retryStrategy: () => 20, maxRetriesPerRequest: 1 });
    client.on('error', () => undefined);
    return client;
  }

  /** Keeps the connections open and answers nothing, until {@link thaw}. */
  freeze(): void {
    this.child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.child?.kill('SIGCONT');
  }

  async stop(): Promise<void> {
    const { child } = this;
    this.child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }
}
