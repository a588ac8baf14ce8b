import { CommandError } from '../../errors.js';
import type { Document } from '../../types.js';
import type { CommandContext } from '../context.js';
import { encodeCursorReply } from '../cursor-reply.js';
import { checkNamespace } from '../namespaces.js';

export async function getMore(context: CommandContext): Promise<Uint8Array> {
  const { cursors } = context.engine;
  const id = context.arguments.any('getMore');
  const namespace = checkNamespace(context.database, context.arguments.string('collection'));
  const size = context.arguments.optionalCount('batchSize');
  context.arguments.rejectUnknown();
  if (context.command.maxTimeMS !== undefined)
    throw new CommandError('BadValue', 'cannot set maxTimeMS on getMore command for a non-awaitData cursor');
  const cursor = cursors.acquire(toCursorId(id), namespace, context.operation);
  context.operation.limitTime(cursor.timeLeft);
  try {
    // Without a size, a batch is as large as a message can be.
    const batch = await cursor.reader.next(
      size === undefined || size === 0 ? Infinity : size,
      context.operation,
    );
    cursor.timeLeft = context.operation.timeLeft;
    cursors.release(cursor);
    return encodeCursorReply('nextBatch', batch, cursor.reader.isExhausted ? 0n : cursor.id, namespace);
  } catch (error) {
    cursors.release(cursor);
    cursors.kill(cursor.id);
    throw error;
  }
}

export function killCursors(context: CommandContext): Document {
  const namespace = checkNamespace(context.database, context.arguments.any('killCursors'));
  const ids = context.arguments.requiredArray('cursors');
  context.arguments.rejectUnknown();
  const cursorsKilled: bigint[] = [];
  const cursorsNotFound: bigint[] = [];
  for (const id of ids.map(toCursorId))
    (context.engine.cursors.kill(id, namespace) ? cursorsKilled : cursorsNotFound).push(id);
  return { cursorsKilled, cursorsNotFound, cursorsAlive: [], cursorsUnknown: [], ok: 1 };
}

function toCursorId(id: unknown): bigint {
  if (typeof id === 'bigint') return id;
  if (typeof id === 'number' && Number.isInteger(id)) return BigInt(id);
  throw new CommandError(
    'TypeMismatch',
    "BSON field 'getMore.getMore' is the wrong type, expected type 'long'",
  );
}
