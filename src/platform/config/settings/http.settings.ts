import { isOrigin, isProxy } from '../network-words.js';
import { Bytes, Flag, Integer, List } from '../setting.decorator.js';
import { DatabaseSettings } from './database.settings.js';

const MB = 1024 ** 2;
const GB = 1024 ** 3;

/** What the HTTP server takes and allows. */
export class HttpSettings extends DatabaseSettings {
  @Bytes(1024, 64 * GB, {
    group: 'HTTP',
    about: 'Largest file in one request, and, up to 48 MB, largest body of any other.',
    shownDefault: '16MB',
  })
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
}
