import type { ModelAnswer, UsageMetadata } from '../content/content.js';
import type { RunStop, TraceEntry } from '../tools/tool-trace.js';

/** The answer to a converse request. */
export interface ConverseAnswer extends ModelAnswer {
  /** The model that answered. */
  model: string;
  /** The thread that was continued. */
  conversation?: string;
  /** The answer as a value, when a schema was asked for. */
  parsed?: unknown;
  /** The tools that the server ran. */
  trace?: TraceEntry[];
  /** By what the run was ended before the model was done. */
  stopped?: RunStop;
}

/** Adds up what several calls used. */
export function sumUsage(
  one: UsageMetadata | undefined,
  other: UsageMetadata | undefined,
): UsageMetadata | undefined {
  if (!one || !other) return one ?? other;
  const counts = [one, other].flatMap((usage) =>
    Object.entries(usage).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
  );
  const sums = new Map<string, number>();
  for (const [name, count] of counts) sums.set(name, (sums.get(name) ?? 0) + count);
  return { ...other, ...Object.fromEntries(sums) };
}
