import { Duration, Integer } from '../setting.decorator.js';
import { HttpSettings } from './http.settings.js';

const DAY = 86_400;

/** Keys and projects. */
export class TenancySettings extends HttpSettings {
  @Integer(1, 10_000, { group: 'Keys and projects', about: 'Most API keys of one project.' })
  readonly KEYS_MAX: number = 1000;

  @Integer(1, 10_000, {
    group: 'Keys and projects',
    about: 'Most projects, those in their grace period included.',
  })
  readonly PROJECTS_MAX: number = 1000;

  @Duration(60, 365 * DAY, {
    group: 'Keys and projects',
    about: 'Time in which a deleted project can be restored, in seconds or as `7d`, `12h`.',
    shownDefault: '7d',
  })
  readonly PROJECT_DELETION_GRACE: number = 7 * DAY;
}
