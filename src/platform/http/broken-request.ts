import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { ErrorCode } from '../errors/catalogue.js';
import { CoglexError } from '../errors/coglex-error.js';
import { problemOf, PROBLEM_JSON } from '../errors/problem.js';

/** What Node's parser says, by its code. */
const CODES = new Map<string | undefined, ErrorCode>([
  ['ERR_HTTP_REQUEST_TIMEOUT', 'request_timeout'],
  ['HPE_HEADER_OVERFLOW', 'headers_too_large'],
  ['HPE_CHUNK_EXTENSIONS_OVERFLOW', 'body_too_large'],
]);

/**
 * Answers what Node could not read as HTTP, or what did not arrive in time, and closes the connection. There is no
 * request yet, so the answer is written by hand.
 */
export function refuseBrokenRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const known = CODES.get(error.code);
  const refusal = known
    ? new CoglexError(known)
    : new CoglexError('bad_request', { detail: 'What was sent is not a request in HTTP/1.1.' });
  const problem = problemOf(refusal, randomUUID());
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    `Content-Type: ${PROBLEM_JSON}; charset=utf-8`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${problem.requestId}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  socket.destroySoon();
}
