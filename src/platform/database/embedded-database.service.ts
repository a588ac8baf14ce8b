import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { Config } from '../config/config.js';
import { startEngine, type Engine } from './embedded/index.js';
import { ENGINE_DIRECTORY } from './engine-directory.js';

/** Runs the embedded engine while `MONGODB_URI` is not set. */
@Injectable()
export class EmbeddedDatabase {
  private engine?: Promise<Engine>;

  constructor(
    private readonly config: Config,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(EmbeddedDatabase.name);
  }

  /** Address to connect to: `MONGODB_URI`, or that of the engine, which is started now. */
  async uri(): Promise<string> {
    if (this.config.MONGODB_URI !== undefined) return this.config.MONGODB_URI;
    this.engine ??= startEngine({
      directory: join(this.config.DATA_DIR, ENGINE_DIRECTORY),
      logger: this.logger,
    });
    return (await this.engine).uri;
  }

  async stop(): Promise<void> {
    const engine = await this.engine;
    this.engine = undefined;
    await engine?.close();
  }
}
