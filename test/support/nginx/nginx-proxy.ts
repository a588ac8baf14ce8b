import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '../build.js';
import { freePort } from '../free-port.js';
import { until } from '../until.js';

/** Debian's package `nginx-light` (or another of nginx) puts it there. */
const EXECUTABLE = '/usr/sbin/nginx';

/** Like `describe`, and left out where no nginx is installed. */
export const describeWithNginx = existsSync(EXECUTABLE) ? describe : describe.skip;

/** The nginx of `deploy/nginx`, with the addresses of a test and nothing else changed. */
export class NginxProxy {
  private child!: ChildProcess;
  private log = '';

  private constructor(
    private readonly directory: string,
    readonly port: number,
  ) {}

  /** @param instances such as `127.0.0.1:40123`; exactly the two that `upstream.conf` has room for */
  static async start(instances: readonly [string, string]): Promise<NginxProxy> {
    const proxy = new NginxProxy(await mkdtemp(join(tmpdir(), 'coglex-nginx-')), await freePort());
    await proxy.configure(instances);
    proxy.child = spawn(EXECUTABLE, ['-e', 'stderr', '-c', proxy.path('nginx.conf'), '-g', 'daemon off;']);
    for (const output of [proxy.child.stdout, proxy.child.stderr])
      output?.setEncoding('utf8').on('data', (text: string) => (proxy.log += text));
    try {
      await until(() => proxy.answers());
    } catch (error) {
      await proxy.stop();
      throw new Error(`nginx did not start:\n${proxy.log}`, { cause: error });
    }
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Everything that it has logged. */
  get logged(): string {
    return this.log + readFileSync(this.path('access.log'), 'utf8');
  }

  /** Takes an instance out or puts it back, with the script that operators use. */
  async instance(state: 'down' | 'up', address: string): Promise<void> {
    const reload = `kill -HUP ${this.child.pid}`;
    const env = {
      PATH: process.env.PATH,
      NGINX_UPSTREAM: this.path('upstream.conf'),
      NGINX_RELOAD: reload,
      NGINX_SETTLE: '1',
    };
    await promisify(execFile)(join(ROOT, 'deploy/nginx/instance'), [state, address], { env });
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const exited = once(this.child, 'exit');
      this.child.kill('SIGTERM');
      await exited;
    }
    await rm(this.directory, { recursive: true, force: true });
  }

  private path(name: string): string {
    return join(this.directory, name);
  }

  private async configure(instances: readonly string[]): Promise<void> {
    await cp(join(ROOT, 'deploy/nginx'), this.directory, { recursive: true });
    // Workers run as nobody, and keep what does not fit into memory here.
    await chmod(this.directory, 0o755);
    let next = 0;
    for (const name of await readdir(this.directory)) {
      if (!name.endsWith('.conf')) continue;
      const text = (await readFile(this.path(name), 'utf8'))
        .replaceAll('/tmp/nginx', this.path('nginx'))
        // Node's pipes are sockets, which cannot be opened by name.
        .replace('/dev/stdout', this.path('access.log'))
        .replace(/server 172\.[\d.]+:5000/g, () => `server ${instances[next++]}`)
        .replace('listen 8080', `listen 127.0.0.1:${this.port}`)
        .replace(/^\s*listen \[::].*\n/m, '');
      await writeFile(this.path(name), text);
    }
    if (next !== instances.length) throw new Error(`upstream.conf names ${next} instances`);
  }

  private async answers(): Promise<boolean> {
    if (this.child.exitCode !== null) throw new Error('It ended');
    return (await fetch(`${this.url}/health/live`).catch(() => undefined))?.ok ?? false;
  }
}
