import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { UNLIMITED } from '../../bench/processes.ts';
import { freePort } from '../../support/free-port.ts';

const ROOT = join(import.meta.dirname, '../../..');
const SECRET = 'chaos-chaos-chaos-chaos-chaos-chaos-chaos';

/** The product on its embedded engine, to be killed without warning and started again on the same port. */
export class ChaosServer {
  readonly url: string;
  private readonly env: Record<string, string>;
  private child?: ChildProcess;

  private constructor(port: number, env: Record<string, string>) {
    this.url = `http://127.0.0.1:${port}`;
    this.env = env;
  }

  static async create(directory: string, env: Record<string, string>): Promise<ChaosServer> {
    const port = await freePort();
    return new ChaosServer(port, {
      NODE_ENV: 'test',
      LOG_LEVEL: 'silent',
      SERVER_SECRET: SECRET,
      SERVER_HOST: '127.0.0.1',
      SERVER_PORT: String(port),
      DATA_DIR: directory,
      OUTBOUND_ALLOW: '127.0.0.1',
      ...UNLIMITED,
      ...env,
    });
  }

  async start(): Promise<void> {
    this.child = spawn(process.execPath, ['dist/main.js'], {
      cwd: ROOT,
      env: { PATH: process.env.PATH, ...this.env },
      stdio: 'ignore',
    });
    while (!(await this.isReady())) await new Promise((resolve) => setTimeout(resolve, 50));
  }

  async kill(): Promise<void> {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await fetch(`${this.url}${path}`, {
      method,
      headers: { 'x-api-key': SECRET, 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  private async isReady(): Promise<boolean> {
    const answer = await fetch(`${this.url}/health/ready`).catch(() => undefined);
    return answer?.status === 200;
  }
}
