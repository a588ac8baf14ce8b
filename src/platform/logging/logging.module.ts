import { Module, type DynamicModule } from '@nestjs/common';
import { LoggerModule } from 'nestjs-pino';
import type { Logger } from 'pino';
import { pinoParams } from './request-log.js';

/** Makes `PinoLogger` injectable everywhere; inside a request its lines carry the `requestId`. */
@Module({})
export class LoggingModule {
  static forRoot(logger: Logger): DynamicModule {
    return {
      module: LoggingModule,
      imports: [LoggerModule.forRoot(pinoParams(logger))],
    };
  }
}
