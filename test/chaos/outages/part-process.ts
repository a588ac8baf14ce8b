import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Longest wait for a start, in milliseconds. */
const START_MS = 30_000;

/** A server of its own process on a fixed port, to be killed, frozen and started again. */
export class PartProcess {
  private child?: ChildProcess;
  private readonly command: string;
  private readonly args: string[];
  private readonly env: Record<string, string>;
  private readonly port: number;

  constructor(command: string, args: string[], port: number, env: Record<string, string> = {}) {
    this.command = command;
    this.args = args;
    this.port = port;
    this.env = env;
  }

  async start(): Promise<void> {
    this.child = spawn(this.command, this.args, {
      env: { PATH: process.env.PATH, ...this.env },
      stdio: 'ignore',
    });
    for (const deadline = Date.now() + START_MS; !(await this.listens()); await sleep(20))
      if (Date.now() > deadline) throw new Error(`${this.command} did not start`);
  }

  get runs(): boolean {
    return this.child?.exitCode === null && this.child.signalCode === null;
  }

  /** SIGKILL: connections break, and new ones are refused. */
  async kill(): Promise<void> {
    const { child } = this;
    if (!child || !this.runs) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  /** SIGSTOP: connections stay and new ones are made by the kernel, and nothing is ever answered. */
  freeze(): void {
    this.child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.child?.kill('SIGCONT');
  }

  private listens(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect(this.port, '127.0.0.1');
      socket.once('error', () => resolve(false));
      socket.once('connect', () => {
        socket.destroy();
        resolve(true);
      });
    });
  }
}
