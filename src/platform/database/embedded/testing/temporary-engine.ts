import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient, type Collection, type Db, type Document, type Long } from 'mongodb';
import { startEngine, type Engine, type EngineOptions } from '../index.js';

/** A document with an `_id` of any kind. */
export interface Item extends Document {
  _id: number | string | Long | never[];
}

/** What a command with a cursor answers. */
export interface CursorReply extends Document {
  cursor: { id: Long; ns: string; firstBatch: Document[]; nextBatch: Document[] };
}

/** What `explain` answers for a query. */
export interface Explained extends Document {
  queryPlanner: { winningPlan: Document & { inputStage: Document } };
}

/** An engine of a test's own, with the official driver connected to it. */
export class TemporaryEngine {
  private constructor(
    readonly directory: string,
    readonly engine: Engine,
    readonly client: MongoClient,
  ) {}

  static async start(options: Partial<EngineOptions> = {}): Promise<TemporaryEngine> {
    const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'engine-')));
    const engine = await startEngine({ directory, inThread: true, ...options });
    return new TemporaryEngine(directory, engine, await MongoClient.connect(engine.uri));
  }

  get db(): Db {
    return this.client.db('test');
  }

  collection<T extends Document = Document>(name: string): Collection<T> {
    return this.db.collection<T>(name);
  }

  /** Runs a command on the test's database. */
  command<T extends Document = Document>(command: Document): Promise<T> {
    return this.db.command(command) as Promise<T>;
  }

  /** Stops it and starts another on the same data. */
  async restart(options: Partial<EngineOptions> = {}): Promise<TemporaryEngine> {
    await this.stop();
    return TemporaryEngine.start({ ...options, directory: this.directory });
  }

  async stop(): Promise<void> {
    await this.client.close();
    await this.engine.close();
  }

  async remove(): Promise<void> {
    await this.stop();
    await rm(this.directory, { recursive: true, force: true });
  }
}
