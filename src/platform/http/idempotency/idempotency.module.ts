import { Global, Module } from '@nestjs/common';
import { IdempotencyInterceptor } from './idempotency.interceptor.js';
import { IdempotencyStore } from './idempotency-store.service.js';

/** What `@Idempotent()` stands on. */
@Global()
@Module({
  providers: [IdempotencyInterceptor, IdempotencyStore],
  exports: [IdempotencyInterceptor, IdempotencyStore],
})
export class IdempotencyModule {}
