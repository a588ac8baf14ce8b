import { Injectable } from '@nestjs/common';
import type { mongo } from 'mongoose';
import { Config } from '../../../platform/config/config.js';
import { Database } from '../../../platform/database/database.service.js';
import type { Hold } from '../limits/limit.js';
import type { UsageRow } from './usage-row.js';

/** A call under way: what is written of it should its server die. */
export interface OpenCall {
  _id: string;
  /** What it costs at least. */
  row: UsageRow;
  holds: Hold[];
  /** When it must have ended. */
  until: Date;
}

/** Calls under way in all projects. */
@Injectable()
export class OpenCallsRepository {
  constructor(
    private readonly database: Database,
    private readonly config: Config,
  ) {}

  async insert(call: OpenCall): Promise<void> {
    await this.calls().insertOne(call, this.time);
  }

  async delete(_id: string): Promise<void> {
    await this.calls().deleteOne({ _id }, this.time);
  }

  /** Calls whose server must have died, some of them. */
  overdue(now: Date, most: number): Promise<OpenCall[]> {
    return this.calls()
      .find({ until: { $lt: now } }, { ...this.time, limit: most })
      .toArray();
  }

  private get time() {
    return { maxTimeMS: this.config.MONGODB_MAX_TIME_MS };
  }

  private calls(): mongo.Collection<OpenCall> {
    return this.database.system<OpenCall>('_GENERATION_CALLS');
  }
}
