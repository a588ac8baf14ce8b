import { Injectable } from '@nestjs/common';
import type { mongo } from 'mongoose';

/** Makes the indexes that a collection needs, once for each process and project. */
@Injectable()
export class Indexes {
  private readonly made = new Map<string, Promise<unknown>>();

  /** @throws the driver's error; the next call then tries again */
  async ensure<T extends mongo.Document>(
    collection: mongo.Collection<T>,
    indexes: mongo.IndexDescription[],
  ): Promise<mongo.Collection<T>> {
    const name = collection.namespace;
    let making = this.made.get(name);
    if (!making) {
      making = collection.createIndexes(indexes);
      this.made.set(name, making);
      making.catch(() => this.made.delete(name));
    }
    await making;
    return collection;
  }
}

/** An index by which documents go away at the time that a field names. */
export const expiresAt = (field: string): mongo.IndexDescription => ({
  key: { [field]: 1 },
  expireAfterSeconds: 0,
});
