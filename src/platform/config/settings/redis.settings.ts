import { Text } from '../setting.decorator.js';
import { TracingSettings } from './tracing.settings.js';

/** What several instances share beside the database. */
export class RedisSettings extends TracingSettings {
  @Text({
    group: 'Operations',
    about:
      'Redis that several instances share, such as `redis://:password@host:6379/0` or `rediss://…`. Unset: each process is on its own.',
    shownDefault: '',
    secret: true,
    optional: true,
  })
  readonly REDIS_URL?: string;
}
