import 'reflect-metadata';
import type { ModuleMetadata } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger } from 'pino';
import { AppModule } from './app.module.js';
import type { Config } from './platform/config/config.js';
import { ConfigSources } from './platform/config/config-sources.js';
import { checkRequests, createFastifyAdapter } from './platform/http/fastify-adapter.js';
import { GracefulShutdown } from './platform/http/graceful-shutdown.service.js';
import { registerHttpPlugins } from './platform/http/security-plugins.js';
import { RequestLimits } from './platform/limits/request-limits.service.js';
import { NestLogger } from './platform/logging/nest-logger.js';
import { createRootLogger } from './platform/logging/root-logger.js';
import { HttpMetrics } from './platform/metrics/http-metrics.service.js';
import { serveOpenApi } from './platform/openapi/openapi.js';
import { traceRequests } from './platform/tracing/http-tracing.js';
import { tracesAreWanted } from './platform/tracing/traces-are-wanted.js';
import type { EndTraces } from './platform/tracing/tracing.module.js';
import { ProjectContext } from './platform/tenancy/project-context.service.js';

export interface CreateAppOptions {
  /** Where settings come from, and come from again when they change; by default files, Vault and the environment. */
  sources?: ConfigSources;
  /** Settings that stay as they are, instead of {@link sources}. */
  config?: Config;
  /** Further modules beside those of the product. */
  imports?: ModuleMetadata['imports'];
  /** Where to log; to the standard output by default. */
  logger?: Logger;
  /** Build the graph without instantiating anything: no database, no network. */
  preview?: boolean;
}

/**
 * Builds the application, in the one way that the server, the tests and the command line share. It does not
 * listen yet.
 *
 * @throws ConfigError when a setting is not valid
 */
export async function createApp(options: CreateAppOptions = {}): Promise<NestFastifyApplication> {
  const sources = await sourcesOf(options);
  const { config } = sources;
  const logger = options.logger ?? createRootLogger(config);
  const endTraces = options.preview ? undefined : await tracesOf(config, logger);
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.forRoot(sources, logger, options.imports, endTraces),
    createFastifyAdapter(config, logger),
    { logger: new NestLogger(logger), bodyParser: false, preview: options.preview, abortOnError: false },
  );
  if (options.preview) return app;
  // First, so that what the others refuse is seen as well.
  if (endTraces) traceRequests(app.getHttpAdapter().getInstance());
  await registerHttpPlugins(app);
  app.get(HttpMetrics).install(app.getHttpAdapter().getInstance());
  // After the plugins, so that a refusal carries their headers as well.
  app.get(GracefulShutdown).install();
  app.get(ProjectContext).install(app.getHttpAdapter().getInstance());
  app.get(RequestLimits).install(app.getHttpAdapter().getInstance());
  checkRequests(app.getHttpAdapter().getInstance());
  serveOpenApi(app);
  return app;
}

/** Nothing of OpenTelemetry's SDK is loaded while no collector is named. */
async function tracesOf(config: Config, logger: Logger): Promise<EndTraces | undefined> {
  if (!tracesAreWanted(config)) return undefined;
  const { startTraces } = await import('./platform/tracing/start-traces.js');
  return startTraces(config, logger);
}

async function sourcesOf({ sources, config }: CreateAppOptions): Promise<ConfigSources> {
  if (sources) return sources;
  return config ? ConfigSources.fixed(config) : ConfigSources.open();
}
