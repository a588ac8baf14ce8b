import { Global, Module } from '@nestjs/common';
import { PubSub } from './pub-sub.service.js';
import { Redis } from './redis.service.js';

/** What instances share beside the database: see {@link Redis} and {@link PubSub}. */
@Global()
@Module({ providers: [Redis, PubSub], exports: [Redis, PubSub] })
export class RedisModule {}
