import { Bytes } from '../setting.decorator.js';
import { PaymentSettings } from './payment.settings.js';

const MB = 1024 ** 2;

/** What is kept to be used again. */
export class CacheSettings extends PaymentSettings {
  @Bytes(1024, 4096 * MB, {
    group: 'Cache',
    about: 'Memory that cached answers may take in all.',
    shownDefault: '64MB',
  })
  readonly CACHE_MAX_SIZE: number = 64 * MB;
}
