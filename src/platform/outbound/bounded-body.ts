import type { Readable } from 'node:stream';
import { OutboundError } from './outbound-error.js';

/**
 * Reads a body up to a limit.
 *
 * @param truncate keep what fits, instead of failing
 * @throws OutboundError `too_large`
 */
export async function readBody(
  stream: Readable,
  maxBytes: number,
  truncate: boolean,
): Promise<{ body: Buffer; truncated: boolean }> {
  const chunks: Buffer[] = [];
  let size = 0;
  // Leaving the loop destroys the stream, and with it the connection: the rest is never received.
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size <= maxBytes) continue;
    if (!truncate) throw new OutboundError('too_large', `The answer is larger than ${maxBytes} bytes.`);
    return { body: Buffer.concat(chunks).subarray(0, maxBytes), truncated: true };
  }
  return { body: Buffer.concat(chunks), truncated: false };
}
