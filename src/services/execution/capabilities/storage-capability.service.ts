import { Injectable } from '@nestjs/common';
import { jsonForm } from '../../../platform/database/query/json-form.js';
import { OpenCollections } from '../../../platform/database/query/open-collections.service.js';
import type { Caller } from '../../../platform/security/caller.js';
import { DocumentWriter, StorageService } from '../../storage/index.js';
import type { StorageAction } from '../functions/function-definition.js';
import { invalid, notGranted, objectArgument, textArgument } from './arguments.js';
import { callerOf, type AskingRun, type CapabilityGroup } from './capability.js';
import { joinedCollections } from './joined-collections.js';

/** `coglex.storage`: the collections that a function is granted, through the storage service. */
@Injectable()
export class StorageCapability implements CapabilityGroup {
  constructor(
    private readonly storage: StorageService,
    private readonly writer: DocumentWriter,
    private readonly collections: OpenCollections,
  ) {}

  readonly handlers: CapabilityGroup['handlers'] = {
    'storage.find': async (run, [name, query = {}, options = {}]) => {
      const { collection, caller } = this.granted(run, name, 'find');
      const { keys, sort, limit, skip, ...others } = objectArgument(options, 'options');
      for (const other of Object.keys(others)) throw invalid(`options has no "${other}"`);
      const json = (value: unknown) => (value === undefined ? undefined : JSON.stringify(value));
      const { documents } = await this.storage.find(caller, collection, {
        query: JSON.stringify(objectArgument(query, 'query')),
        keys: json(keys),
        sort: json(sort),
        limit: count(limit, 'limit', 1),
        skip: count(skip, 'skip', 0),
      });
      return jsonForm(documents);
    },
    'storage.insert': async (run, [name, documents]) => {
      const { collection, caller } = this.granted(run, name, 'insert');
      const several = Array.isArray(documents)
        ? (documents as unknown[])
        : [objectArgument(documents, 'document')];
      const ids = await this.writer.insert(caller, collection, {
        documents: several,
        placeOf: (index) => (Array.isArray(documents) ? `/${index}` : ''),
      });
      return { inserted: ids.length, ids };
    },
    'storage.update': async (run, [name, query, update]) => {
      const { collection, caller } = this.granted(run, name, 'update');
      const { matched, modified } = await this.writer.updateMany(
        caller,
        collection,
        query ?? undefined,
        update,
      );
      return { matched, modified };
    },
    'storage.delete': async (run, [name, query]) => {
      const { collection, caller } = this.granted(run, name, 'delete');
      return { deleted: await this.storage.deleteMany(caller, collection, { parsed: query ?? undefined }) };
    },
    'storage.aggregate': async (run, [name, pipeline]) => {
      const { collection, caller, as } = this.granted(run, name, 'aggregate');
      // A pipeline can look into other collections; it needs a grant for each, and the same rules.
      for (const joined of joinedCollections(pipeline))
        if (this.granted(run, joined, 'aggregate').as !== as)
          throw notGranted(`${joined} under the same rules`);
      return jsonForm(await this.storage.aggregate(caller, collection, pipeline));
    },
  };

  private granted(
    run: AskingRun,
    name: unknown,
    action: StorageAction,
  ): { collection: string; caller: Caller; as: 'caller' | 'function' } {
    const collection = textArgument(name, 'collection');
    const grant = run.grants.collections.find(
      (given) => given.name === collection && given.actions.includes(action),
    );
    // Asked again at each use: accounts may live there by now.
    if (!grant || !this.collections.has(collection))
      throw notGranted(`${action} of the collection ${collection}`);
    return { collection, caller: callerOf(run, grant.as), as: grant.as };
  }
}

function count(value: unknown, name: string, least: number): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (Number.isSafeInteger(value) && (value as number) >= least && (value as number) < 2 ** 31)
    return value as number;
  throw invalid(`${name} must be a whole number, ${least} or more`);
}
