import { isHeaderList, isPairList, isRatio } from '../tracing-words.js';
import { Choice, Flag, HttpUrl, Text, Words } from '../setting.decorator.js';
import { MetricsSettings } from './metrics.settings.js';

const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;

const group = 'Traces';

/** Where traces go, by the variables of OpenTelemetry's specification. */
export class TracingSettings extends MetricsSettings {
  @HttpUrl({
    group,
    about:
      'Collector of traces, such as `http://collector:4318`; `/v1/traces` is added. Unset: there are no traces.',
    optional: true,
  })
  readonly OTEL_EXPORTER_OTLP_ENDPOINT?: string;

  @HttpUrl({ group, about: 'The whole address for traces, instead of the above.', optional: true })
  readonly OTEL_EXPORTER_OTLP_TRACES_ENDPOINT?: string;

  @Words(isHeaderList, 'be name=value pairs, comma-separated', {
    group,
    about: 'Headers for the collector, such as `authorization=Bearer%20abc`, comma-separated.',
    secret: true,
    optional: true,
  })
  readonly OTEL_EXPORTER_OTLP_HEADERS?: string;

  @Choice(['http/protobuf'], { group, about: 'Protocol of the collector.' })
  readonly OTEL_EXPORTER_OTLP_PROTOCOL: string = 'http/protobuf';

  @Choice(['otlp', 'none'], { group, about: 'Where traces go.' })
  readonly OTEL_TRACES_EXPORTER: 'otlp' | 'none' = 'otlp';

  @Text({ group, about: 'Name of this service in traces.' })
  readonly OTEL_SERVICE_NAME: string = 'coglex';

  @Words(isPairList, 'be name=value pairs, comma-separated', {
    group,
    about:
      'Further attributes of this service, such as `deployment.environment.name=production`, comma-separated.',
    optional: true,
  })
  readonly OTEL_RESOURCE_ATTRIBUTES?: string;

  @Choice(SAMPLERS, { group, about: 'Which traces are kept.' })
  readonly OTEL_TRACES_SAMPLER: (typeof SAMPLERS)[number] = 'parentbased_always_on';

  @Words(isRatio, 'be a number from 0 to 1', {
    group,
    about: 'Part of the traces that a `traceidratio` sampler keeps, from 0 to 1.',
  })
  readonly OTEL_TRACES_SAMPLER_ARG: string = '1';

  @Flag({ group, about: 'Make no traces, whatever else is set.' })
  readonly OTEL_SDK_DISABLED: boolean = false;
}
