import { isOrigin, isProxy } from './network-words.js';
import { Bytes, Choice, Duration, Flag, HttpUrl, Integer, List, Text } from './setting.decorator.js';

const MB = 1024 ** 2;
const DAY = 86_400;

/**
 * Every setting of the server, under the name of its environment variable.
 *
 * The only door to the environment: inject it. Initializers are the defaults. `.env.example` and the table in
 * the README are generated from it with `npm run config`.
 */
export class Config {
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

  @Bytes(1024, 48 * MB, { group: 'HTTP', about: 'Largest request body.', shownDefault: '16MB' })
  readonly MAX_CONTENT_LENGTH: number = 16 * MB;

  @Integer(4, 200, { group: 'HTTP', about: 'Deepest nesting of a JSON body or a JSON query parameter.' })
  readonly MAX_JSON_DEPTH: number = 50;

  @List(isOrigin, 'hold origins such as https://app.example.com, without a path, or *', {
    group: 'HTTP',
    about: 'Origins that browsers may call from, comma-separated; `*` for all. None by default.',
    shownDefault: '',
  })
  readonly CORS_ORIGINS: string[] = [];

  @List(isProxy, 'hold addresses and CIDRs, or be true', {
    group: 'HTTP',
    about:
      'Proxies (addresses or CIDRs, or `true` for any) whose `X-Forwarded-*` headers are believed. None by default.',
    shownDefault: '',
  })
  readonly TRUST_PROXY: string[] = [];

  @Integer(1000, 3_600_000, {
    group: 'HTTP',
    about: 'Time in which a client must have sent its whole request, in milliseconds.',
  })
  readonly HTTP_REQUEST_TIMEOUT_MS: number = 30_000;

  @Integer(1000, 600_000, {
    group: 'HTTP',
    about: 'Time for which an idle connection is kept open, in milliseconds.',
  })
  readonly HTTP_KEEP_ALIVE_MS: number = 72_000;

  @Flag({
    group: 'HTTP',
    about: 'Serve the API explorer at `/docs` and the OpenAPI document at `/docs-json`.',
  })
  readonly DOCS_ENABLED: boolean = true;

  @Integer(1, 100_000, { group: 'Storage', about: 'Documents in a list that names no `limit`.' })
  readonly STORAGE_DEFAULT_LIMIT: number = 100;

  @Integer(1, 100_000, { group: 'Storage', about: 'Most documents in one list or one pipeline result.' })
  readonly STORAGE_MAX_LIMIT: number = 1000;

  @Integer(1, 100_000, { group: 'Storage', about: 'Most documents in one insert.' })
  readonly STORAGE_MAX_INSERT: number = 1000;

  @Integer(1, 1000, {
    group: 'Storage',
    about: 'Most stages in one pipeline, those of sub-pipelines included.',
  })
  readonly STORAGE_MAX_STAGES: number = 50;

  @Integer(2, 200, { group: 'Storage', about: 'Deepest nesting of a query, an update or a pipeline.' })
  readonly STORAGE_MAX_QUERY_DEPTH: number = 20;

  @Integer(1, 100_000, { group: 'Storage', about: 'Most values in one list of a query, such as `$in`.' })
  readonly STORAGE_MAX_LIST: number = 1000;

  @Integer(1, 32_764, { group: 'Storage', about: 'Longest regular expression, in characters.' })
  readonly STORAGE_MAX_PATTERN: number = 512;

  @Integer(4, 16, {
    group: 'Accounts',
    about: 'Cost of bcrypt, a power of two of rounds. Production refuses less than 12.',
  })
  readonly AUTH_BCRYPT_COST: number = 12;

  /** {@link BASE_URL}, or where the server listens when that is not set. No trailing slash. */
  get baseUrl(): string {
    return (this.BASE_URL ?? `http://127.0.0.1:${this.SERVER_PORT}`).replace(/\/+$/, '');
  }

  get isProduction(): boolean {
    return this.NODE_ENV === 'production';
  }
}
