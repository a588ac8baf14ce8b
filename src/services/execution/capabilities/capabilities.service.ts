import { Injectable } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { Config } from '../../../platform/config/config.js';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import { toCoglexError } from '../../../platform/errors/to-coglex-error.js';
import { parseJson } from '../../../platform/http/json.js';
import type { AnswerMessage, CallMessage } from '../worker/protocol.js';
import type { AskingRun, CapabilityGroup } from './capability.js';
import { FetchCapability } from './fetch-capability.service.js';
import { FilesCapability } from './files-capability.service.js';
import { InvokeCapability } from './invoke-capability.service.js';
import { SecretsCapability } from './secrets-capability.service.js';
import { StorageCapability } from './storage-capability.service.js';

/** What is granted to code that comes with a request. */
export const NOTHING = { collections: [], files: null, fetch: [], secrets: [], functions: [] };

/** The server's side of the `coglex` module: does what code asks for, as far as it is granted. */
@Injectable()
export class Capabilities {
  private readonly handlers: ReadonlyMap<string, CapabilityGroup['handlers'][string]>;

  constructor(
    storage: StorageCapability,
    files: FilesCapability,
    fetch: FetchCapability,
    secrets: SecretsCapability,
    invoke: InvokeCapability,
    private readonly config: Config,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(Capabilities.name);
    const groups: CapabilityGroup[] = [storage, files, fetch, secrets, invoke];
    this.handlers = new Map(groups.flatMap(({ handlers }) => Object.entries(handlers)));
  }

  /** Answers what a run asks for; the answer never rejects. Counts against the deadline of the run. */
  of(run: AskingRun): (message: CallMessage) => Promise<AnswerMessage> {
    let left = this.config.EXECUTION_MAX_CALLS;
    return async ({ call, name, args }) => {
      try {
        // The worker counts as well, but could be made to forget.
        left -= 1;
        if (left < 0) throw new CoglexError('too_many_requests', { detail: 'The code calls too often.' });
        const value = await this.ask(run, name, args);
        return { kind: 'answer', call, ...(value === undefined ? {} : { value: JSON.stringify(value) }) };
      } catch (error) {
        const { code, detail } = this.known(error, name);
        return { kind: 'answer', call, error: { code, message: detail } };
      }
    };
  }

  private async ask(run: AskingRun, name: string, args: string): Promise<unknown> {
    const handler = this.handlers.get(name);
    if (!handler) throw new CoglexError('not_found', { detail: 'There is no such function of coglex.' });
    const list = parseJson(args, this.config.MAX_JSON_DEPTH);
    return handler(run, Array.isArray(list) ? (list as unknown[]) : []);
  }

  private known(error: unknown, name: string): CoglexError {
    const known = toCoglexError(error);
    if (known.code === 'internal_error')
      this.logger.error({ err: error, call: name }, 'A call of code failed');
    return known;
  }
}
