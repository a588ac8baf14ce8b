import { Module, type DynamicModule, type ModuleMetadata } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE } from '@nestjs/core';
import type { Logger } from 'pino';
import { CacheModule } from './platform/cache/cache.module.js';
import type { ConfigSources } from './platform/config/config-sources.js';
import { AuditModule } from './platform/audit/audit.module.js';
import { ConfigModule } from './platform/config/config.module.js';
import { DatabaseModule } from './platform/database/database.module.js';
import { EncryptionModule } from './platform/encryption/encryption.module.js';
import { ErrorInterceptor } from './platform/errors/error.interceptor.js';
import { ProblemFilter } from './platform/errors/problem.filter.js';
import { createValidationPipe } from './platform/errors/validation.pipe.js';
import { EventsModule } from './platform/events/events.module.js';
import { HealthModule } from './platform/health/health.module.js';
import { ModulesModule } from './platform/modules/modules.module.js';
import { IdempotencyModule } from './platform/http/idempotency/idempotency.module.js';
import { HttpModule } from './platform/http/http.module.js';
import { JobsModule } from './platform/jobs/jobs.module.js';
import { LimitsModule } from './platform/limits/limits.module.js';
import { LoggingModule } from './platform/logging/logging.module.js';
import { OutboundModule } from './platform/outbound/outbound.module.js';
import { MetricsModule } from './platform/metrics/metrics.module.js';
import { ApiKeyGuard } from './platform/security/api-key.guard.js';
import { JwtGuard } from './platform/security/jwt.guard.js';
import { RedisModule } from './platform/redis/redis.module.js';
import { RulesModule } from './platform/security/rules/rules.module.js';
import { SecretsModule } from './platform/secrets/secrets.module.js';
import { MailModule } from './platform/mail/mail.module.js';
import { SecurityModule } from './platform/security/security.module.js';
import { TracingModule, type EndTraces } from './platform/tracing/tracing.module.js';
import { TenancyModule } from './platform/tenancy/tenancy.module.js';
import { ArchiveModule } from './services/archive/index.js';
import { AuthModule } from './services/auth/index.js';
import { GenerationModule } from './services/generation/index.js';
import { ExecutionModule } from './services/execution/index.js';
import { KeyModule } from './services/key/index.js';
import { OperationsModule } from './services/operations/index.js';
import { ProjectModule } from './services/project/index.js';
import { SchemaModule } from './services/schema/index.js';
import { PaymentModule } from './services/payment/index.js';
import { StorageModule } from './services/storage/index.js';
import { WebhookModule } from './services/webhook/index.js';

/** The composition root: every module, and everything that applies to all of them. */
@Module({})
export class AppModule {
  /**
   * @param imports further modules, such as an application under `gateway/` that a test brings along
   * @param endTraces of the traces that have been started
   */
  static forRoot(
    sources: ConfigSources,
    logger: Logger,
    imports: ModuleMetadata['imports'] = [],
    endTraces?: EndTraces,
  ): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.forRoot(sources),
        LoggingModule.forRoot(logger),
        ModulesModule,
        TenancyModule,
        DatabaseModule,
        TracingModule.forRoot(endTraces),
        RedisModule,
        CacheModule,
        EventsModule,
        JobsModule,
        SecurityModule,
        RulesModule,
        EncryptionModule,
        AuditModule,
        SecretsModule,
        MailModule,
        HttpModule,
        HealthModule,
        MetricsModule,
        LimitsModule,
        OutboundModule,
        IdempotencyModule,
        AuthModule,
        ExecutionModule,
        KeyModule,
        OperationsModule,
        ProjectModule,
        SchemaModule,
        StorageModule,
        ArchiveModule,
        GenerationModule,
        PaymentModule,
        WebhookModule,
        ...imports,
      ],
      providers: [
        // Guards run in this order: the key first, for it is cheaper to check than a signature.
        { provide: APP_GUARD, useClass: ApiKeyGuard },
        { provide: APP_GUARD, useClass: JwtGuard },
        { provide: APP_PIPE, useFactory: createValidationPipe },
        { provide: APP_INTERCEPTOR, useClass: ErrorInterceptor },
        { provide: APP_FILTER, useClass: ProblemFilter },
      ],
    };
  }
}
