import { Config } from '../../src/platform/config/config.js';
import { ProjectContext } from '../../src/platform/tenancy/project-context.service.js';
import { OpenCollections } from '../../src/platform/database/query/open-collections.service.js';
import { QueryGuard } from '../../src/platform/database/query/query-guard.service.js';
import { CoglexError } from '../../src/platform/errors/coglex-error.js';

/** A guard with the default settings but for these. */
export function guardWith(settings: Partial<Config> = {}): QueryGuard {
  const config = Object.assign(new Config(), settings);
  return new QueryGuard(config, new OpenCollections(config, new ProjectContext()));
}

/** What a guard says when it refuses; fails when it does not. */
export function refusalOf(run: () => unknown): { code: string; place: string; detail: string } {
  try {
    run();
  } catch (error) {
    if (!(error instanceof CoglexError)) throw error;
    return { code: error.code, place: error.errors?.[0].field ?? '', detail: error.detail };
  }
  throw new Error('It was let through');
}

/** The same value as it comes out of a JSON parser. */
export const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
