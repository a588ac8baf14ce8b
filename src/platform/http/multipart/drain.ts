import type { IncomingMessage } from 'node:http';

/** What is still taken from a client whose upload was refused, in bytes. */
const MAX_DRAIN = 64 * 1024 ** 2;

/**
 * Reads what a refused client still sends: a connection that is closed meanwhile takes the answer with it.
 */
export function drain(raw: IncomingMessage): void {
  let bytes = 0;
  raw.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MAX_DRAIN) raw.destroy();
  });
  raw.on('error', () => undefined);
  raw.resume();
}
