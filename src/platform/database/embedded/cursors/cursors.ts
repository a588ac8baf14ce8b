import { randomBytes } from 'node:crypto';
import { CommandError } from '../errors.js';
import type { BatchReader } from './batch.js';
import type { Operation } from './operation.js';

/** How long a cursor may lie idle, in milliseconds. */
const IDLE_TIMEOUT = 10 * 60_000;

/** What is left of a query for `getMore`. */
export interface Cursor {
  readonly id: bigint;
  readonly namespace: string;
  readonly reader: BatchReader;
  readonly noTimeout: boolean;
  /** Milliseconds of the query's time limit that are left, 0 when it has none. */
  timeLeft: number;
  /** The operation that is using it at the moment. */
  user?: Operation;
  lastUsed: number;
}

/** The open cursors. They belong to the engine, not to a connection, as drivers expect. */
export class Cursors {
  private readonly open = new Map<bigint, Cursor>();

  get count(): number {
    return this.open.size;
  }

  add(namespace: string, reader: BatchReader, options: { noTimeout: boolean; timeLeft: number }): Cursor {
    const id = randomBytes(8).readBigInt64BE() & 0x7fffffffffffffffn;
    if (id === 0n || this.open.has(id)) return this.add(namespace, reader, options);
    const cursor: Cursor = { id, namespace, reader, ...options, lastUsed: Date.now() };
    this.open.set(id, cursor);
    return cursor;
  }

  /**
   * Takes a cursor for a `getMore`; {@link release} gives it back.
   *
   * @throws CommandError CursorNotFound, or Unauthorized for a foreign namespace
   */
  acquire(id: bigint, namespace: string, operation: Operation): Cursor {
    const cursor = this.open.get(id);
    if (!cursor) throw new CommandError('CursorNotFound', `cursor id ${id} not found`);
    if (cursor.namespace !== namespace)
      throw new CommandError(
        'Unauthorized',
        `Requested getMore on namespace '${namespace}', but cursor belongs to a different namespace ${cursor.namespace}`,
      );
    if (cursor.user) throw new CommandError('CursorInUse', `cursor id ${id} is already in use`);
    cursor.user = operation;
    return cursor;
  }

  release(cursor: Cursor): void {
    cursor.user = undefined;
    cursor.lastUsed = Date.now();
    if (cursor.reader.isExhausted) this.open.delete(cursor.id);
  }

  /** @returns whether there was such a cursor */
  kill(id: bigint, namespace?: string): boolean {
    const cursor = this.open.get(id);
    if (!cursor || (namespace !== undefined && cursor.namespace !== namespace)) return false;
    this.open.delete(id);
    if (cursor.user) cursor.user.kill();
    else cursor.reader.close();
    return true;
  }

  /** Closes what nobody has asked for a long time. */
  expire(now = Date.now()): void {
    for (const cursor of this.open.values())
      if (!cursor.user && !cursor.noTimeout && now - cursor.lastUsed > IDLE_TIMEOUT) this.kill(cursor.id);
  }

  closeAll(): void {
    for (const id of this.open.keys()) this.kill(id);
  }
}
