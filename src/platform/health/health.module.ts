import { Global, Module } from '@nestjs/common';
import { HealthChecks } from './health-checks.service.js';
import { HealthController } from './health.controller.js';
import { HealthService } from './health.service.js';

/** `/health`, `/health/live` and `/health/ready`; modules register their parts with {@link HealthChecks}. */
@Global()
@Module({
  controllers: [HealthController],
  providers: [HealthChecks, HealthService],
  exports: [HealthChecks],
})
export class HealthModule {}
