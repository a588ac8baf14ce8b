import { equalValues } from '../../bson/compare.js';
import { CommandError } from '../../errors.js';
import { compileFilter } from '../../query/filter.js';
import type { Document } from '../../types.js';
import type { CollectionReplacement, MergeTarget, PipelineWriter } from '../pipeline.js';

/** Collections in memory that `$out` and `$merge` write to. */
export class MemoryWriter implements PipelineWriter {
  readonly collections = new Map<string, Document[]>();
  readonly aborted: string[] = [];

  constructor(private readonly uniqueFields: readonly string[] = []) {}

  replace(database: string, collection: string): CollectionReplacement {
    const added: Document[] = [];
    return {
      add: (document) => void added.push(document),
      commit: () => void this.collections.set(`${database}.${collection}`, added),
      abort: () => void this.aborted.push(collection),
    };
  }

  merge(database: string, collection: string): MergeTarget {
    const name = `${database}.${collection}`;
    const documents = this.collections.get(name) ?? [];
    this.collections.set(name, documents);
    return {
      hasUniqueIndex: (fields) => fields.join() === '_id' || fields.join() === this.uniqueFields.join(),
      insert: (document) => {
        if (documents.some(({ _id }) => equalValues(_id, document._id))) {
          throw new CommandError('DuplicateKey', 'duplicate key');
        }
        documents.push(document);
      },
      update: (filter, change) => {
        const compiled = compileFilter(filter);
        const index = documents.findIndex((document) => compiled.matches(document));
        if (index === -1) return false;
        documents[index] = change(documents[index]) ?? documents[index];
        return true;
      },
    };
  }
}
