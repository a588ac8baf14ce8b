import { Choice, Text } from '../setting.decorator.js';
import { MailSettings } from './mail.settings.js';

/** Files: where they are kept and what they may be. */
export class ArchiveSettings extends MailSettings {
  @Text({ group: 'Archive', about: 'Collection of what is known of files.' })
  readonly MONGODB_ARCHIVE_COLLECTION: string = '_ARCHIVE';

  @Choice(['disk', 'gridfs', 's3'], { group: 'Archive', about: 'Where the bytes of files are kept.' })
  readonly ARCHIVE_DRIVER: 'disk' | 'gridfs' | 's3' = 'disk';
}
