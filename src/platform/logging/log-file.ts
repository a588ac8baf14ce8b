import { writeSync } from 'node:fs';
import { constants, mkdir, open, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { logFileName, MAX_PARTS } from './log-file-name.js';

export interface LogFileOptions {
  /** `LOG_DIR`. */
  directory: string;
  /** Kind of log, with which the names of its files begin. */
  kind: string;
  /** Size from which on another file is begun, in bytes. */
  maxBytes: number;
  /** Access rights of the files. */
  mode: number;
}

/** Time that lines wait for each other, in milliseconds. */
const WAIT_MS = 250;

/** Bytes that are written without waiting. */
const ENOUGH = 64 * 1024;

/** Bytes that wait at most while the disk does not take them; what comes then is lost. */
const MOST = 8 * 1024 ** 2;

/** Pause after a failure, and between two looks whether the file is still there, in milliseconds. */
const PAUSE_MS = 1000;

/**
 * Lines in files of a directory: another file each day (UTC), and where one has become too large. Names hold host and
 * process, so that several processes share a directory without touching each other's files, and no file is ever renamed.
 * Nobody waits for it: a disk that is full or gone costs lines, which are counted, and is tried again.
 *
 * Not a stream of a library, because those end at the first error, or wait for a full disk when the process ends.
 */
export class LogFile {
  /** How many lines could not be kept. */
  lost = 0;
  private waiting: string[] = [];
  private bytes = 0;
  /** What is being written, so that the end of the process does not cut it off. */
  private current: Buffer = Buffer.alloc(0);
  private file?: { handle: FileHandle; path: string; day: string; size: number; looked: number };
  private timer?: NodeJS.Timeout;
  private writing?: Promise<void>;
  private failedAt = -Infinity;
  private isFailing = false;
  private readonly atExit = () => this.flushSync();

  constructor(private readonly options: LogFileOptions) {
    process.once('exit', this.atExit);
  }

  /** Never fails, and never waits. */
  write(line: string): void {
    if (this.bytes + line.length > MOST) {
      this.lost += 1;
      return;
    }
    this.waiting.push(line);
    this.bytes += line.length;
    if (this.bytes >= ENOUGH && !this.isPausing()) this.begin();
    else this.timer ??= setTimeout(() => this.begin(), WAIT_MS).unref();
  }

  /** Resolves when all lines are in the file, or could not be written now. */
  async flush(): Promise<void> {
    this.begin();
    await this.writing;
  }

  async close(): Promise<void> {
    await this.flush();
    process.off('exit', this.atExit);
    clearTimeout(this.timer);
    await this.file?.handle.close().catch(() => undefined);
    this.file = undefined;
  }

  private isPausing(): boolean {
    return performance.now() - this.failedAt < PAUSE_MS;
  }

  private begin(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.writing ??= this.writeAll().finally(() => (this.writing = undefined));
  }

  private async writeAll(): Promise<void> {
    try {
      while (this.current.length > 0 || this.waiting.length > 0) {
        if (this.current.length === 0) this.current = this.takeSome();
        const file = await this.opened();
        const { bytesWritten } = await file.handle.write(this.current);
        file.size += bytesWritten;
        this.current = this.current.subarray(bytesWritten);
      }
      if (this.isFailing) this.say(`${this.options.kind} log: written again, ${this.lost} lines lost so far`);
      this.isFailing = false;
    } catch (error) {
      this.fail(error as NodeJS.ErrnoException);
    }
  }

  /** A part that ends with a line and fits into one file. */
  private takeSome(): Buffer {
    let length = 0;
    let count = 0;
    while (count < this.waiting.length && (count === 0 || length + this.waiting[count].length <= ENOUGH)) {
      length += this.waiting[count].length;
      count += 1;
    }
    this.bytes -= length;
    return Buffer.from(this.waiting.splice(0, count).join(''));
  }

  private async opened() {
    const day = new Date().toISOString().slice(0, 10);
    const { file } = this;
    if (file && file.day === day && file.size < this.options.maxBytes && (await this.isThere())) return file;
    await file?.handle.close().catch(() => undefined);
    this.file = undefined;
    return (this.file = await this.open(day));
  }

  /** Somebody may have removed the file, or the directory: writing on would go nowhere. */
  private async isThere(): Promise<boolean> {
    const file = this.file;
    if (!file || performance.now() - file.looked < PAUSE_MS) return file !== undefined;
    file.looked = performance.now();
    const [there, own] = await Promise.all([stat(file.path).catch(() => undefined), file.handle.stat()]);
    return there?.ino === own.ino && there.dev === own.dev;
  }

  private async open(day: string) {
    const { directory, kind, maxBytes, mode } = this.options;
    await mkdir(directory, { recursive: true, mode: 0o750 });
    for (let part = 1; part <= MAX_PARTS; part += 1) {
      const path = join(directory, logFileName(kind, day, part));
      const size = (await stat(path).catch(() => undefined))?.size ?? 0;
      if (size >= maxBytes) continue;
      // A link that somebody has put there is not followed.
      const flags = constants.O_APPEND | constants.O_CREAT | constants.O_WRONLY | constants.O_NOFOLLOW;
      const handle = await open(path, flags, mode);
      return { handle, path, day, size, looked: performance.now() };
    }
    throw new Error(`There are ${MAX_PARTS} files of one day`);
  }

  private fail(error: NodeJS.ErrnoException): void {
    this.failedAt = performance.now();
    if (!this.isFailing)
      this.say(`${this.options.kind} log: ${this.options.directory} cannot be written to: ${error.message}`);
    this.isFailing = true;
    void this.file?.handle.close().catch(() => undefined);
    this.file = undefined;
    this.timer ??= setTimeout(() => this.begin(), PAUSE_MS).unref();
  }

  private say(text: string): void {
    process.stderr.write(`${text}\n`);
  }

  /** The last lines of a process that ends. */
  private flushSync(): void {
    const rest = Buffer.concat([this.current, Buffer.from(this.waiting.join(''))]);
    try {
      if (this.file && rest.length > 0) writeSync(this.file.handle.fd, rest);
    } catch {
      // They stand in the standard output as well.
    }
  }
}
