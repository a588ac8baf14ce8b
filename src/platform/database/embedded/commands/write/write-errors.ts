import { CommandError } from '../../errors.js';
import type { Document } from '../../types.js';
import type { Operation } from '../../cursors/operation.js';

/** Errors that concern the whole command and not one of its statements. */
const FATAL = new Set([
  'MaxTimeMSExpired',
  'Interrupted',
  'ClientDisconnect',
  'QueryPlanKilled',
  'InternalError',
]);

/** How a statement of a batch failed, as `writeErrors` tells it. */
export function writeError(index: number, error: unknown): Document {
  if (!(error instanceof CommandError) || FATAL.has(error.codeName)) throw error;
  return { index, code: error.code, errmsg: error.message, ...error.extra };
}

/**
 * Runs the statements of a batch: one after the other, stopping at the first error when the batch is ordered.
 *
 * @returns the errors
 */
export async function runStatements<T>(
  statements: readonly T[],
  ordered: boolean,
  operation: Operation,
  run: (statement: T, index: number) => Promise<void>,
): Promise<Document[]> {
  const errors: Document[] = [];
  for (const [index, statement] of statements.entries()) {
    try {
      await run(statement, index);
    } catch (error) {
      errors.push(writeError(index, error));
      if (ordered) break;
    }
    const pause = operation.pause();
    if (pause) await pause;
  }
  return errors;
}
