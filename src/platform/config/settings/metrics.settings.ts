import { Text } from '../setting.decorator.js';
import { ExecutionSettings } from './execution.settings.js';

/** What operators see of the server. */
export class MetricsSettings extends ExecutionSettings {
  @Text({
    group: 'Operations',
    about:
      'Bearer token that a scraper of `/metrics` sends. Unset: only requests that come straight from this machine are answered.',
    secret: true,
    live: true,
    optional: true,
  })
  readonly METRICS_KEY?: string;
}
