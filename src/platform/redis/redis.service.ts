import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Redis as RedisClient, type RedisOptions } from 'ioredis';
import { PinoLogger } from 'nestjs-pino';
import { Config } from '../config/config.js';
import { ModuleRegistry } from '../modules/module-registry.service.js';

/** Longest wait for a connection, and for the answer to a command, in milliseconds. */
const PATIENCE_MS = 1000;

/** Longest pause between two attempts to connect, in milliseconds. */
const MAX_PAUSE_MS = 1000;

/**
 * The Redis that instances share (`REDIS_URL`). It holds nothing that must survive: whoever uses it goes on without it,
 * on what this process knows, while it is away. Commands then fail at once instead of waiting for it.
 */
@Injectable()
export class Redis implements OnModuleInit, OnApplicationShutdown {
  /** `undefined` while `REDIS_URL` is not set. */
  readonly client?: RedisClient;
  private readonly clients: RedisClient[] = [];
  private readonly prefix: string;

  constructor(
    private readonly config: Config,
    private readonly logger: PinoLogger,
    modules: ModuleRegistry,
  ) {
    logger.setContext(Redis.name);
    this.prefix = `coglex:${config.MONGODB_DATABASE}:`;
    if (config.REDIS_URL !== undefined) this.client = this.watched(this.connection());
    modules.register({
      key: 'redis',
      title: 'Redis',
      probe: async () => {
        if (!this.client) return 'not_configured';
        await this.client.ping();
        return 'healthy';
      },
    });
  }

  /** Whether it is there now. It may still be gone at the next command. */
  get available(): boolean {
    return this.client?.status === 'ready';
  }

  /** A key of this installation: several may share one server. */
  key(...parts: string[]): string {
    return this.prefix + parts.join(':');
  }

  /**
   * A further connection, for those that subscribe or wait. It is closed with the server.
   *
   * @throws Error while `REDIS_URL` is not set
   */
  connection(options: RedisOptions = {}): RedisClient {
    if (this.config.REDIS_URL === undefined) throw new Error('REDIS_URL is not set');
    const client = new RedisClient(this.config.REDIS_URL, {
      lazyConnect: true,
      connectTimeout: PATIENCE_MS,
      commandTimeout: PATIENCE_MS,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      retryStrategy: (times) => Math.min(times * 100, MAX_PAUSE_MS),
      ...options,
    });
    // Without a listener each failed attempt to connect would end the process.
    client.on('error', () => undefined);
    this.clients.push(client);
    return client;
  }

  /** Waits for the first attempt to connect, so that a server that is there is used from the first request on. */
  async onModuleInit(): Promise<void> {
    await this.client?.connect().catch(() => undefined);
  }

  /** Late: what is ended before may still want to say so to the others. */
  onApplicationShutdown(): void {
    for (const client of this.clients) client.disconnect();
  }

  private watched(client: RedisClient): RedisClient {
    let away = false;
    client.on('ready', () => {
      if (away) this.logger.info('Redis is back');
      away = false;
    });
    client.on('error', (error) => {
      if (!away) this.logger.warn({ err: error }, 'Redis is away: each instance goes on by itself');
      away = true;
    });
    return client;
  }
}
