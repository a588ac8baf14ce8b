import { Module } from '@nestjs/common';
import { OpenCollections } from './open-collections.service.js';
import { QueryGuard } from './query-guard.service.js';

/** Checks of what callers send to the database. */
@Module({ providers: [QueryGuard, OpenCollections], exports: [QueryGuard, OpenCollections] })
export class QueryModule {}
