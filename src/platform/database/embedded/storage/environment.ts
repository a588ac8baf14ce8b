import { chmodSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { open, type RootDatabase, type Transaction } from 'lmdb';
import type { Logger } from '../logger.js';
import { mapSize } from './address-space.js';
import { DATA_FILE, restoreCheckpoint } from './checkpoint-file.js';
import { Checkpointer } from './checkpointer.js';
import { checkDataFile, prepareDirectory } from './data-file.js';
import { lockDirectory } from './directory-lock.js';
import { spaceOf, type Space } from './space.js';
import { freeSpace, requireSpace, type Purpose } from './free-space.js';
import { nameStorageError } from './lmdb-errors.js';
import { TREE_COUNT, Trees } from './trees.js';

/** `TransactionFlags.SYNCHRONOUS_COMMIT`, which lmdb's ES module declares but does not export. */
const SYNCHRONOUS_COMMIT = 2;

/** What a transaction does at its end, and what it takes back when it fails. */
interface Steps {
  last: (() => void)[];
  undo: (() => void)[];
}

/** What an environment takes and does. */
export interface EnvironmentUsage extends Space {
  /** Room that is left on the disk, in bytes. */
  diskFreeBytes: number;
  /** Write transactions since the start. */
  transactions: { committed: number; rolledBack: number };
}

/** The LMDB environment of one data directory: the lock, the trees, transactions and flushing. */
export class Environment {
  /** Set while a transaction is under way. */
  private steps?: Steps;
  private commits = 0;
  private rollbacks = 0;

  private constructor(
    readonly directory: string,
    private readonly root: RootDatabase<Buffer, Buffer>,
    readonly trees: Trees,
    private readonly checkpoints: Checkpointer,
    private readonly unlock: () => Promise<void>,
  ) {}

  /**
   * @throws DirectoryInUseError when another process has the directory
   * @throws CommandError DataCorruptionDetected when its data file is damaged
   */
  static async open(directory: string, logger: Logger): Promise<Environment> {
    prepareDirectory(directory);
    const unlock = await lockDirectory(directory);
    try {
      if (restoreCheckpoint(directory))
        logger.warn({ directory }, 'The system has been restarted: going on from the last checkpoint');
      checkDataFile(directory);
      const root = openRoot(directory);
      const trees = new Trees(root);
      restrictFiles(directory);
      const checkpoints = await Checkpointer.start(root, directory, logger);
      return new Environment(directory, root, trees, checkpoints, unlock);
    } catch (error) {
      await unlock();
      throw nameStorageError(error, directory);
    }
  }

  /**
   * Runs `action` as one atomic transaction and commits it. A transaction within another becomes part of it.
   * Whoever changes state in memory along with it registers the way back by {@link onRollback}.
   *
   * @throws CommandError OutOfDiskSpace
   */
  transaction<T>(action: () => T, purpose: Purpose = 'write'): T {
    if (this.steps) return action();
    requireSpace(this.directory, purpose);
    const steps: Steps = { last: [], undo: [] };
    this.steps = steps;
    try {
      const result = this.root.transactionSync(() => {
        const result = action();
        for (const step of steps.last) step();
        return result;
      }, SYNCHRONOUS_COMMIT);
      this.commits++;
      this.checkpoints.committed();
      return result;
    } catch (error) {
      this.rollbacks++;
      for (const step of steps.undo.reverse()) step();
      throw nameStorageError(error, this.directory);
    } finally {
      this.steps = undefined;
    }
  }

  /** Another one after every transaction: what was read at the same version is still so. */
  get version(): number {
    return this.commits;
  }

  /**
   * Pins the present state for readers that pass it to the trees. Space that is freed meanwhile cannot be used
   * again, so it is for checks and not for queries.
   */
  snapshot(): Transaction {
    this.root.resetReadTxn();
    return this.root.useReadTransaction();
  }

  /** Writes something at the end of the transaction under way. */
  beforeCommit(step: () => void): void {
    this.steps?.last.push(step);
  }

  /** Takes back a change in memory when the transaction under way fails. */
  onRollback(step: () => void): void {
    this.steps?.undo.push(step);
  }

  /** What a writer awaits first while the disk cannot keep up, so that the backlog stays bounded. */
  get backlog(): Promise<void> | undefined {
    return this.checkpoints.backlog;
  }

  /** Resolves once all that is committed is on the disk. */
  async flush(): Promise<void> {
    try {
      await this.checkpoints.flush();
    } catch (error) {
      throw nameStorageError(error, this.directory);
    }
  }

  /** Bytes of the data file that are in use or free for use. */
  get mapSize(): number {
    const stats = this.root.getStats();
    return 'mapSize' in stats ? Number(stats.mapSize) : 0;
  }

  /** What is in the data file, and what has been done to it since the start. Costs a fraction of a millisecond. */
  usage(): EnvironmentUsage {
    return {
      ...spaceOf(this.root, this.trees),
      diskFreeBytes: freeSpace(this.directory),
      transactions: { committed: this.commits, rolledBack: this.rollbacks },
    };
  }

  /**
   * Copies a consistent snapshot into a file while others go on writing.
   *
   * @param compact leaves free pages out; slower
   */
  async copy(file: string, compact: boolean): Promise<void> {
    await this.root.backup(file, compact);
  }

  async close(): Promise<void> {
    try {
      await this.checkpoints.close();
    } finally {
      await this.root.close();
      await this.unlock();
    }
  }
}

function openRoot(directory: string): RootDatabase<Buffer, Buffer> {
  const size = mapSize();
  return open({
    path: directory,
    keyEncoding: 'binary',
    encoding: 'binary',
    // Flushing is the business of the checkpoints.
    noSync: true,
    overlappingSync: false,
    maxDbs: TREE_COUNT,
    ...(size !== undefined && { mapSize: size }),
  });
}

function restrictFiles(directory: string): void {
  for (const file of [DATA_FILE, 'lock.mdb', 'owner.mdb', 'owner.mdb-lock', 'checkpoint'])
    if (existsSync(join(directory, file))) chmodSync(join(directory, file), 0o600);
}
