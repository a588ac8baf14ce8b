import { tracingChannel } from 'node:diagnostics_channel';
import { SpanKind, trace, type Span } from '@opentelemetry/api';
import { fail, TRACER } from './in-span.js';

/** What ioredis tells of a command; its arguments are left alone. */
interface RedisCommand {
  command?: string;
  error?: unknown;
}

/** Gives every command of Redis a span, within the work that needs it. @returns what ends that */
export function traceRedis(): () => void {
  const spans = new WeakMap<object, Span>();
  const channel = tracingChannel<object, RedisCommand>('ioredis:command');
  const subscribers = {
    start: (message: RedisCommand) => {
      if (!trace.getActiveSpan()) return;
      const name = message.command ?? 'command';
      const span = trace.getTracer(TRACER).startSpan(`redis ${name}`, {
        kind: SpanKind.CLIENT,
        attributes: { 'db.system.name': 'redis', 'db.operation.name': name },
      });
      spans.set(message, span);
    },
    end: () => undefined,
    asyncStart: () => undefined,
    asyncEnd: (message: RedisCommand) => {
      spans.get(message)?.end();
      spans.delete(message);
    },
    error: (message: RedisCommand) => {
      const span = spans.get(message);
      if (span) fail(span, message.error);
    },
  };
  channel.subscribe(subscribers);
  return () => {
    channel.unsubscribe(subscribers);
  };
}
