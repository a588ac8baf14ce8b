import { Injectable } from '@nestjs/common';
import { ProviderCalls } from '../calls/provider-calls.service.js';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import { GeminiClients, type GeminiClient } from '../drivers/gemini/gemini-clients.service.js';
import { ProviderFailure } from '../drivers/provider-failure.js';
import { toModelFile, type ModelFile } from './model-file.js';

/** A file on its way to the provider. */
export interface NewModelFile {
  bytes: Blob;
  mimeType: string;
  displayName: string;
}

/** Files at Gemini, which keeps them for two days. */
@Injectable()
export class GeminiFiles {
  constructor(
    private readonly clients: GeminiClients,
    private readonly calls: ProviderCalls,
  ) {}

  upload({ bytes, mimeType, displayName }: NewModelFile, key: string | undefined, client: AbortSignal) {
    return this.call(key, client, async ({ api }) =>
      toModelFile(await api.files.upload({ file: bytes, config: { mimeType, displayName } })),
    );
  }

  /** @param name without `files/` */
  get(name: string, key: string | undefined, client: AbortSignal): Promise<ModelFile> {
    return this.call(key, client, async ({ api }) => toModelFile(await api.files.get({ name })));
  }

  async delete(name: string, key: string | undefined, client: AbortSignal): Promise<void> {
    await this.call(key, client, ({ api }) => api.files.delete({ name }));
  }

  private call<T>(
    key: string | undefined,
    client: AbortSignal,
    work: (gemini: GeminiClient) => Promise<T>,
  ): Promise<T> {
    return this.calls.withDeadline(client, async (signal) => {
      const gemini = await this.clients.until(signal, key);
      try {
        return await work(gemini);
      } catch (error) {
        throw notThere(await this.clients.errorOf(error, gemini));
      }
    });
  }
}

/** Gemini says 403 of a file that is not there, or not of this key. */
function notThere(error: CoglexError): CoglexError {
  const { cause } = error;
  const hidden = cause instanceof ProviderFailure && cause.status === 403 && /file/i.test(cause.message);
  return hidden ? new CoglexError('not_found', { detail: 'There is no such file.', cause }) : error;
}
