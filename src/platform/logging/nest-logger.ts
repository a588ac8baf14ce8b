import { Logger, PinoLogger } from 'nestjs-pino';
import type { Logger as RootLogger } from 'pino';
import { pinoParams } from './request-log.js';

/** Parts of Nest that write a line for every module and every route at each start. */
const CHATTY_CONTEXTS = new Set<unknown>(['InstanceLoader', 'RoutesResolver', 'RouterExplorer']);

/** Hands Nest's log to pino, its boot chatter as `debug`. */
export class NestLogger extends Logger {
  constructor(root: RootLogger) {
    super(new PinoLogger(pinoParams(root)), pinoParams(root));
  }

  override log(message: unknown, ...optionalParams: unknown[]): void {
    if (CHATTY_CONTEXTS.has(optionalParams.at(-1))) this.debug(message, ...optionalParams);
    else super.log(message, ...optionalParams);
  }
}
