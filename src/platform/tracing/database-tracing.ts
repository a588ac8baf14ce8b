import { SpanKind, trace, type Span } from '@opentelemetry/api';
import type { mongo } from 'mongoose';
import { fail, TRACER } from './in-span.js';

/** Commands under way of one client; none is kept whose end never comes. */
const MOST_RUNNING = 10_000;

/**
 * Gives every command of a client a span, within the work that needs it. What the command holds is left out: only its
 * name, the database and the collection are told.
 */
export function traceCommands(client: mongo.MongoClient): void {
  const running = new Map<number, Span>();
  const end = (id: number, error?: unknown) => {
    const span = running.get(id);
    if (!span) return;
    running.delete(id);
    if (error !== undefined) fail(span, error);
    span.end();
  };
  client.on('commandStarted', ({ requestId, commandName, databaseName, command }) => {
    // Pings and the like belong to nothing.
    if (!trace.getActiveSpan() || running.size >= MOST_RUNNING) return;
    const named: unknown = commandName === 'getMore' ? command.collection : command[commandName];
    const span = trace.getTracer(TRACER).startSpan(`mongodb ${commandName}`, {
      kind: SpanKind.CLIENT,
      attributes: {
        'db.system.name': 'mongodb',
        'db.namespace': databaseName,
        'db.operation.name': commandName,
        ...(typeof named === 'string' ? { 'db.collection.name': named } : {}),
      },
    });
    running.set(requestId, span);
  });
  client.on('commandSucceeded', ({ requestId }) => end(requestId));
  client.on('commandFailed', ({ requestId, failure }) => end(requestId, failure));
}
