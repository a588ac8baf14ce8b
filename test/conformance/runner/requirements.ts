import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { Requirement } from './case-format.js';

/**
 * The requirements that the tested server does not meet.
 *
 * @param uri address of a foreign server; `undefined` for the embedded engine
 */
export function unmetRequirements(uri: string | undefined): ReadonlySet<Requirement> {
  if (uri === undefined) return new Set(['fullServer']);
  // Jest wants to know what is skipped before anything asynchronous can run.
  const probe = join(import.meta.dirname, 'probe-server.mts');
  const isStandalone = JSON.parse(
    execFileSync(process.execPath, [probe, uri], { encoding: 'utf8' }),
  ) as boolean;
  return new Set<Requirement>(isStandalone ? ['linearRegex'] : ['linearRegex', 'standalone']);
}
