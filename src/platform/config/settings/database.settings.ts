import { Integer, Text } from '../setting.decorator.js';
import { ServerSettings } from './server.settings.js';

/** The database behind everything. */
export class DatabaseSettings extends ServerSettings {
  @Text({
    group: 'Database',
    about: 'MongoDB to use (`mongodb://…` or `mongodb+srv://…`). Unset: the embedded engine in `DATA_DIR`.',
    secret: true,
    optional: true,
  })
  readonly MONGODB_URI?: string;

  @Text({ group: 'Database', about: 'Database of the default project.' })
  readonly MONGODB_DATABASE: string = 'coglex';

  @Text({ group: 'Database', about: 'Default collection of user accounts.' })
  readonly MONGODB_AUTH_COLLECTION: string = '_USERS';

  @Integer(1, 1000, { group: 'Database', about: 'Most connections in the pool.' })
  readonly MONGODB_POOL_SIZE: number = 50;

  @Integer(1, 600_000, { group: 'Database', about: 'Longest time that one query may run, in milliseconds.' })
  readonly MONGODB_MAX_TIME_MS: number = 10_000;
}
