import { setTimeout as sleep } from 'node:timers/promises';
import {
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { InjectConnection } from '@nestjs/mongoose';
import type { Connection } from 'mongoose';
import { PinoLogger } from 'nestjs-pino';
import { Config } from '../config/config.js';
import { connectionOptions } from './connection-options.js';
import { EmbeddedDatabase } from './embedded-database.service.js';

const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 2000;

/**
 * Keeps trying while the first connection fails, which mongoose does not do by itself; later losses are the
 * driver's to mend. Stops the embedded engine after the connection is closed.
 */
@Injectable()
export class ConnectionSupervisor implements OnModuleInit, BeforeApplicationShutdown, OnApplicationShutdown {
  private readonly stop = new AbortController();
  private retrying?: Promise<void>;

  constructor(
    @InjectConnection() private readonly connection: Connection,
    private readonly embedded: EmbeddedDatabase,
    private readonly config: Config,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(ConnectionSupervisor.name);
  }

  async onModuleInit(): Promise<void> {
    try {
      // While the program is loaded nothing else runs, and a server that is there may have seemed to be silent.
      await this.connection.asPromise().catch(() => this.connect());
      this.reportLosses();
    } catch (error) {
      this.logger.warn({ err: error }, 'The database is not reachable yet; trying again in the background');
      this.retrying = this.retry();
    }
  }

  beforeApplicationShutdown(): void {
    // Before mongoose's own module closes the connection, which must not be taken for a loss.
    this.stop.abort();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.connection.close();
    await this.retrying;
    await this.embedded.stop();
  }

  private async retry(): Promise<void> {
    for (let delay = FIRST_RETRY_MS; ; delay = Math.min(delay * 2, LAST_RETRY_MS)) {
      await sleep(delay, undefined, { signal: this.stop.signal }).catch(() => undefined);
      if (this.stop.signal.aborted) return;
      try {
        await this.connect();
        if (this.stop.signal.aborted) return;
        this.logger.info('The database is reachable');
        this.reportLosses();
        return;
      } catch (error) {
        this.logger.debug({ err: error }, 'The database is still not reachable');
      }
    }
  }

  private async connect(): Promise<void> {
    const uri = await this.embedded.uri();
    await this.connection.openUri(uri, connectionOptions(uri, this.config));
  }

  private reportLosses(): void {
    this.connection.on('disconnected', () => {
      if (!this.stop.signal.aborted) this.logger.warn('The database went away');
    });
    this.connection.on('reconnected', () => this.logger.info('The database is back'));
  }
}
