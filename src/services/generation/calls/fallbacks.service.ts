import { Injectable } from '@nestjs/common';
import { Config } from '../../../platform/config/config.js';
import type { ErrorCode } from '../../../platform/errors/catalogue.js';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import { Drivers } from '../drivers/drivers.service.js';
import type { Ask } from './ask.js';

/** What says something of the provider, and nothing of the request. A blocked prompt stays blocked. */
const PROVIDER_FAULTS = new Set<ErrorCode>([
  'provider_unavailable',
  'provider_timeout',
  'provider_quota',
  'provider_key_invalid',
  'service_unavailable',
  'too_many_requests',
]);

/** Knows which models may answer in the place of the one that was asked for. */
@Injectable()
export class Fallbacks {
  constructor(
    private readonly drivers: Drivers,
    private readonly config: Config,
  ) {}

  /** The model itself, then the others. A caller's own key stays with its provider, and pays for all of them. */
  modelsFor({ model, key }: Pick<Ask, 'model' | 'key'>): string[] {
    const { driver } = this.drivers.route(model);
    const others = this.config.GENERATION_FALLBACKS.filter(
      (other) => key === undefined || this.drivers.route(other).driver === driver,
    );
    return [...new Set([model, ...others])];
  }

  /** Whether another model may do better. */
  helpAgainst(error: unknown): boolean {
    return error instanceof CoglexError && PROVIDER_FAULTS.has(error.code);
  }
}
