import { Global, Module, type DynamicModule } from '@nestjs/common';
import { LoggerModule } from 'nestjs-pino';
import type { Logger } from 'pino';
import { NestLogger } from './nest-logger.js';
import { pinoParams } from './request-log.js';

/** Makes `PinoLogger` injectable everywhere; inside a request its lines carry the `requestId`. */
@Global()
@Module({})
export class LoggingModule {
  static forRoot(logger: Logger): DynamicModule {
    return {
      module: LoggingModule,
      imports: [LoggerModule.forRoot(pinoParams(logger))],
      providers: [NestLogger],
      exports: [NestLogger],
    };
  }
}
