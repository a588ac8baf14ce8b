import { Injectable } from '@nestjs/common';
import { Config } from '../../platform/config/config.js';
import { CoglexError } from '../../platform/errors/coglex-error.js';

/** Sends browsers nowhere but to addresses on the list of the operator. */
@Injectable()
export class Redirects {
  constructor(private readonly config: Config) {}

  /** @throws CoglexError `redirect_refused` */
  check(redirect: string): URL {
    const url = URL.canParse(redirect) ? new URL(redirect) : undefined;
    if (!url || !this.config.OAUTH_REDIRECTS.some((allowed) => admits(new URL(allowed), url)))
      throw new CoglexError('redirect_refused', {
        detail: 'The redirect is not one of OAUTH_REDIRECTS.',
        errors: [{ field: '/redirect', message: 'redirect must be one of OAUTH_REDIRECTS' }],
      });
    return url;
  }

  /** An allowed address with further parameters. */
  with(redirect: string, parameters: Record<string, string>): string {
    const url = this.check(redirect);
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    return url.href;
  }
}

/** An origin without a path stands for all its pages; anything else for itself alone. */
function admits(allowed: URL, url: URL): boolean {
  if (url.username !== '' || url.password !== '' || url.hash !== '') return false;
  if (allowed.href === `${allowed.origin}/`) return url.origin === allowed.origin;
  return url.href === allowed.href;
}
