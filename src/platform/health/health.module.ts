import { Module } from '@nestjs/common';
import { HealthController } from './health.controller.js';
import { HealthService } from './health.service.js';

/** `/health`, `/health/live` and `/health/ready`; modules register with `ModuleRegistry`. */
@Module({
  controllers: [HealthController],
  providers: [HealthService],
})
export class HealthModule {}
