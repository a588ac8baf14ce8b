import { Global, Module } from '@nestjs/common';
import { DatabaseMetrics } from './database-metrics.service.js';
import { DatabaseStatusMetrics } from './database-status-metrics.service.js';
import { HttpMetrics } from './http-metrics.service.js';
import { MetricsController } from './metrics.controller.js';
import { QueueMetrics } from './queue-metrics.service.js';
import { Metrics } from './metrics.service.js';

/** `/metrics` for Prometheus; modules add theirs through {@link Metrics}. */
@Global()
@Module({
  controllers: [MetricsController],
  providers: [Metrics, HttpMetrics, DatabaseMetrics, DatabaseStatusMetrics, QueueMetrics],
  exports: [Metrics, HttpMetrics, QueueMetrics],
})
export class MetricsModule {}
