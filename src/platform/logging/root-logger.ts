import { pino, type DestinationStream, type Logger } from 'pino';
import type { Config } from '../config/config.js';
import { redactSecrets } from './redact-secrets.js';
import { currentRequestId } from './request-scope.js';
import { serializeError } from './serialize-error.js';

/**
 * pino for the whole process: pretty in development, one JSON line an event elsewhere.
 *
 * @param destination where JSON lines go; the standard output by default
 */
export function createRootLogger(
  config: Pick<Config, 'LOG_LEVEL' | 'NODE_ENV'>,
  destination?: DestinationStream,
): Logger {
  const options = {
    level: config.LOG_LEVEL,
    formatters: { log: redactSecrets },
    mixin: ofRequest,
    serializers: { err: serializeError },
  };
  if (destination) return pino(options, destination);
  // A write for every line would cost each request a system call; lines wait for each other, a quarter of a second at most.
  if (config.NODE_ENV !== 'development')
    return pino(options, pino.destination({ sync: false, minLength: 4096, periodicFlush: 250 }));
  return pino({
    ...options,
    transport: { target: 'pino-pretty', options: { singleLine: true, ignore: 'pid,hostname' } },
  });
}

/** Whatever is logged for a request carries its id. */
function ofRequest(): { requestId?: string } {
  const requestId = currentRequestId();
  return requestId === undefined ? {} : { requestId };
}
