import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MongoClient } from 'mongodb';
import { ApiClient } from './api-client.js';
import { ROOT } from './build.js';
import { testDatabaseUri, TEST_SECRET, UNLIMITED } from './test-app.js';

/** Longest wait for a start, in milliseconds. */
const START_MS = 30_000;

export interface ServerProcessOptions {
  /** Settings that differ from those of {@link ServerProcess}; `undefined` takes one away. */
  env?: Record<string, string | undefined>;
  /**
   * `embedded` (default): the engine in the process's own `DATA_DIR`, as a first start has it. `shared`: the
   * database of the test run, under a name of its own. `none`: whatever `env` says.
   */
  database?: 'embedded' | 'shared' | 'none';
  /**
   * When {@link ServerProcess.start} returns: `ready` (default) waits for `/health/ready`, `listening` for the
   * socket, `nothing` does not wait, for processes that are expected to end by themselves.
   */
  until?: 'ready' | 'listening' | 'nothing';
}

/** How a process ended. */
export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/**
 * The product as users run it: `node dist/main.js` in a process of its own, on a free port, with a working
 * directory and a `DATA_DIR` that nothing else uses. It inherits no environment but `PATH`.
 *
 * @example
 * const server = await ServerProcess.start();
 * await server.client.post('/service/storage/v1/things', { name: 'lamp' });
 * await server.end('SIGKILL');
 * await server.startAgain(); // the same DATA_DIR, another port
 * await server.stop();
 */
export class ServerProcess {
  private child!: ChildProcess;
  private exited!: Promise<Exit>;
  private printed = { stdout: '', stderr: '' };

  private constructor(
    /** Working directory of the process, where it looks for `.env`; removed by {@link stop}. */
    readonly directory: string,
    private readonly env: Record<string, string>,
    private readonly until: Required<ServerProcessOptions>['until'],
  ) {}

  static async start(options: ServerProcessOptions = {}): Promise<ServerProcess> {
    const directory = await mkdtemp(join(tmpdir(), 'coglex-process-'));
    const env = {
      PATH: process.env.PATH,
      NODE_ENV: 'production',
      SERVER_SECRET: TEST_SECRET,
      SERVER_HOST: '127.0.0.1',
      SERVER_PORT: '0',
      DATA_DIR: join(directory, 'data'),
      ...UNLIMITED,
      ...(options.database === 'shared' ? sharedDatabase() : {}),
      ...options.env,
    };
    const given = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
    const server = new ServerProcess(directory, Object.fromEntries(given), options.until ?? 'ready');
    await server.startAgain();
    return server;
  }

  /**
   * Starts the process anew after it has ended, in the same directory. The port is another one.
   *
   * @param env settings that differ from those of the last start
   * @param until as in {@link ServerProcessOptions.until}; that of the first start by default
   */
  async startAgain(env: Record<string, string> = {}, until = this.until): Promise<void> {
    Object.assign(this.env, env);
    this.printed = { stdout: '', stderr: '' };
    const child = spawn(process.execPath, [join(ROOT, 'dist/main.js')], {
      cwd: this.directory,
      env: this.env,
    });
    this.child = child;
    for (const name of ['stdout', 'stderr'] as const)
      child[name].setEncoding('utf8').on('data', (text: string) => (this.printed[name] += text));
    // `close` comes after the last output, `exit` may come before it.
    this.exited = once(child, 'close').then(() => ({ code: child.exitCode, signal: child.signalCode }));
    try {
      if (until !== 'nothing') await this.waitFor(() => this.listeningPort() !== undefined);
      if (until === 'ready') await this.waitFor(() => this.isReady());
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Everything that the process has written to its standard output since its last start. */
  get stdout(): string {
    return this.printed.stdout;
  }

  get stderr(): string {
    return this.printed.stderr;
  }

  /** Process id. */
  get pid(): number {
    if (this.child.pid === undefined) throw new Error('The process was never started');
    return this.child.pid;
  }

  get dataDirectory(): string {
    return this.env.DATA_DIR;
  }

  /** The API key. */
  get secret(): string {
    return this.env.SERVER_SECRET ?? '';
  }

  get port(): number {
    const port = this.listeningPort();
    if (port === undefined) throw new Error(`The server does not listen:\n${this.stdout}${this.stderr}`);
    return port;
  }

  /** Base address, such as `http://127.0.0.1:40123`. */
  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** A client that sends the server's API key. */
  get client(): ApiClient {
    return new ApiClient(this.url, { 'x-api-key': this.secret });
  }

  /** A client that sends nothing of its own. */
  get anonymous(): ApiClient {
    return new ApiClient(this.url, {});
  }

  /** The lines of a JSON log. @throws SyntaxError when one is not JSON */
  logLines<T = Record<string, unknown>>(): T[] {
    const lines = this.stdout.split('\n').filter((line) => line !== '');
    return lines.map((line) => JSON.parse(line) as T);
  }

  /** Resolves when the process has ended. */
  get exit(): Promise<Exit> {
    return this.exited;
  }

  /** Sends a signal and returns at once. */
  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Sends a signal and waits for the end. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<Exit> {
    this.signal(signal);
    return this.exited;
  }

  /** Waits until a condition holds. @throws Error with the process's output when it ends or takes too long */
  async waitFor(condition: () => boolean | Promise<boolean>): Promise<void> {
    const deadline = Date.now() + START_MS;
    while (!(await condition())) {
      const ended = this.child.exitCode !== null || this.child.signalCode !== null;
      if (ended || Date.now() > deadline)
        throw new Error(`The server ${ended ? 'ended' : 'did not get there'}:\n${this.stdout}${this.stderr}`);
      await sleep(25);
    }
  }

  /** Ends the process, if it still runs, and removes its directory and its database. */
  async stop(): Promise<void> {
    await this.end('SIGKILL');
    await rm(this.directory, { recursive: true, force: true });
    if (this.env.MONGODB_DATABASE?.startsWith('test_')) await dropDatabase(this.env.MONGODB_DATABASE);
  }

  private listeningPort(): number | undefined {
    const match = /http:\/\/127\.0\.0\.1:(\d+)/.exec(this.stdout);
    return match ? Number(match[1]) : undefined;
  }

  private async isReady(): Promise<boolean> {
    const answer = await this.anonymous.get('/health/ready').catch(() => undefined);
    return answer?.status === 200;
  }
}

function sharedDatabase(): Record<string, string> {
  return { MONGODB_URI: testDatabaseUri(), MONGODB_DATABASE: `test_${randomBytes(6).toString('hex')}` };
}

async function dropDatabase(name: string): Promise<void> {
  const mongo = await MongoClient.connect(testDatabaseUri());
  try {
    await mongo.db(name).dropDatabase();
  } finally {
    await mongo.close();
  }
}
