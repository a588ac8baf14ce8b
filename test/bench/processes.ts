import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from '../support/free-port.ts';

/** API key of both servers. */
export const BENCH_SECRET = 'benchmark-benchmark-benchmark-benchmark';

/** Load comes from one address; a benchmark of limits sets them. */
export const UNLIMITED = {
  RATE_LIMIT_IP: 'off',
  RATE_LIMIT_USER: 'off',
  RATE_LIMIT_AUTH: 'off',
  RATE_LIMIT_BAN: 'off',
};

const ROOT = join(import.meta.dirname, '../..');

/** A running server and how much memory it has (resident, MB; Linux only). */
export interface Running {
  url: string;
  rss(): number;
}

/** The processes of one run; all are gone after {@link Processes.stop}. */
export class Processes {
  private readonly children: ChildProcess[] = [];
  private readonly directories: string[] = [];

  /** The embedded engine on a port of its own, in a new directory or the one named. */
  async database(directory?: string): Promise<Running & { uri: string }> {
    directory ??= await this.directory();
    const running = await this.start(
      ['test/bench/engine-host.ts'],
      { DATA_DIR: directory },
      /^(mongodb:\S+)/,
    );
    return { ...running, uri: running.url };
  }

  /** @param script the bare handler */
  floor(uri: string, script = 'test/bench/http/floor.ts'): Promise<Running> {
    return this.start([script], { MONGODB_URI: uri }, /^(http:\S+)/);
  }

  /** A script that prints its address when it listens. */
  script(path: string): Promise<Running> {
    return this.start([path], {}, /^(http:\S+)/);
  }

  /**
   * Coglex as in production, its log going nowhere.
   *
   * @param settings further settings
   */
  async coglex(uri: string, settings: Record<string, string> = {}): Promise<Running> {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const directory = await this.directory();
    const env = {
      NODE_ENV: 'production',
      SERVER_SECRET: BENCH_SECRET,
      SERVER_PORT: String(port),
      MONGODB_URI: uri,
      DATA_DIR: directory,
      ...UNLIMITED,
      ...settings,
    };
    const running = await this.start(['dist/main.js'], env, /(Listening)/);
    return { ...running, url };
  }

  /** Coglex on its embedded engine, with cheap password hashes and a quiet log, to be sent anything. */
  async fuzzTarget(): Promise<Running> {
    const port = await freePort();
    const env = {
      NODE_ENV: 'test',
      LOG_LEVEL: 'error',
      SERVER_SECRET: BENCH_SECRET,
      SERVER_HOST: '127.0.0.1',
      SERVER_PORT: String(port),
      DATA_DIR: await this.directory(),
      AUTH_BCRYPT_COST: '4',
      ...UNLIMITED,
      // Keys of callers must not go anywhere.
      GENERATION_BASE_URL: 'http://127.0.0.1:1',
      OPENAI_BASE_URL: 'http://127.0.0.1:1',
    };
    const running = await this.start(['dist/main.js'], env, /(Coglex|http:)/);
    return { ...running, url: `http://127.0.0.1:${port}` };
  }

  async stop(options: { keepDirectories?: boolean } = {}): Promise<void> {
    await Promise.all(
      this.children.map(async (child) => {
        if (child.exitCode !== null) return;
        child.kill('SIGTERM');
        await once(child, 'exit');
      }),
    );
    this.children.length = 0;
    if (options.keepDirectories) return;
    for (const directory of this.directories) await rm(directory, { recursive: true, force: true });
  }

  /** A directory that is removed at the end. */
  async directory(): Promise<string> {
    const directory = await mkdtemp(join(tmpdir(), 'coglex-bench-'));
    this.directories.push(directory);
    return directory;
  }

  private async start(args: string[], env: Record<string, string>, ready: RegExp): Promise<Running> {
    const child = spawn(process.execPath, args, {
      cwd: ROOT,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.children.push(child);
    const url = await new Promise<string>((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`${args[0]} ended with ${code}`)));
      createInterface({ input: child.stdout }).on('line', (line) => {
        const match = ready.exec(line);
        if (match) resolve(match[1]);
      });
    });
    return { url, rss: () => residentMegabytes(child.pid) };
  }
}

function residentMegabytes(pid: number | undefined): number {
  const match = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Math.round(Number(match?.[1]) / 1024);
}
