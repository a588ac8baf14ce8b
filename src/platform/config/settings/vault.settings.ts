import { Duration } from '../setting.decorator.js';
import { LimitsSettings } from './limits.settings.js';

/** Where secrets come from. */
export class VaultSettings extends LimitsSettings {
  @Duration(1, 3600, {
    group: 'Secrets',
    about: 'Pause between two looks at the files that `NAME_FILE` names, in seconds.',
    shownDefault: '5s',
  })
  readonly SECRET_FILES_INTERVAL: number = 5;
}
