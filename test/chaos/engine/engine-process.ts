import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const ROOT = join(import.meta.dirname, '../../..');

/** The engine in a process of its own, to be killed without warning. */
export class EngineProcess {
  readonly uri: string;
  /** From the start of the process until it serves, in milliseconds. */
  readonly startMs: number;
  private readonly child: ChildProcess;

  private constructor(child: ChildProcess, uri: string, startMs: number) {
    this.child = child;
    this.uri = uri;
    this.startMs = startMs;
  }

  static async start(directory: string): Promise<EngineProcess> {
    const started = performance.now();
    const child = spawn(process.execPath, ['dist/cli/database.js', '--port', '0'], {
      cwd: ROOT,
      env: { ...process.env, DATA_DIR: directory },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const uri = await new Promise<string>((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`The engine ended with ${code} instead of starting`)));
      createInterface({ input: child.stdout }).once('line', resolve);
    });
    return new EngineProcess(child, uri, performance.now() - started);
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await once(this.child, 'exit');
  }
}
