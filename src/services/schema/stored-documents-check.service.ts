import { Injectable } from '@nestjs/common';
import { Config } from '../../platform/config/config.js';
import { Database } from '../../platform/database/database.service.js';
import { FieldEncryption } from '../../platform/encryption/field-encryption.service.js';
import type { DocumentSchema } from './document-schema.js';

/** Longest time that stored documents are looked at in one request, in milliseconds. */
const MAX_MS = 20_000;

/** What a schema says to the documents that are there. */
export interface StoredDocumentsCheck {
  checked: number;
  failing: number;
  /** Whether every document was looked at. */
  complete: boolean;
}

/** Looks whether stored documents fulfil a schema that is to come. */
@Injectable()
export class StoredDocuments {
  constructor(
    private readonly database: Database,
    private readonly encryption: FieldEncryption,
    private readonly config: Config,
  ) {}

  async check(collection: string, schema: DocumentSchema): Promise<StoredDocumentsCheck> {
    const counts: StoredDocumentsCheck = { checked: 0, failing: 0, complete: true };
    if (!schema.isStrict) return counts;
    const encryption = await this.encryption.of(collection);
    const end = performance.now() + MAX_MS;
    const cursor = this.database
      .collection(collection)
      .find({}, { batchSize: 500, maxTimeMS: Math.max(MAX_MS, this.config.MONGODB_MAX_TIME_MS) });
    try {
      for await (const document of cursor) {
        counts.checked += 1;
        if (!schema.accepts(encryption?.open(document) ?? document)) counts.failing += 1;
        if (performance.now() > end) return { ...counts, complete: false };
      }
      return counts;
    } finally {
      await cursor.close();
    }
  }
}
