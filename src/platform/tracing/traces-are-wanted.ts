import type { Config } from '../config/config.js';

/** Whether the settings name a collector, and do not turn traces off. */
export const tracesAreWanted = (config: Config): boolean =>
  !config.OTEL_SDK_DISABLED && config.OTEL_TRACES_EXPORTER !== 'none' && tracesUrl(config) !== undefined;

/** Where traces go. */
export function tracesUrl(config: Config): string | undefined {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: base, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: whole } = config;
  return whole ?? (base && `${base.replace(/\/$/, '')}/v1/traces`);
}
