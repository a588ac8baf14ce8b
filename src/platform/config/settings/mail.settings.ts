import { Text } from '../setting.decorator.js';
import { AccountsSettings } from './accounts.settings.js';

/** Where mail goes. */
export class MailSettings extends AccountsSettings {
  @Text({
    group: 'Mail',
    about: 'SMTP server. Unset: mail is written to `.eml` files in `DATA_DIR/outbox`.',
    optional: true,
  })
  readonly SMTP_HOST?: string;
}
