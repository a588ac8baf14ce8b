import { create as contentDisposition } from 'content-disposition';
import type { StoredFile } from '../files/file.js';
import { isListed } from '../upload/media-type.js';

/** How a browser is asked to treat a file. */
export type Disposition = 'attachment' | 'inline';

/**
 * Nothing in a file runs here: no scripts, no forms, no origin of its own. What it shows of itself is allowed, so
 * that browsers can display pictures and play videos that are opened directly.
 */
const POLICY =
  "default-src 'none'; img-src 'self' data:; media-src 'self'; style-src 'unsafe-inline'; sandbox";

/** Text without its encoding is guessed at, and a guess can be made into something else. */
const withCharset = (mimetype: string) =>
  mimetype.startsWith('text/') ? `${mimetype}; charset=utf-8` : mimetype;

/**
 * Headers under which a file is safe to serve: its sniffed type and no other, and saved instead of shown unless its
 * type is on the list of harmless ones.
 */
export function fileHeaders(
  { filename, mimetype }: Pick<StoredFile, 'filename' | 'mimetype'>,
  wanted: Disposition,
  inlineTypes: readonly string[],
): Record<string, string> {
  const type = wanted === 'inline' && isListed(mimetype, inlineTypes) ? 'inline' : 'attachment';
  return {
    'Content-Type': withCharset(mimetype),
    // Some clients know a name only by its quotes.
    'Content-Disposition': contentDisposition(filename, { type }).replace(
      /filename=([^";]+)/,
      'filename="$1"',
    ),
    'X-Content-Type-Options': 'nosniff',
    'Content-Security-Policy': POLICY,
    'Cache-Control': 'private, no-cache',
  };
}
