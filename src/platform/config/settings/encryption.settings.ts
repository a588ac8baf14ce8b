import { Text } from '../setting.decorator.js';
import { VaultSettings } from './vault.settings.js';

/** What is encrypted at rest. */
export class EncryptionSettings extends VaultSettings {
  @Text({
    group: 'Operations',
    about:
      'Keys of encrypted fields, as `id:base64` of 32 bytes each, comma-separated; the first encrypts, all decrypt. Unset: a key derived from `SERVER_SECRET`.',
    secret: true,
    live: true,
    optional: true,
  })
  readonly ENCRYPTION_KEYS?: string;
}
