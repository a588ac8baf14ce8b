import { SpanKind, SpanStatusCode, trace, type Attributes, type Span } from '@opentelemetry/api';
import { isTracing } from './tracing-state.js';

export const TRACER = 'coglex';

/** What a span says of the work. Names and attributes hold no contents, no credentials and no query strings. */
export interface SpanWords {
  kind?: SpanKind;
  attributes?: Attributes;
}

/** Does work within a span, which is a child of that in which it is called. Costs nothing while there are no traces. */
export function inSpan<T>(name: string, words: SpanWords, work: () => Promise<T>): Promise<T> {
  if (!isTracing()) return work();
  const { kind = SpanKind.INTERNAL, attributes } = words;
  return trace.getTracer(TRACER).startActiveSpan(name, { kind, attributes }, async (span) => {
    try {
      return await work();
    } catch (error) {
      fail(span, error);
      throw error;
    } finally {
      span.end();
    }
  });
}

/** Marks a span as failed by the class of an error: what it says may hold what nobody should read. */
export function fail(span: Span, error: unknown): void {
  const type = error instanceof Error ? error.name : 'Error';
  span.setStatus({ code: SpanStatusCode.ERROR });
  span.setAttribute('error.type', type);
}
