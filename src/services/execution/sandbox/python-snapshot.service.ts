import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Config } from '../../../platform/config/config.js';
import { findLayers } from './layers.js';
import { readableFiles, workerCommand, workerVersion } from './worker-files.js';

/** Longest time that a first start of Python may take, in milliseconds. */
const MAKE_MS = 60_000;

const MAX_BYTES = 128 * 1024 ** 2;

/**
 * Python's memory right after its start, in a file of the data directory: interpreters start from it in a fraction of
 * the time. It is made when it is first needed, in a sandbox like any other.
 */
@Injectable()
export class PythonSnapshot implements OnApplicationShutdown {
  private opened?: Promise<FileHandle>;

  constructor(private readonly config: Config) {}

  /** Descriptor of the file, open to be read. */
  async descriptor(): Promise<number> {
    this.opened ??= this.open().catch((error: unknown) => {
      this.opened = undefined;
      throw error;
    });
    return (await this.opened).fd;
  }

  async onApplicationShutdown(): Promise<void> {
    await (await this.opened?.catch(() => undefined))?.close();
    this.opened = undefined;
  }

  private async open(): Promise<FileHandle> {
    const directory = join(this.config.DATA_DIR, 'execution');
    const path = join(directory, `python-${workerVersion()}.snapshot`);
    const existing = await open(path).catch(() => undefined);
    if (existing) return existing;
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const draft = `${path}.${randomBytes(6).toString('hex')}`;
    try {
      const file = await open(draft, 'wx', 0o600);
      await file.writeFile(await make(this.config.EXECUTION_MAX_MEMORY)).finally(() => file.close());
      // Whole or not there: another process may be looking for it.
      await rename(draft, path);
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
    return open(path);
  }
}

async function make(memory: number): Promise<Buffer> {
  const { command } = await findLayers(readableFiles('python'));
  const [program, ...args] = [...command, ...workerCommand('python', memory), 'snapshot'];
  const child = spawn(program, args, {
    cwd: '/',
    env: {},
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: MAKE_MS,
  });
  const chunks: Buffer[] = [];
  let bytes = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) child.kill('SIGKILL');
    else chunks.push(chunk);
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  });
  if (code !== 0) throw new Error(`Python could not be started (${code})`);
  return Buffer.concat(chunks);
}
