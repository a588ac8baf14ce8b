import { isMediaRange } from '../network-words.js';
import { Bytes, Choice, Duration, HttpUrl, Integer, List, Text } from '../setting.decorator.js';
import { MailSettings } from './mail.settings.js';

const MB = 1024 ** 2;
const GB = 1024 ** 3;
const DAY = 86_400;

/** What browsers show without running anything. */
const INLINE_TYPES = [
  ...['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif'],
  ...['video/mp4', 'video/webm', 'audio/mpeg', 'audio/mp4', 'audio/ogg', 'audio/wav', 'audio/flac'],
  'text/plain',
];

/** Files: where they are kept and what they may be. */
export class ArchiveSettings extends MailSettings {
  @Text({ group: 'Archive', about: 'Collection of what is known of files.' })
  readonly MONGODB_ARCHIVE_COLLECTION: string = '_ARCHIVE';

  @Choice(['disk', 'gridfs', 's3'], { group: 'Archive', about: 'Where the bytes of new files are kept.' })
  readonly ARCHIVE_DRIVER: 'disk' | 'gridfs' | 's3' = 'disk';

  @HttpUrl({
    group: 'Archive',
    about: 'Address of the S3-compatible storage; AWS by default.',
    optional: true,
  })
  readonly S3_ENDPOINT?: string;

  @Text({ group: 'Archive', about: 'Region of the bucket.' })
  readonly S3_REGION: string = 'us-east-1';

  @Text({ group: 'Archive', about: 'Bucket for files. Must exist.', optional: true })
  readonly S3_BUCKET?: string;

  @Text({ group: 'Archive', about: 'Access key of the storage.', secret: true, live: true, optional: true })
  readonly S3_ACCESS_KEY_ID?: string;

  @Text({ group: 'Archive', about: 'Secret of the access key.', secret: true, live: true, optional: true })
  readonly S3_SECRET_ACCESS_KEY?: string;

  @Bytes(1024, 5 * 1024 * GB, { group: 'Archive', about: 'Largest resumable upload.', shownDefault: '10GB' })
  readonly ARCHIVE_MAX_SIZE: number = 10 * GB;

  @List(isMediaRange, 'hold media types such as image/png or image/*', {
    group: 'Archive',
    about:
      'Types of files that may be uploaded, by what they hold, comma-separated; `image/*` for all of a kind. All by default.',
    shownDefault: '',
  })
  readonly ARCHIVE_TYPES: string[] = [];

  @List(isMediaRange, 'hold media types such as image/png or image/*', {
    group: 'Archive',
    about: 'Types of files that browsers may show instead of saving.',
    shownDefault: INLINE_TYPES.join(','),
  })
  readonly ARCHIVE_INLINE_TYPES: string[] = INLINE_TYPES;

  @Duration(60, 365 * DAY, {
    group: 'Archive',
    about: 'Time for which an unfinished resumable upload is kept.',
    shownDefault: '1d',
  })
  readonly ARCHIVE_UPLOAD_LIFETIME: number = DAY;

  @Duration(60, 365 * DAY, { group: 'Archive', about: 'Longest life of a signed link.', shownDefault: '7d' })
  readonly ARCHIVE_MAX_LINK: number = 7 * DAY;

  @Duration(1, DAY, {
    group: 'Archive',
    about: 'Time for which the bytes of deleted files stay for those who are reading them, in seconds.',
  })
  readonly ARCHIVE_GRACE: number = 60;

  @Integer(1, 16_384, { group: 'Archive', about: 'Largest width and height of a resized image, in pixels.' })
  readonly ARCHIVE_IMAGE_EDGE: number = 4096;

  @Integer(1, 1000, { group: 'Archive', about: 'Largest image that is resized, in millions of pixels.' })
  readonly ARCHIVE_IMAGE_MEGAPIXELS: number = 50;

  @Bytes(0, 1024 * GB, { group: 'Archive', about: 'Room for resized images on disk.', shownDefault: '512MB' })
  readonly ARCHIVE_IMAGE_CACHE: number = 512 * MB;

  @Text({
    group: 'Archive',
    about: 'clamd that scans files, such as `tcp://127.0.0.1:3310`. Unset: files are not scanned.',
    optional: true,
  })
  readonly CLAMD_URL?: string;
}
