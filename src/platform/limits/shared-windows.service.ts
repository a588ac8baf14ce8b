import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import type { Redis as RedisClient } from 'ioredis';
import { PinoLogger } from 'nestjs-pino';
import { Redis } from '../redis/redis.service.js';
import type { Charge, Decision } from './charge.js';
import { DECIDE, GIVE_BACK, TAKE } from './scripts.js';

/** Longest wait for an answer, in milliseconds: a Redis that hangs must not hold up every request. */
const PATIENCE_MS = 500;

/** How often one that is away is asked whether it is back, in milliseconds. */
const PROBE_MS = 500;

type Scripted = RedisClient & {
  limitsDecide(keys: number, ...rest: (string | number)[]): Promise<number[]>;
  limitsTake(key: string, ...rest: number[]): Promise<number>;
  limitsGiveBack(key: string, ...rest: number[]): Promise<number>;
};

/** The windows that all instances count in, in Redis. Whoever uses them counts by itself while they are away. */
@Injectable()
export class SharedWindows implements OnModuleInit, OnModuleDestroy {
  private client?: Scripted;
  private away = true;
  private probe?: NodeJS.Timeout;

  constructor(
    private readonly redis: Redis,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(SharedWindows.name);
  }

  /** Whether there should be any. */
  get configured(): boolean {
    return this.redis.client !== undefined;
  }

  /** Whether they are there now. */
  get available(): boolean {
    return !this.away;
  }

  async onModuleInit(): Promise<void> {
    if (!this.configured) return;
    const client = this.redis.connection({ commandTimeout: PATIENCE_MS }) as Scripted;
    client.defineCommand('limitsDecide', { lua: DECIDE });
    client.defineCommand('limitsTake', { lua: TAKE, numberOfKeys: 1 });
    client.defineCommand('limitsGiveBack', { lua: GIVE_BACK, numberOfKeys: 1 });
    this.client = client;
    await client.connect().catch(() => undefined);
    this.away = false;
    if (client.status !== 'ready') this.lose(new Error('Redis cannot be reached'));
  }

  onModuleDestroy(): void {
    clearInterval(this.probe);
  }

  /** All windows of a request in one round trip; `undefined` while they are away. */
  decide(charges: readonly Charge[], violation?: Charge): Promise<Decision | undefined> | undefined {
    const { client } = this;
    if (this.away || !client) return undefined;
    const all = violation ? [...charges, violation] : charges;
    const args: (string | number)[] = all.map((charge) => this.key(charge));
    args.push(charges.length);
    for (const { rule, take } of charges) args.push(rule.count, rule.ms, take ? 1 : 0);
    if (violation) args.push(violation.rule.count, violation.rule.ms);
    return this.asked(client.limitsDecide(all.length, ...args).then(decisionOf));
  }

  /** Counts one more, whether there is room or not. */
  async take(charge: Charge): Promise<void> {
    if (!this.away)
      await this.asked(this.client?.limitsTake(this.key(charge), charge.rule.count, charge.rule.ms));
  }

  async giveBack(charge: Charge, at: number): Promise<void> {
    if (!this.away) await this.asked(this.client?.limitsGiveBack(this.key(charge), charge.rule.ms, at));
  }

  private key({ limit, subject }: Charge): string {
    return this.redis.key('limit', limit, subject);
  }

  private async asked<T>(answer: Promise<T> | undefined): Promise<T | undefined> {
    try {
      return await answer;
    } catch (error) {
      this.lose(error);
      return undefined;
    }
  }

  private lose(error: unknown): void {
    if (this.away) return;
    this.away = true;
    void this.findOut(error);
  }

  /** A process that is busy itself finds answers late as well: only a Redis that does not answer now either is away. */
  private async findOut(error: unknown): Promise<void> {
    if (await this.answers()) {
      this.away = false;
      return;
    }
    this.logger.warn({ err: error }, 'Redis is away: this instance counts limits by itself until it is back');
    this.watch();
  }

  private watch(): void {
    this.probe = setInterval(() => void this.look(), PROBE_MS).unref();
  }

  private async look(): Promise<void> {
    if (!this.away || !(await this.answers()) || !this.away) return;
    clearInterval(this.probe);
    this.away = false;
    this.logger.info('Redis is back: limits are shared again');
  }

  private async answers(): Promise<boolean> {
    return (await this.client?.ping().catch(() => undefined)) !== undefined;
  }
}

function decisionOf([refused, banned, at, ...rest]: number[]): Decision {
  const standings = [];
  for (let i = 0; i < rest.length; i += 2) standings.push({ used: rest[i], resetMs: rest[i + 1] });
  return { refused: refused === 0 ? undefined : refused - 1, banned: banned === 1, at, standings };
}
