import { toCoglexError } from '../../../platform/errors/to-coglex-error.js';
import { problemOf } from '../../../platform/errors/problem.js';
import type { ModelAnswer } from '../content/content.js';
import type { TraceEntry } from '../tools/tool-trace.js';
import type { ServerEvent } from './server-sent-events.js';

type Pieces = AsyncGenerator<ModelAnswer, TraceEntry[] | undefined>;

/**
 * Events of a streamed answer. Until the first piece is there nothing has been sent, and what goes wrong is thrown to
 * become an answer with a status; after it an error is an event, the last one.
 *
 * @param onError told of what was thrown, for the log
 */
export async function openEvents(
  pieces: Pieces,
  requestId: string,
  onError: (error: unknown) => void,
): Promise<AsyncGenerator<ServerEvent>> {
  const first = await pieces.next();
  return events(pieces, first, requestId, onError);
}

async function* events(
  pieces: Pieces,
  first: IteratorResult<ModelAnswer, TraceEntry[] | undefined>,
  requestId: string,
  onError: (error: unknown) => void,
): AsyncGenerator<ServerEvent> {
  try {
    let next = first;
    while (!next.done) {
      yield { data: next.value };
      next = await pieces.next();
    }
    if (next.value) yield { event: 'trace', data: next.value };
  } catch (thrown) {
    onError(thrown);
    yield { event: 'error', data: problemOf(toCoglexError(thrown), requestId) };
  } finally {
    // Who hung up must not leave a call of the provider behind.
    await pieces.return(undefined);
  }
}
