import { Bytes, Integer, Text } from '../setting.decorator.js';
import { EncryptionSettings } from './encryption.settings.js';

/** Where the log goes. */
export class LoggingSettings extends EncryptionSettings {
  @Text({
    group: 'Logging',
    about:
      'Directory of log files, `coglex-….log` and `audit-….log`, beside the standard output. Unset: no files.',
    optional: true,
  })
  readonly LOG_DIR?: string;

  @Bytes(1024, 1024 ** 4, {
    group: 'Logging',
    about: 'Size from which on another log file is begun, as one is each day at midnight UTC.',
    shownDefault: '100MB',
  })
  readonly LOG_MAX_SIZE: number = 100 * 1024 ** 2;

  @Integer(1, 3650, { group: 'Logging', about: 'Days after which log files are removed.' })
  readonly LOG_MAX_DAYS: number = 14;
}
