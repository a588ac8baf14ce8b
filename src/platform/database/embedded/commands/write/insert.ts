import { CommandError } from '../../errors.js';
import type { Collection } from '../../storage/collection.js';
import type { Document } from '../../types.js';
import type { CommandContext } from '../context.js';
import { fromBytes, fromDocument, type NewDocument } from './document-input.js';
import { checkBatchSize, parseBatch, type WriteBatch } from './statements.js';
import { writeError } from './write-errors.js';

/** Documents that are committed together; their transaction keeps others waiting. */
const CHUNK = 64;
const CHUNK_BYTES = 2 ** 20;

type Source = () => NewDocument;

export async function insert(context: CommandContext): Promise<Document> {
  const batch = parseBatch(context, 'insert');
  const sources = readDocuments(context);
  context.arguments.rejectUnknown();
  checkBatchSize(sources.length);
  const inserter = new Inserter(context, batch);
  let at = 0;
  while (at < sources.length && !inserter.isStopped) {
    await context.engine.catalog.environment.backlog;
    at += inserter.insertChunk(sources, at);
    const pause = context.operation.pause();
    if (pause) await pause;
  }
  return { n: inserter.inserted, ...(inserter.errors.length > 0 && { writeErrors: inserter.errors }), ok: 1 };
}

/** Documents stay BSON until it is their turn. */
function readDocuments({ arguments: fields, sequences }: CommandContext): Source[] {
  const sent = sequences.get('documents');
  if (sent) return sent.map((bytes) => () => fromBytes(bytes));
  return fields.requiredDocuments('documents').map((document) => () => fromDocument(document));
}

class Inserter {
  inserted = 0;
  readonly errors: Document[] = [];
  isStopped = false;

  constructor(
    private readonly context: CommandContext,
    private readonly batch: WriteBatch,
  ) {}

  /**
   * Inserts some documents in one transaction. A document that is refused leaves the others; when the transaction
   * itself fails, none of the chunk is there.
   *
   * @returns how many have been dealt with
   */
  insertChunk(sources: readonly Source[], from: number): number {
    const { environment } = this.context.engine.catalog;
    const refused: Document[] = [];
    let done = 0;
    let inserted = 0;
    try {
      environment.transaction(() => {
        const collection = this.collection();
        let bytes = 0;
        for (; done < CHUNK && from + done < sources.length && bytes < CHUNK_BYTES; done++) {
          try {
            bytes += this.insertOne(collection, sources[from + done]);
            inserted++;
          } catch (error) {
            if (!(error instanceof CommandError)) throw error;
            refused.push(writeError(from + done, error));
            if (this.batch.ordered) {
              this.isStopped = true;
              return;
            }
          }
        }
      });
    } catch (error) {
      // Nothing of the chunk is there, and the rest would not fare better.
      const failed = this.batch.ordered ? from + 1 : sources.length;
      for (let i = from; i < failed; i++) this.errors.push(writeError(i, error));
      this.isStopped = true;
      return done;
    }
    this.inserted += inserted;
    this.errors.push(...refused);
    return done;
  }

  private insertOne(collection: Collection, source: Source): number {
    const { document, bytes } = source();
    if (!this.batch.bypassValidation) collection.validator.check(document);
    collection.insert(document, bytes);
    return bytes.length;
  }

  private collection(): Collection {
    const { catalog } = this.context.engine;
    const { database, collection } = this.batch;
    return catalog.find(database, collection) ?? catalog.create(database, collection);
  }
}
