import { randomUUID } from 'node:crypto';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Redis as RedisClient } from 'ioredis';
import { Redis } from './redis.service.js';

/** Takes a message of a channel, on every instance. It must not throw. */
export type Subscriber = (message: string) => void;

/**
 * Tells every instance of something, this one at once. While Redis is away, and where there is none, only this one
 * hears it: what others must learn in any case has to stand in the database as well.
 */
@Injectable()
export class PubSub implements OnModuleInit {
  private readonly instance = randomUUID();
  private readonly subscribers = new Map<string, Subscriber[]>();
  private connection?: RedisClient;

  constructor(private readonly redis: Redis) {}

  /** @param channel in words with `-`: `key-changes` */
  subscribe(channel: string, subscriber: Subscriber): void {
    this.subscribers.set(channel, [...(this.subscribers.get(channel) ?? []), subscriber]);
    this.listen(channel);
  }

  /** Never fails. */
  async publish(channel: string, message: string): Promise<void> {
    this.deliver(channel, message);
    if (!this.redis.available) return;
    await this.redis.client
      ?.publish(this.name(channel), `${this.instance} ${message}`)
      .catch(() => undefined);
  }

  async onModuleInit(): Promise<void> {
    if (!this.redis.client) return;
    // The channels are known before the server is there, and are asked for again after each outage.
    const connection = this.redis.connection({ enableOfflineQueue: true, maxRetriesPerRequest: null });
    connection.on('message', (name: string, sent: string) => this.receive(name, sent));
    this.connection = connection;
    for (const channel of this.subscribers.keys()) this.listen(channel);
    await connection.connect().catch(() => undefined);
  }

  private listen(channel: string): void {
    // A subscription that could not be made is made when the connection is there again.
    void this.connection?.subscribe(this.name(channel)).catch(() => undefined);
  }

  private receive(name: string, sent: string): void {
    const space = sent.indexOf(' ');
    if (sent.slice(0, space) === this.instance) return;
    this.deliver(name.slice(this.name('').length), sent.slice(space + 1));
  }

  private deliver(channel: string, message: string): void {
    for (const subscriber of this.subscribers.get(channel) ?? []) subscriber(message);
  }

  private name(channel: string): string {
    return this.redis.key('channel', channel);
  }
}
