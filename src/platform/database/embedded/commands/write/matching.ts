import { pull } from '../../cursors/pull.js';
import { CommandError } from '../../errors.js';
import { prepareQuery } from '../../planner/execute.js';
import { MemoryBudget } from '../../planner/memory-budget.js';
import type { Query } from '../../planner/plan.js';
import type { Filter } from '../../query/filter.js';
import type { Collection } from '../../storage/collection.js';
import type { Purpose } from '../../storage/free-space.js';
import type { Row } from '../../storage/row.js';
import type { CommandContext } from '../context.js';

/** Documents that are changed in one transaction; large ones end it earlier. */
const CHUNK = 64;
const CHUNK_BYTES = 2 ** 20;

/** Which documents a statement changes, and how. */
export interface Change {
  query: Query;
  filter: Filter;
  /** Changes one document; @returns whether it was not so already */
  apply: (row: Row) => boolean;
  /** `write` unless it only removes. */
  purpose?: Purpose;
}

export interface ChangeCount {
  matched: number;
  modified: number;
}

/**
 * Finds the first document that matches and changes it. Where others have written between its being found and its
 * turn, it is read again and held against the filter once more.
 */
export async function changeFirst(
  context: CommandContext,
  collection: Collection,
  { query, filter, apply, purpose }: Change,
): Promise<ChangeCount> {
  const { environment } = collection;
  await environment.backlog;
  for (;;) {
    const { version } = environment;
    const count: ChangeCount = { matched: 0, modified: 0 };
    let isStale = false;
    const { rows } = prepareQuery(collection, query, filter, memoryOf(context));
    await pull<Row>(rows(), context.operation, (found) => {
      const row = environment.version === version ? found : reread(collection, found, filter);
      if (row) {
        const modified = environment.transaction(() => apply(row), purpose);
        Object.assign(count, { matched: 1, modified: modified ? 1 : 0 });
      } else isStale = true;
      return false;
    });
    // What comes first in the order has changed; the order has to be asked for again then.
    if (!isStale) return count;
  }
}

/**
 * Changes every document that matches. They are found first, so that none is met again where its change moves it to,
 * and each is held against the filter once more when it is its turn.
 */
export async function changeAll(
  context: CommandContext,
  collection: Collection,
  change: Change,
): Promise<ChangeCount> {
  const ids: number[] = [];
  const memory = memoryOf(context);
  const { rows } = prepareQuery(collection, change.query, change.filter, memory);
  await pull<Row>(rows(), context.operation, (row) => {
    memory.charge(8);
    return ids.push(row.id) > 0;
  });
  const count: ChangeCount = { matched: 0, modified: 0 };
  for (let at = 0; at < ids.length;) {
    await collection.environment.backlog;
    at += changeChunk(collection, ids.slice(at, at + CHUNK), change, count);
    const pause = context.operation.pause();
    if (pause) await pause;
  }
  return count;
}

/**
 * One transaction; a change that is refused keeps those before it.
 *
 * @param count what is added to
 * @returns how many of the ids are done
 */
function changeChunk(
  collection: Collection,
  ids: readonly number[],
  { filter, apply, purpose }: Change,
  count: ChangeCount,
): number {
  let done = 0;
  let bytes = 0;
  let refusal: CommandError | undefined;
  collection.environment.transaction(() => {
    for (const id of ids) {
      if (bytes > CHUNK_BYTES) return;
      done++;
      const row = collection.isDropped ? undefined : collection.read(id);
      if (!row || !filter.matches(row.document)) continue;
      bytes += row.bytes.length;
      try {
        if (apply(row)) count.modified++;
        count.matched++;
      } catch (error) {
        if (!(error instanceof CommandError)) throw error;
        refusal = error;
        return;
      }
    }
  }, purpose);
  if (refusal) throw refusal;
  return done;
}

function reread(collection: Collection, found: Row, filter: Filter): Row | undefined {
  const row = collection.isDropped ? undefined : collection.read(found.id);
  return row && filter.matches(row.document) ? row : undefined;
}

function memoryOf(context: CommandContext): MemoryBudget {
  return new MemoryBudget(context.engine.maxMemoryPerQuery);
}
