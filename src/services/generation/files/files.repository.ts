import { Injectable } from '@nestjs/common';
import type { mongo } from 'mongoose';
import { Config } from '../../../platform/config/config.js';
import { Database } from '../../../platform/database/database.service.js';
import { Indexes } from '../indexes.service.js';
import type { ModelFile } from './model-file.js';

const COLLECTION = '_GENERATION_FILES';

/** Whose file it is; the provider's account does not tell the users and projects apart that share it. */
export interface FileRecord {
  /** Name of the file, without `files/`. */
  _id: string;
  /** Id of the user; `null` for a file of the project. */
  user: string | null;
  file: ModelFile;
  /** When the provider deletes the file, and the database this. */
  expires: Date;
  _inserted: Date;
}

/** Files that were sent through the service, of the current project. */
@Injectable()
export class FilesRepository {
  constructor(
    private readonly database: Database,
    private readonly indexes: Indexes,
    private readonly config: Config,
  ) {}

  async insert(record: FileRecord): Promise<void> {
    this.indexes.ensure(COLLECTION, { expires: 1 }, { expireAfterSeconds: 0 });
    await this.files().insertOne(record, this.time);
  }

  find(filter: mongo.Filter<FileRecord>): Promise<FileRecord | null> {
    return this.files().findOne(filter, this.time);
  }

  list(filter: mongo.Filter<FileRecord>, skip: number, limit: number): Promise<FileRecord[]> {
    return this.files()
      .find(
        { $and: [filter, { expires: { $gt: new Date() } }] },
        { ...this.time, sort: { _inserted: -1 }, skip, limit },
      )
      .toArray();
  }

  async delete(_id: string): Promise<void> {
    await this.files().deleteOne({ _id }, this.time);
  }

  private get time() {
    return { maxTimeMS: this.config.MONGODB_MAX_TIME_MS };
  }

  private files(): mongo.Collection<FileRecord> {
    return this.database.collection<FileRecord>(COLLECTION);
  }
}
