import { Global, Module, type ModuleMetadata, type Type } from '@nestjs/common';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { getConnectionToken } from '@nestjs/mongoose';
import { Test, type TestingModule } from '@nestjs/testing';
import type { FastifyRequest } from 'fastify';
import { createConnection } from 'mongoose';
import { PinoLogger } from 'nestjs-pino';
import { ConfigModule } from '../../src/platform/config/config.module.js';
import { ConfigSources } from '../../src/platform/config/config-sources.js';
import type { Config } from '../../src/platform/config/config.js';
import { loadConfig } from '../../src/platform/config/load-config.js';
import { Database } from '../../src/platform/database/database.service.js';
import { ModuleRegistry } from '../../src/platform/modules/module-registry.service.js';
import { PubSub } from '../../src/platform/redis/pub-sub.service.js';
import { Redis } from '../../src/platform/redis/redis.service.js';
import { SecurityModule } from '../../src/platform/security/security.module.js';
import { TenancyModule } from '../../src/platform/tenancy/tenancy.module.js';

/** Settings of a unit test: those of a test run, with a secret and cheap hashes. */
export function testConfig(env: Record<string, string> = {}): Config {
  return loadConfig({
    env: {
      NODE_ENV: 'test',
      SERVER_SECRET: 'unit-test-secret-unit-test-secret-unit-test',
      AUTH_BCRYPT_COST: '4',
      ...env,
    },
    dotenv: null,
  });
}

/** A database that has never been reached: whoever asks it learns that it is not available. */
@Global()
@Module({
  providers: [Database, { provide: getConnectionToken(), useFactory: () => createConnection() }],
  exports: [Database],
})
class AbsentDatabaseModule {}

/** What an instance without Redis has. */
@Global()
@Module({
  providers: [
    ModuleRegistry,
    Redis,
    PubSub,
    { provide: PinoLogger, useFactory: () => new PinoLogger({ pinoHttp: { level: 'silent' } }) },
  ],
  exports: [PubSub],
})
class AbsentRedisModule {}

/** The real {@link SecurityModule} without HTTP and without a database. */
export function createSecurityModule(
  options: { env?: Record<string, string> } & Omit<ModuleMetadata, 'exports'> = {},
): Promise<TestingModule> {
  const { env, imports = [], controllers, providers } = options;
  return Test.createTestingModule({
    imports: [
      ConfigModule.forRoot(ConfigSources.fixed(testConfig(env))),
      AbsentDatabaseModule,
      AbsentRedisModule,
      TenancyModule,
      SecurityModule,
      ...imports,
    ],
    controllers,
    providers,
  }).compile();
}

/** What a guard sees of a request for a handler. */
export function contextOf<T>(
  controller: Type<T>,
  handler: keyof T & string,
  request: {
    method?: string;
    headers?: Record<string, string | string[]>;
    cookies?: Record<string, string>;
  } = {},
): { context: ExecutionContextHost; request: FastifyRequest } {
  const full = {
    method: 'GET',
    headers: {},
    cookies: {},
    address: '192.0.2.1',
    ...request,
  } as FastifyRequest;
  const method = (controller.prototype as T)[handler] as () => unknown;
  return { context: new ExecutionContextHost([full, {}], controller, method), request: full };
}
