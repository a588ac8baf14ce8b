import type { IncomingHttpHeaders } from 'node:http';

/** What a client may already have. */
export interface Validators {
  /** Strong, with its quotes. */
  etag: string;
  modified: Date;
}

/** HTTP knows seconds. */
const seconds = (date: Date) => Math.floor(date.getTime() / 1000);

/**
 * Decides on a conditional GET (RFC 9110, section 13.2.2).
 *
 * @returns the status that ends the request; `undefined` when it goes on
 */
export function precondition(
  headers: IncomingHttpHeaders,
  { etag, modified }: Validators,
): 304 | 412 | undefined {
  const { 'if-match': match, 'if-none-match': noneMatch } = headers;
  if (match !== undefined) {
    if (!lists(match, etag, 'strong')) return 412;
  } else {
    const since = dateOf(headers['if-unmodified-since']);
    if (since !== undefined && seconds(modified) > since) return 412;
  }
  if (noneMatch !== undefined) return lists(noneMatch, etag, 'weak') ? 304 : undefined;
  const since = dateOf(headers['if-modified-since']);
  return since !== undefined && seconds(modified) <= since ? 304 : undefined;
}

/** Whether a range may be sent: what the client has of the file is of the same version. */
export function rangeApplies(headers: IncomingHttpHeaders, { etag, modified }: Validators): boolean {
  const condition = headers['if-range'];
  if (condition === undefined) return true;
  if (typeof condition !== 'string') return false;
  return condition.includes('"') ? condition.trim() === etag : dateOf(condition) === seconds(modified);
}

function lists(header: string, etag: string, comparison: 'strong' | 'weak'): boolean {
  if (header.trim() === '*') return true;
  return header.split(',').some((tag) => {
    const sent = tag.trim();
    return sent === etag || (comparison === 'weak' && sent === `W/${etag}`);
  });
}

function dateOf(header: string | undefined): number | undefined {
  const time = header === undefined ? NaN : Date.parse(header);
  return Number.isNaN(time) ? undefined : Math.floor(time / 1000);
}
