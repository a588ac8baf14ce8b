import { Module, RequestMethod } from '@nestjs/common';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { LoggerModule } from 'nestjs-pino';
import type { Options } from 'pino-http';
import { Config } from '../config/config.js';

/** Never written, whoever logs the object that holds them. */
const REDACTED = [
  'authorization',
  'cookie',
  '["x-api-key"]',
  '["set-cookie"]',
  'password',
  '_password',
  'token',
  'secret',
].flatMap((key) =>
  key.startsWith('[')
    ? [`req.headers${key}`, `headers${key}`]
    : [`req.headers.${key}`, `headers.${key}`, key, `*.${key}`],
);

/** One line a request, without bodies and query strings: both hold what callers would not want in a log. */
export function httpLogOptions(config: Config): Options {
  return {
    level: config.LOG_LEVEL,
    redact: { paths: REDACTED, censor: '[redacted]' },
    autoLogging: { ignore: (request) => request.url?.startsWith('/health/') ?? false },
    quietReqLogger: true,
    serializers: {
      req: (request: { id: string; method: string; url: string; remoteAddress?: string }) => ({
        id: request.id,
        method: request.method,
        path: request.url.split('?', 1)[0],
        ip: request.remoteAddress,
      }),
      res: (response: { statusCode: number }) => ({ status: response.statusCode }),
    },
    customLogLevel: (_request: IncomingMessage, response: ServerResponse, error?: Error) =>
      error || response.statusCode >= 500 ? 'error' : 'info',
    customSuccessMessage: (request, response) =>
      `${request.method} ${request.url?.split('?', 1)[0]} ${response.statusCode}`,
    customErrorMessage: (request, response) =>
      `${request.method} ${request.url?.split('?', 1)[0]} ${response.statusCode}`,
    transport:
      config.NODE_ENV === 'development'
        ? { target: 'pino-pretty', options: { singleLine: true, ignore: 'pid,hostname' } }
        : undefined,
  };
}

/** pino for the whole application: pretty in development, one JSON line an event elsewhere. */
@Module({
  imports: [
    LoggerModule.forRootAsync({
      inject: [Config],
      useFactory: (config: Config) => ({
        pinoHttp: httpLogOptions(config),
        forRoutes: [{ path: '{*path}', method: RequestMethod.ALL }],
      }),
    }),
  ],
})
export class LoggingModule {}
