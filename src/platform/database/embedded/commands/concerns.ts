import { isDocument } from '../bson/types.js';
import { CommandError } from '../errors.js';
import type { Document } from '../types.js';
import { toNumber } from './arguments.js';

const READ_LEVELS = new Set<unknown>(['local', 'available', 'majority']);

/**
 * Refuses what needs a replica set, with a standalone server's words.
 *
 * @throws CommandError IllegalOperation
 */
export function checkTransaction(command: Document): void {
  if (
    command.txnNumber !== undefined ||
    command.startTransaction !== undefined ||
    command.autocommit !== undefined
  )
    throw new CommandError(
      'IllegalOperation',
      'Transaction numbers are only allowed on a replica set member or mongos',
    );
}

/**
 * There is one copy of the data: what it has acknowledged, a majority of one has.
 *
 * @throws CommandError BadValue, NotAReplicaSet
 */
export function checkConcerns(command: Document): void {
  const { readConcern, writeConcern } = command;
  if (isDocument(readConcern) && readConcern.level !== undefined && !READ_LEVELS.has(readConcern.level))
    throw new CommandError(
      'NotAReplicaSet',
      `node needs to be a replica set member to use readConcern: ${JSON.stringify(readConcern)}`,
    );
  if (!isDocument(writeConcern)) return;
  const { w } = writeConcern;
  const members = toNumber(w);
  if (members !== undefined && members > 1)
    throw new CommandError('BadValue', "cannot use 'w' > 1 when a host is not replicated");
  if (typeof w === 'string' && w !== 'majority')
    throw new CommandError(
      'BadValue',
      `cannot use non-majority 'w' mode "${w}" when a host is not a member of a replica set`,
    );
}

/** Whether the answer has to wait for the disk. */
export function wantsFlush({ writeConcern }: Document): boolean {
  if (!isDocument(writeConcern)) return false;
  return [writeConcern.j, writeConcern.fsync].some((value) => value === true || (toNumber(value) ?? 0) !== 0);
}
