import { BatchReader, FIRST_BATCH } from '../../cursors/batch.js';
import type { TICK } from '../../types.js';
import type { CommandContext } from '../context.js';
import { encodeCursorReply } from '../cursor-reply.js';

export interface CursorOptions {
  /** Documents of the first batch. */
  batchSize?: number;
  /** Everything in one batch, whatever is left is dropped. */
  singleBatch?: boolean;
  noTimeout?: boolean;
}

/** Answers with a flow's first batch and keeps the rest for `getMore`. */
export async function answerFirstBatch(
  context: CommandContext,
  namespace: string,
  flow: Iterator<Uint8Array | typeof TICK>,
  options: CursorOptions,
): Promise<Uint8Array> {
  const reader = new BatchReader(flow);
  const batch = await reader.next(options.batchSize ?? FIRST_BATCH, context.operation);
  if (options.singleBatch && !reader.isExhausted) reader.close();
  if (reader.isExhausted) return encodeCursorReply('firstBatch', batch, 0n, namespace);
  const cursor = context.engine.cursors.add(namespace, reader, {
    noTimeout: options.noTimeout ?? false,
    timeLeft: context.operation.timeLeft,
  });
  return encodeCursorReply('firstBatch', batch, cursor.id, namespace);
}
