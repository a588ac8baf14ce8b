import { EncryptionSettings } from './encryption.settings.js';

/** Where the log goes. */
export class LoggingSettings extends EncryptionSettings {}
