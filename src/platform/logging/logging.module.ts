import { Global, Module, type DynamicModule } from '@nestjs/common';
import { LoggerModule } from 'nestjs-pino';
import type { Logger } from 'pino';
import { LogLevelBoard } from './levels/log-level-board.service.js';
import { LogLevels } from './levels/log-levels.js';
import { LogModules } from './levels/log-modules.service.js';
import { LogFiles, ROOT_LOG_FILE } from './log-files.service.js';
import { pinoParams } from './request-log.js';
import { partsOf } from './root-logger.js';

/** Makes `PinoLogger` injectable everywhere; inside a request its lines carry the `requestId`. */
@Global()
@Module({})
export class LoggingModule {
  static forRoot(logger: Logger): DynamicModule {
    const { levels, file } = partsOf(logger);
    return {
      module: LoggingModule,
      imports: [LoggerModule.forRoot(pinoParams(logger))],
      providers: [
        LogModules,
        LogLevelBoard,
        { provide: LogLevels, useValue: levels },
        { provide: ROOT_LOG_FILE, useValue: file ?? null },
        LogFiles,
      ],
      exports: [LogLevelBoard, LogFiles],
    };
  }
}
