import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { InjectConnection } from '@nestjs/mongoose';
import { STATES, type Connection } from 'mongoose';
import { PinoLogger } from 'nestjs-pino';
import { EmbeddedDatabase } from './embedded-database.service.js';

const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 5000;

/**
 * Keeps trying while the first connection fails, which mongoose does not do by itself; later losses are the
 * driver's to mend. Stops the embedded engine after the connection is closed.
 */
@Injectable()
export class ConnectionSupervisor implements OnModuleInit, OnApplicationShutdown {
  private readonly stop = new AbortController();

  constructor(
    @InjectConnection() private readonly connection: Connection,
    private readonly embedded: EmbeddedDatabase,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(ConnectionSupervisor.name);
  }

  async onModuleInit(): Promise<void> {
    // Without a listener a lost connection would be an uncaught error.
    this.connection.on('error', (error: Error) =>
      this.logger.warn({ err: error }, 'The database connection failed'),
    );
    const first = await this.connection.asPromise().catch((error: unknown) => error);
    if (first instanceof Error) {
      this.logger.warn({ err: first }, 'The database is not reachable yet; trying again in the background');
      void this.reconnect();
    }
  }

  async onApplicationShutdown(): Promise<void> {
    this.stop.abort();
    await this.connection.close();
    await this.embedded.stop();
  }

  private async reconnect(): Promise<void> {
    const uri = await this.embedded.uri();
    const options = this.connection.getClient().options;
    for (let delay = FIRST_RETRY_MS; !this.stop.signal.aborted; delay = Math.min(delay * 2, LAST_RETRY_MS)) {
      await sleep(delay, undefined, { signal: this.stop.signal }).catch(() => undefined);
      if (this.stop.signal.aborted || this.connection.readyState === STATES.connected) return;
      const connected = await this.connection.openUri(uri, options).then(
        () => true,
        () => false,
      );
      if (connected) {
        this.logger.info('The database is reachable');
        return;
      }
    }
  }
}
