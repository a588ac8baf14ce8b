import { once } from 'node:events';
import { PassThrough, type Readable } from 'node:stream';

/** One event of a stream. */
export interface ServerEvent {
  /** Name of the event; `message` when absent. */
  event?: string;
  data: unknown;
}

/** Response headers of a stream of events: no cache and no proxy may hold it back. */
export const EVENT_STREAM_HEADERS = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Cache-Control': 'no-store',
  'X-Accel-Buffering': 'no',
};

/**
 * Sends events as they come, no faster than the client reads. It runs in the context in which it is called, and not in
 * that of the socket: the events' source keeps its project.
 *
 * @param events must not fail
 */
export function toEventStream(events: AsyncGenerator<ServerEvent>): Readable {
  const stream = new PassThrough({ highWaterMark: 16 * 1024 });
  void pump(events, stream);
  return stream;
}

async function pump(events: AsyncGenerator<ServerEvent>, stream: PassThrough): Promise<void> {
  const closed = new Promise<void>((resolve) => stream.once('close', resolve));
  for await (const { event, data } of events) {
    if (stream.destroyed) break;
    const head = event === undefined ? '' : `event: ${event}\n`;
    if (!stream.write(`${head}data: ${JSON.stringify(data)}\n\n`))
      await Promise.race([once(stream, 'drain').catch(() => undefined), closed]);
  }
  stream.end();
}
