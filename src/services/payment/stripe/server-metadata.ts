import { CoglexError } from '../../../platform/errors/coglex-error.js';
import { DEFAULT_PROJECT } from '../../../platform/tenancy/project-context.service.js';
import { objectAt, textAt } from './read.js';

/** Names in the metadata of Stripe's objects that only this server sets. */
const PREFIX = 'coglex_';

const PROJECT = /^[\w-]{1,64}$/;
const PAYMENT = /^[0-9a-f]{24}$/;

/** What this server notes on an object of Stripe, to know it again. */
export interface ServerMetadata {
  project: string;
  payment?: string;
  user?: string;
}

/** The caller's metadata together with the server's own, as it goes to Stripe. */
export function withServerMetadata(
  metadata: Record<string, string> | undefined,
  own: ServerMetadata,
): Record<string, string> {
  const noted = Object.entries(own).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return {
    ...metadata,
    ...Object.fromEntries(noted.map(([name, value]) => [`${PREFIX}${name}`, value])),
  };
}

/** What this server has noted on an object; without a project when it is not ours. */
export function serverMetadata(object: unknown, ...path: string[]): Partial<ServerMetadata> {
  const read = (name: string) => textAt(object, ...path, 'metadata', `${PREFIX}${name}`);
  const project = read('project');
  const payment = read('payment');
  if (project === undefined || !PROJECT.test(project)) return {};
  return {
    project,
    ...(payment !== undefined && PAYMENT.test(payment) ? { payment } : {}),
    user: read('user'),
  };
}

/** The metadata that the caller has set. */
export function callerMetadata(object: unknown, ...path: string[]): Record<string, string> | undefined {
  const metadata = objectAt(object, ...path, 'metadata');
  if (!metadata) return undefined;
  const own = Object.entries(metadata).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string' && !entry[0].startsWith(PREFIX),
  );
  return Object.fromEntries(own);
}

export const isServerMetadata = (name: string): boolean => name.toLowerCase().startsWith(PREFIX);

/**
 * Refuses an object of Stripe that belongs to another project: projects may share an account there.
 *
 * @throws CoglexError `not_found`
 */
export function assertOwn(object: unknown, project: string, what: string): void {
  if ((serverMetadata(object).project ?? DEFAULT_PROJECT) !== project) throw noSuch(what);
}

export const noSuch = (what: string): CoglexError =>
  new CoglexError('not_found', { detail: `There is no such ${what}.` });
