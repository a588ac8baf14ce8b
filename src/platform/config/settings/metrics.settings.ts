import { isNetwork } from '../network-words.js';
import { List, Text } from '../setting.decorator.js';
import { ExecutionSettings } from './execution.settings.js';

/** What operators see of the server. */
export class MetricsSettings extends ExecutionSettings {
  @Text({
    group: 'Operations',
    about: 'Bearer token that a scraper of `/metrics` sends.',
    secret: true,
    live: true,
    optional: true,
  })
  readonly METRICS_KEY?: string;

  @List(isNetwork, 'hold addresses and CIDRs', {
    group: 'Operations',
    about:
      'Networks (addresses or CIDRs) whose scrapers need no key. By default this machine alone, and nobody once there is a METRICS_KEY.',
    shownDefault: '',
  })
  readonly METRICS_ALLOW: string[] = [];
}
