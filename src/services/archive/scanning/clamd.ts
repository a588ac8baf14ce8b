import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Readable } from 'node:stream';

/** Bytes that are sent at once. */
const CHUNK = 256 * 1024;

/** Longest silence of clamd, in milliseconds. */
const SILENCE_MS = 60_000;

/** What clamd says of bytes. */
export type Verdict = { clean: true } | { clean: false; signature: string };

/** Thrown when clamd cannot be reached, or does not answer as it should. */
export class ScannerUnavailableError extends Error {
  override readonly name = 'ScannerUnavailableError';
}

/** Speaks the INSTREAM command of clamd's protocol. */
export class Clamd {
  private readonly host: string;
  private readonly port: number;

  /** @param url `tcp://host:port` */
  constructor(url: string) {
    const { hostname, port } = new URL(url);
    this.host = hostname;
    this.port = Number(port);
  }

  /** @throws ScannerUnavailableError; what the source throws comes through as it is */
  async scan(bytes: Readable): Promise<Verdict> {
    const socket = await this.open();
    const answer = collect(socket);
    // It is awaited later; until then a failure must not be taken for one that nobody handles.
    answer.catch(() => undefined);
    try {
      socket.write('zINSTREAM\0');
      for await (const chunk of bytes as AsyncIterable<Buffer>)
        for (let at = 0; at < chunk.length; at += CHUNK) await send(socket, chunk.subarray(at, at + CHUNK));
      socket.write(Buffer.alloc(4));
      return verdictOf(await answer);
    } finally {
      bytes.destroy();
      socket.destroy();
    }
  }

  /** @throws ScannerUnavailableError */
  async ping(): Promise<void> {
    const socket = await this.open();
    try {
      socket.write('zPING\0');
      const answer = await collect(socket);
      if (answer !== 'PONG') throw new ScannerUnavailableError(`clamd answered ${answer}`);
    } finally {
      socket.destroy();
    }
  }

  private async open(): Promise<Socket> {
    const socket = connect(this.port, this.host);
    socket.setTimeout(SILENCE_MS, () => socket.destroy(new Error('clamd is silent')));
    try {
      await once(socket, 'connect', { signal: AbortSignal.timeout(2000) });
    } catch (error) {
      socket.destroy();
      throw new ScannerUnavailableError('clamd cannot be reached', { cause: error });
    }
    return socket;
  }
}

/** One chunk behind its length. clamd closes the connection when it has had enough: its answer tells why. */
async function send(socket: Socket, chunk: Buffer): Promise<void> {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(chunk.length);
  socket.write(length);
  if (socket.write(chunk) || !socket.writable) return;
  await Promise.race([once(socket, 'drain'), once(socket, 'close')]).catch(() => undefined);
}

function collect(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    socket.on('data', (data: Buffer) => {
      text += data.toString();
      if (text.includes('\0')) resolve(text.slice(0, text.indexOf('\0')));
    });
    socket.on('error', (error) => reject(new ScannerUnavailableError('clamd failed', { cause: error })));
    socket.on('close', () => reject(new ScannerUnavailableError('clamd closed the connection')));
  });
}

function verdictOf(answer: string): Verdict {
  if (/: OK$/.test(answer)) return { clean: true };
  const found = /^[^:]*: (.+) FOUND$/.exec(answer);
  if (found) return { clean: false, signature: found[1] };
  throw new ScannerUnavailableError(`clamd answered ${answer}`);
}
