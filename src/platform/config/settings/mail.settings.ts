import { Duration, Integer, Text } from '../setting.decorator.js';
import { OAuthSettings } from './oauth.settings.js';

/** Where mail goes. */
export class MailSettings extends OAuthSettings {
  @Text({
    group: 'Mail',
    about: 'SMTP server. Unset: mail is written to `.eml` files in `DATA_DIR/outbox`.',
    optional: true,
  })
  readonly SMTP_HOST?: string;

  @Integer(1, 65_535, {
    group: 'Mail',
    about: 'Port of the SMTP server; 465 begins with TLS, all others ask for it.',
  })
  readonly SMTP_PORT: number = 587;

  @Text({ group: 'Mail', about: 'User of the SMTP server.', live: true, optional: true })
  readonly SMTP_USER?: string;

  @Text({ group: 'Mail', about: 'Password of that user.', secret: true, live: true, optional: true })
  readonly SMTP_PASSWORD?: string;

  @Text({ group: 'Mail', about: 'Sender of all mail.' })
  readonly SMTP_SENDER: string = 'Coglex <no-reply@localhost>';

  @Duration(1, 3600, {
    group: 'Mail',
    about: 'Pause before a mail is tried again, in seconds or as `1m`; it doubles each time, up to an hour.',
    shownDefault: '5s',
  })
  readonly MAIL_RETRY: number = 5;
}
