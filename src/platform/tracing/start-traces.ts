import { randomUUID } from 'node:crypto';
import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
  type Sampler,
} from '@opentelemetry/sdk-trace';
import type { Logger } from 'pino';
import type { Config } from '../config/config.js';
import { PACKAGE_VERSION } from '../config/package-version.js';
import { readPairs } from '../config/tracing-words.js';
import { CalmExporter } from './calm-exporter.js';
import { traceRedis } from './redis-tracing.js';
import { tracesUrl } from './traces-are-wanted.js';
import type { EndTraces } from './tracing.module.js';
import { setTracing } from './tracing-state.js';

/** Longest wait for a collector: while it thinks, spans gather; and at the end the process waits for it. In milliseconds. */
const EXPORT_MS = 5000;
const LAST_EXPORT_MS = 2000;

/** Starts the traces of this process. This file alone loads OpenTelemetry's SDK. */
export function startTraces(config: Config, logger: Logger): EndTraces {
  const headers = Object.fromEntries(readPairs(config.OTEL_EXPORTER_OTLP_HEADERS ?? ''));
  const exporter = new OTLPTraceExporter({ url: tracesUrl(config), headers, timeoutMillis: EXPORT_MS });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      ...Object.fromEntries(readPairs(config.OTEL_RESOURCE_ATTRIBUTES ?? '')),
      'service.name': config.OTEL_SERVICE_NAME,
      'service.version': PACKAGE_VERSION,
      'service.instance.id': randomUUID(),
    }),
    sampler: samplerOf(config),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: new CalmExporter(exporter, logger),
        scheduledDelayMillis: 1000,
        exportTimeoutMillis: EXPORT_MS,
      }),
    ],
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(provider);
  setTracing(true);
  const endRedis = traceRedis();
  return async () => {
    endRedis();
    setTracing(false);
    const enough = new Promise((resolve) => setTimeout(resolve, LAST_EXPORT_MS).unref());
    await Promise.race([provider.shutdown().catch(() => undefined), enough]);
    for (const api of [trace, context, propagation]) api.disable();
  };
}

function samplerOf({ OTEL_TRACES_SAMPLER: name, OTEL_TRACES_SAMPLER_ARG: ratio }: Config): Sampler {
  const root = name.replace('parentbased_', '');
  const sampler =
    root === 'always_off'
      ? new AlwaysOffSampler()
      : root === 'traceidratio'
        ? new TraceIdRatioBasedSampler(Number(ratio))
        : new AlwaysOnSampler();
  return name === root ? sampler : new ParentBasedSampler({ root: sampler });
}
