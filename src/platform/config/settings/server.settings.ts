import { Choice, Duration, HttpUrl, Integer, Text } from '../setting.decorator.js';

const DAY = 86_400;

/** The process itself. */
export class ServerSettings {
  @Choice(['development', 'production', 'test'], {
    group: 'Server',
    about: 'Production demands a real `SERVER_SECRET` and logs JSON.',
  })
  readonly NODE_ENV: 'development' | 'production' | 'test' = 'development';

  @Text({ group: 'Server', about: 'Address that the server listens on.' })
  readonly SERVER_HOST: string = '0.0.0.0';

  @Integer(0, 65_535, { group: 'Server', about: 'Port that the server listens on; 0 takes a free one.' })
  readonly SERVER_PORT: number = 5000;

  @HttpUrl({
    group: 'Server',
    about: 'Address under which clients reach the server.',
    shownDefault: 'http://127.0.0.1:<SERVER_PORT>',
    optional: true,
  })
  readonly BASE_URL?: string;

  @Text({
    group: 'Server',
    about:
      'Root API key, and the source of every signing key. At least 32 characters; required in production, otherwise generated once into the data directory.',
    shownDefault: 'generated',
    secret: true,
    optional: true,
  })
  readonly SERVER_SECRET!: string;

  @Duration(60, 365 * DAY, {
    group: 'Server',
    about: 'Life of a sign-in, in seconds or as `8d`, `12h`.',
    shownDefault: '8d',
  })
  readonly SERVER_SESSION_LIFETIME: number = 8 * DAY;

  @Text({
    group: 'Server',
    about: 'Directory of the embedded engine and of everything else the server keeps.',
  })
  readonly DATA_DIR: string = './data';

  @Choice(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
    group: 'Server',
    about: 'Quietest level that is logged.',
  })
  readonly LOG_LEVEL: string = 'info';
}
