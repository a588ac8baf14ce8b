import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient, type Collection, type Db, type Document } from 'mongodb';
import { startEngine, type Engine, type EngineOptions } from '../index.js';

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
