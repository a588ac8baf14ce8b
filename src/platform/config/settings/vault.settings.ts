import { LimitsSettings } from './limits.settings.js';

/** Where secrets come from. */
export class VaultSettings extends LimitsSettings {}
