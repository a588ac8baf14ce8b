import { randomUUID } from 'node:crypto';
import type { mongo } from 'mongoose';
import type { PinoLogger } from 'nestjs-pino';
import type { Document } from '../database/embedded/index.js';
import type { StoredDeclaration } from '../security/rules/declaration.js';
import { isOfDocument, type DocumentPass } from './document-pass.js';
import { settledFields, type Pass, type StoredEncryption } from './encryption-state.js';

/** Documents that are read at a time. */
const BATCH = 200;

/** Documents that are written at a time. */
const CONCURRENCY = 8;

/** Time after which every instance goes by a declaration, in milliseconds. */
const SETTLE_MS = 3000;

/** Most documents of one pass that are named in the log. */
const MAX_NAMED = 20;

/** What a pass works with. */
export interface PassTools {
  declarations: mongo.Collection<StoredDeclaration>;
  documents: DocumentPass;
  /** How many documents there are, more or less. */
  count: () => Promise<number>;
  /** Id of the current key. */
  key: () => string;
  logger: PinoLogger;
}

/**
 * Walks through the documents of a collection until all are as they are declared: until a walk that began when every
 * instance had heard of it finds nothing to do. Where it is, is noted after each batch.
 */
export class CollectionPass {
  private named = 0;

  constructor(
    private readonly collection: string,
    private readonly tools: PassTools,
  ) {}

  /**
   * @param until when to stop for now
   * @returns when there is more to do here, as a time in milliseconds; `undefined` when all is done
   */
  async run(encryption: StoredEncryption, until: number, signal: AbortSignal): Promise<number | undefined> {
    const settles = encryption.since.getTime() + SETTLE_MS;
    let pass = encryption.pass;
    for (;;) {
      const isOver = pass === undefined || pass.complete === true || pass.key !== this.tools.key();
      // The first walk does the work; another, when everybody writes as it is declared, finds out that all is done.
      if (pass?.complete && Date.now() < settles) return settles;
      pass = pass === undefined || isOver ? await this.begin(encryption) : pass;
      if (!(await this.walk(encryption, pass, until, signal))) return Date.now();
      if (pass.changed === 0 && pass.started.getTime() >= settles)
        return (await this.finish(encryption, pass)) ? undefined : Date.now();
      pass.complete = true;
      await this.note(encryption, pass);
    }
  }

  private async begin({ keys }: StoredEncryption): Promise<Pass> {
    return {
      id: randomUUID(),
      started: new Date(),
      key: this.tools.key(),
      total: await this.tools.count(),
      done: 0,
      changed: 0,
      failed: 0,
      keys: [],
      known: keys,
    };
  }

  /** @returns whether it came to its end; something else may be wanted meanwhile */
  private async walk(
    encryption: StoredEncryption,
    pass: Pass,
    until: number,
    signal: AbortSignal,
  ): Promise<boolean> {
    if (!(await this.note(encryption, pass))) return false;
    for (;;) {
      const batch = await this.tools.documents.after(pass.position, BATCH);
      await this.settleAll(pass, batch);
      const last = batch.at(-1);
      if (last) pass.position = last._id as string;
      if (!(await this.note(encryption, pass))) return false;
      if (batch.length < BATCH) break;
      if (signal.aborted || Date.now() > until || pass.key !== this.tools.key()) return false;
    }
    for await (const document of this.tools.documents.others()) await this.settleAll(pass, [document]);
    return this.note(encryption, pass);
  }

  private async settleAll(pass: Pass, documents: Document[]): Promise<void> {
    const keys = new Set(pass.keys);
    for (let at = 0; at < documents.length; at += CONCURRENCY)
      await Promise.all(
        documents.slice(at, at + CONCURRENCY).map((document) => this.settle(pass, document, keys)),
      );
    pass.keys = [...keys];
    pass.done += documents.length;
  }

  private async settle(pass: Pass, document: Document, keys: Set<string>): Promise<void> {
    try {
      const { changed, keys: needed, strays } = await this.tools.documents.settle(document);
      for (const id of needed) keys.add(id);
      if (changed) pass.changed += 1;
      if (strays.length > 0) this.warn('Plain text stood in an encrypted field', document, { paths: strays });
    } catch (error) {
      if (!isOfDocument(error)) throw error;
      for (const id of this.tools.documents.keysOf(document)) keys.add(id);
      pass.failed += 1;
      this.warn('A document could not be encrypted or decrypted', document, { err: error });
    }
  }

  private warn(message: string, { _id }: Document, more: object): void {
    if (++this.named <= MAX_NAMED)
      this.tools.logger.warn({ ...more, collection: this.collection, document: _id }, message);
  }

  /** @returns whether the pass is still wanted */
  private async note({ wanted }: StoredEncryption, pass: Pass): Promise<boolean> {
    const { matchedCount } = await this.tools.declarations.updateOne(
      { _id: this.collection, 'encryption.wanted': wanted },
      { $set: { 'encryption.pass': pass } },
    );
    return matchedCount > 0;
  }

  private async finish({ wanted, fields }: StoredEncryption, pass: Pass): Promise<boolean> {
    const next = pass.failed > 0 ? fields : settledFields(fields);
    const filter = { _id: this.collection, 'encryption.wanted': wanted, 'encryption.pass.id': pass.id };
    const version = randomUUID();
    const { declarations } = this.tools;
    if (next.length === 0) {
      const { deletedCount } = await declarations.deleteOne({ ...filter, removed: true });
      if (deletedCount > 0) return true;
      const undo = { $unset: { encryption: '' }, $set: { version } } as mongo.UpdateFilter<StoredDeclaration>;
      return (await declarations.updateOne(filter, undo)).matchedCount > 0;
    }
    // Others may have begun to use a key after this pass had begun: that one stays.
    const gone = pass.known.filter((id) => !pass.keys.includes(id) && id !== pass.key);
    const { total, failed } = { total: pass.done, failed: pass.failed };
    const { matchedCount } = await declarations.updateOne(filter, [
      {
        $set: {
          version,
          'encryption.fields': { $literal: next },
          'encryption.keys': {
            $setUnion: [
              { $setDifference: ['$encryption.keys', { $literal: gone }] },
              { $literal: pass.keys },
            ],
          },
          'encryption.pending': false,
          'encryption.total': total,
          'encryption.failed': failed,
          'encryption.finished': new Date(),
        },
      },
      { $unset: 'encryption.pass' },
    ]);
    return matchedCount > 0;
  }
}
