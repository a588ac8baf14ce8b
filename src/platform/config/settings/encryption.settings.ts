import { VaultSettings } from './vault.settings.js';

/** What is encrypted at rest. */
export class EncryptionSettings extends VaultSettings {}
