import type { mongo } from 'mongoose';
import type { StoredDocument } from '../database/database.service.js';
import { decode, type Document } from '../database/embedded/index.js';
import { CoglexError } from '../errors/coglex-error.js';
import { keyIdOf } from './cipher.js';
import type { CollectionEncryption } from './collection-encryption.js';
import { ENGINE_FORM } from './plain-value.js';
import { bytesOf, isSealed } from './sealed-value.js';
import { valueAt } from './values-at.js';

/** How often a document may be changed by others between our reading and our writing it. */
const MAX_ATTEMPTS = 5;

/** What became of a document. */
export interface Outcome {
  /** Whether something had to be done, also when others were faster. */
  changed: boolean;
  /** Ids of the keys that its values needed before. */
  keys: readonly string[];
  /** Paths that held plain text where everything should have been encrypted. */
  strays: readonly string[];
}

/** What a document still needs. */
interface Work extends Outcome {
  set: Record<string, unknown>;
  /** The values that are to be replaced: whoever changes one of them meanwhile wins. */
  before: Record<string, unknown>;
}

/** Brings single documents into the state that is declared. */
export class DocumentPass {
  private readonly projection: Record<string, 1>;

  constructor(
    private readonly target: mongo.Collection<StoredDocument>,
    private readonly encryption: CollectionEncryption,
    private readonly time: { maxTimeMS: number },
  ) {
    const { fields } = encryption.paths;
    this.projection = Object.fromEntries([['_id', 1], ...fields.map(({ path }) => [path, 1])]) as Record<
      string,
      1
    >;
  }

  /** The next documents by their `_id`, as far as that is text; in the types of the engine. */
  after(position: string | undefined, limit: number): Promise<Document[]> {
    const _id = position === undefined ? { $gte: '' } : { $gt: position };
    return this.read({ _id }, { sort: { _id: 1 }, limit, batchSize: limit + 1 });
  }

  /** Documents that came from elsewhere, with an `_id` that is no text. */
  async *others(): AsyncGenerator<Document> {
    const filter = { _id: { $not: { $type: 'string' } } } as unknown as mongo.Filter<StoredDocument>;
    const cursor = this.target.find(filter, { ...this.time, projection: this.projection, raw: true });
    for await (const bytes of cursor) yield decode(bytes as unknown as Uint8Array);
  }

  /** @throws CoglexError `decryption_failed`, `encryption_key_missing`, and the driver's errors */
  async settle(first: Document): Promise<Outcome> {
    let document: Document | undefined = first;
    const keys = new Set<string>();
    for (let attempt = 1; document && attempt <= MAX_ATTEMPTS; attempt += 1) {
      const work = this.workOn(document);
      for (const id of work.keys) keys.add(id);
      if (!work.changed) return { ...work, changed: attempt > 1, keys: [...keys] };
      const unchanged = Object.entries(work.before).map(([path, value]) => ({
        $eq: [`$${path}`, { $literal: value }],
      }));
      const filter = { _id: document._id, $expr: { $and: unchanged } } as mongo.Filter<StoredDocument>;
      const { matchedCount } = await this.target.updateOne(filter, { $set: work.set }, this.time);
      if (matchedCount > 0) return { ...work, keys: [...keys] };
      [document] = await this.read({ _id: document._id as string }, { limit: 1 });
    }
    // It is gone, or others change it all the time: then the next pass looks at it again.
    return { changed: document !== undefined, keys: [...keys], strays: [] };
  }

  /** Ids of the keys that a document's values name, whether they are there or not. */
  keysOf(document: Document): string[] {
    const values = this.encryption.paths.fields.map(({ path }) => valueAt(document, path.split('.')));
    return values.flatMap((value) => (isSealed(value) ? (keyIdOf(bytesOf(value._sealed)) ?? []) : []));
  }

  private workOn(document: Document): Work {
    const { _id: id } = document;
    const work = { set: {} as Record<string, unknown>, before: {} as Record<string, unknown> };
    const strays: string[] = [];
    for (const field of this.encryption.paths.fields) {
      const value = valueAt(document, field.path.split('.'));
      if (value === undefined) continue;
      const after = isSealed(value)
        ? this.encryption.settled(field, id, value)
        : field.phase === 'opening'
          ? value
          : this.encryption.sealer.seal(field, id, value, { form: ENGINE_FORM });
      if (after === value) continue;
      if (!isSealed(value) && field.phase === 'sealed') strays.push(field.path);
      work.before[field.path] = value;
      work.set[field.path] = after;
    }
    return { ...work, changed: Object.keys(work.set).length > 0, keys: this.keysOf(document), strays };
  }

  private async read(filter: object, options: mongo.FindOptions): Promise<Document[]> {
    const found = await this.target
      .find(filter, { ...options, ...this.time, projection: this.projection, raw: true })
      .toArray();
    return (found as unknown as Uint8Array[]).map((bytes) => decode(bytes));
  }
}

/** Whether a document cannot be brought into its state, while all others can. */
export const isOfDocument = (error: unknown): boolean =>
  (error instanceof CoglexError && error.code !== 'database_unavailable') ||
  (error as { code?: unknown }).code === 11000;
