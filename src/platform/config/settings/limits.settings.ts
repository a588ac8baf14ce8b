import { RedisSettings } from './redis.settings.js';

/** How often one may call. */
export class LimitsSettings extends RedisSettings {}
