import { Injectable } from '@nestjs/common';
import type { Caller } from '../../../platform/security/caller.js';
import { FileStore } from '../../archive/index.js';
import type { FileAction } from '../functions/function-definition.js';
import { invalid, notGranted, objectArgument, textArgument } from './arguments.js';
import { callerOf, type AskingRun, type CapabilityGroup } from './capability.js';

/** Largest file that goes into a function or comes out of it, in bytes. */
const MAX_BYTES = 8 * 1024 ** 2;

/** `coglex.files`: files of the archive, as far as a function is granted them. Bytes travel in Base64. */
@Injectable()
export class FilesCapability implements CapabilityGroup {
  constructor(private readonly store: FileStore) {}

  readonly handlers: CapabilityGroup['handlers'] = {
    'files.list': async (run, [query]) =>
      this.store.list(this.granted(run, 'list'), JSON.stringify(objectArgument(query ?? {}, 'query'))),
    'files.get': async (run, [id]) => {
      const { file, bytes } = await this.store.read(
        this.granted(run, 'get'),
        textArgument(id, 'id'),
        MAX_BYTES,
      );
      return { ...file, content: bytes.toString('base64') };
    },
    'files.put': async (run, [name, content, metadata]) => {
      const caller = this.granted(run, 'put');
      const bytes = Buffer.from(textArgument(content, 'content'), 'base64');
      if (bytes.length > MAX_BYTES) throw invalid(`content must not be larger than ${MAX_BYTES} bytes`);
      return this.store.put(
        caller,
        textArgument(name, 'name'),
        bytes,
        objectArgument(metadata ?? {}, 'metadata'),
      );
    },
    'files.delete': async (run, [id]) => {
      await this.store.delete(this.granted(run, 'delete'), textArgument(id, 'id'));
      return { deleted: 1 };
    },
  };

  private granted({ grants: { files }, ...run }: AskingRun, action: FileAction): Caller {
    if (!files?.actions.includes(action)) throw notGranted(`${action} of files`);
    return callerOf({ ...run, grants: { files } as AskingRun['grants'] }, files.as);
  }
}
