import { context, propagation, trace } from '@opentelemetry/api';

// OpenTelemetry is one for the whole process, and so is this.
let on = false;

/** Whether there are traces: everything that costs time asks this first. */
export const isTracing = (): boolean => on;

/** For who starts and ends them. */
export function setTracing(value: boolean): void {
  on = value;
}

/** The trace to which what is done now belongs, for the log. */
export function currentTraceId(): string | undefined {
  return on ? trace.getActiveSpan()?.spanContext().traceId : undefined;
}

/** What tells another system that it works for the current trace. */
export function currentTraceHeaders(): Record<string, string> {
  const headers: Record<string, string> = {};
  if (on) propagation.inject(context.active(), headers);
  return headers;
}
