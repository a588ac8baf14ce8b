import type { OutcomeDto } from '../dto/outcome.dto.js';
import type { RunOutcome } from '../sandbox/limits.js';
import { exception } from '../worker/failures.js';
import type { RunError } from '../worker/protocol.js';

/** What a run gave, as clients see it. @param maxDepth deepest nesting of a result */
export function outcomeDto(outcome: RunOutcome, maxDepth: number): OutcomeDto {
  const { result, error } = resultOf(outcome, maxDepth);
  return {
    result,
    stdout: outcome.stdout,
    stderr: outcome.stderr,
    duration_ms: Math.round(outcome.durationMs * 100) / 100,
    error,
  };
}

function resultOf(
  { result, error }: RunOutcome,
  maxDepth: number,
): { result: unknown; error: RunError | null } {
  if (error || result === undefined) return { result: null, error: error ?? unreadable() };
  if (isNestedDeeper(result, maxDepth))
    return {
      result: null,
      error: exception('TypeError', `The result is nested deeper than ${maxDepth} levels.`),
    };
  try {
    return { result: JSON.parse(result) as unknown, error: null };
  } catch {
    // Only a worker that was broken into sends what is no JSON.
    return { result: null, error: unreadable() };
  }
}

const unreadable = () => exception('TypeError', 'The result is not JSON.');

/** Looks before parsing: what can be parsed can still be too deep to be written again. */
function isNestedDeeper(text: string, maxDepth: number): boolean {
  let depth = 0;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[{]|[\]}]/g)) {
    if (token === '[' || token === '{') depth += 1;
    else if (token === ']' || token === '}') depth -= 1;
    if (depth > maxDepth) return true;
  }
  return false;
}
