import type { BanRule, RateLimit } from '../limit-words.js';
import { Ban, Limit } from '../setting.decorator.js';
import { RedisSettings } from './redis.settings.js';

const group = 'Limits';

/** A limit of the routes of one service; there is none by default. */
const Service = (name: string) =>
  Limit({
    group,
    about: `Requests to \`/service/${name}\` of each API key, or of each address without one.`,
    optional: true,
  });

/**
 * How often one may call, as `count/seconds` in any such span of time, or `off`. What is not set has the default, which
 * spares secret keys; what is set holds for everybody.
 */
export class LimitsSettings extends RedisSettings {
  @Limit({
    group,
    about:
      'Requests of each address (IPv6: of each /64), as `count/seconds`, or `off`. Unset: for requests without a secret key only; set: for all.',
    shownDefault: '1000/60',
    optional: true,
  })
  readonly RATE_LIMIT_IP?: RateLimit;

  @Limit({
    group,
    about: 'Requests of each signed-in user. Unset: for requests without a secret key only; set: for all.',
    shownDefault: '1000/60',
    optional: true,
  })
  readonly RATE_LIMIT_USER?: RateLimit;

  @Limit({ group, about: 'Requests of each API key, `SERVER_SECRET` included.', optional: true })
  readonly RATE_LIMIT_KEY?: RateLimit;

  @Limit({
    group,
    about:
      'Failed authentications of each address, after which its further attempts are refused unseen. Unset: secret keys are spared; set: for all.',
    shownDefault: '60/60',
    optional: true,
  })
  readonly RATE_LIMIT_AUTH?: RateLimit;

  @Ban({
    group,
    about:
      'When an address that goes on in spite of refusals is banned, as `violations/seconds/banned-seconds`, or `off`. Unset: secret keys are spared; set: for all.',
    shownDefault: '200/300/900',
    optional: true,
  })
  readonly RATE_LIMIT_BAN?: BanRule;

  @Service('storage')
  readonly RATE_LIMIT_STORAGE?: RateLimit;

  @Service('archive')
  readonly RATE_LIMIT_ARCHIVE?: RateLimit;

  @Service('payment')
  readonly RATE_LIMIT_PAYMENT?: RateLimit;

  @Service('webhook')
  readonly RATE_LIMIT_WEBHOOK?: RateLimit;

  @Service('generation')
  readonly RATE_LIMIT_GENERATION?: RateLimit;

  @Service('execution')
  readonly RATE_LIMIT_EXECUTION?: RateLimit;

  @Service('schema')
  readonly RATE_LIMIT_SCHEMA?: RateLimit;

  @Service('project')
  readonly RATE_LIMIT_PROJECT?: RateLimit;

  @Service('operations')
  readonly RATE_LIMIT_OPERATIONS?: RateLimit;
}
