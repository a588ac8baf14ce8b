import { extname } from 'node:path';
import { CoglexError } from '../../../platform/errors/coglex-error.js';

/** Files that models take, by the endings of their names. */
const TYPES = new Map<string, string>(
  Object.entries({
    ...{ png: 'image/png', jpg: 'image/jpeg', jpeg: 'image/jpeg', gif: 'image/gif', webp: 'image/webp' },
    ...{ bmp: 'image/bmp', ico: 'image/x-icon', heic: 'image/heic', heif: 'image/heif' },
    ...{ pdf: 'application/pdf', txt: 'text/plain', md: 'text/markdown', csv: 'text/csv', rtf: 'text/rtf' },
    ...{ html: 'text/html', htm: 'text/html', css: 'text/css', xml: 'text/xml', json: 'application/json' },
    ...{ js: 'text/javascript', mjs: 'text/javascript', ts: 'text/x-typescript', py: 'text/x-python' },
    ...{ java: 'text/x-java', c: 'text/x-c', cpp: 'text/x-c++', go: 'text/x-go', rs: 'text/x-rust' },
    ...{
      rb: 'text/x-ruby',
      php: 'text/x-php',
      sh: 'text/x-shellscript',
      sql: 'text/x-sql',
      yaml: 'text/yaml',
    },
    ...{ yml: 'text/yaml', wav: 'audio/wav', mp3: 'audio/mp3', aiff: 'audio/aiff', aif: 'audio/aiff' },
    ...{ aac: 'audio/aac', ogg: 'audio/ogg', flac: 'audio/flac', mp4: 'video/mp4', mov: 'video/mov' },
    ...{ mpeg: 'video/mpeg', mpg: 'video/mpg', avi: 'video/avi', flv: 'video/x-flv', webm: 'video/webm' },
    ...{ wmv: 'video/wmv', '3gp': 'video/3gpp', '3gpp': 'video/3gpp' },
  }),
);

/** Other names of the same types, as browsers and tools write them. */
const ALIASES = new Map<string, string>(
  Object.entries({
    'image/jpg': 'image/jpeg',
    'image/vnd.microsoft.icon': 'image/x-icon',
    'application/javascript': 'text/javascript',
    'application/x-javascript': 'text/javascript',
    'application/x-python': 'text/x-python',
    'application/x-python-code': 'text/x-python',
    'text/x-script.python': 'text/x-python',
    'application/rtf': 'text/rtf',
    'application/xml': 'text/xml',
    'audio/x-wav': 'audio/wav',
    'audio/wave': 'audio/wav',
    'audio/mpeg': 'audio/mp3',
    'audio/x-aiff': 'audio/aiff',
    'audio/x-flac': 'audio/flac',
    'application/ogg': 'audio/ogg',
    'video/quicktime': 'video/mov',
    'video/x-msvideo': 'video/avi',
    'video/x-ms-wmv': 'video/wmv',
  }),
);

const KNOWN = new Set(TYPES.values());
/** What clients say when they do not know. */
const UNKNOWN = new Set(['', 'application/octet-stream', 'binary/octet-stream']);

/**
 * The type of a file: what the client says of it or, when it does not know, what the name says.
 *
 * @throws CoglexError `unsupported_media_type`
 */
export function fileType(filename: string, claimed: string): string {
  const said = claimed.split(';', 1)[0].trim().toLowerCase();
  const type = UNKNOWN.has(said)
    ? TYPES.get(extname(filename).slice(1).toLowerCase())
    : (ALIASES.get(said) ?? said);
  if (type !== undefined && KNOWN.has(type)) return type;
  throw new CoglexError('unsupported_media_type', {
    detail: 'Models take images, PDF, text and source code, audio and video.',
  });
}
