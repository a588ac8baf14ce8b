import { Injectable } from '@nestjs/common';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import type { Caller } from '../../../platform/security/caller.js';
import { FilesRepository } from './files.repository.js';
import { GeminiFiles, type NewModelFile } from './gemini-files.service.js';
import type { ModelFile } from './model-file.js';

const PREFIX = 'files/';
const NAME = /^[a-z0-9-]{1,64}$/;
/** How long Gemini keeps files when it does not say, in milliseconds. */
const LIFE_MS = 48 * 3600 * 1000;

/** Files for models. A user reaches its own; server code without a user reaches all of the project. */
@Injectable()
export class FilesService {
  constructor(
    private readonly gemini: GeminiFiles,
    private readonly repository: FilesRepository,
  ) {}

  async upload(
    file: NewModelFile,
    caller: Caller,
    key: string | undefined,
    signal: AbortSignal,
  ): Promise<ModelFile> {
    const stored = await this.gemini.upload(file, key, signal);
    const now = new Date();
    await this.repository.insert({
      _id: stored.name.slice(PREFIX.length),
      user: caller.user?.id ?? null,
      file: stored,
      expires: stored.expirationTime ? new Date(stored.expirationTime) : new Date(now.getTime() + LIFE_MS),
      _inserted: now,
    });
    return stored;
  }

  async list({ user }: Caller, skip: number, limit: number): Promise<ModelFile[]> {
    const records = await this.repository.list(user ? { user: user.id } : {}, skip, limit);
    return records.map(({ file }) => file);
  }

  /** The file as the provider has it now. @throws CoglexError `not_found` */
  async get(name: string, caller: Caller, key: string | undefined, signal: AbortSignal): Promise<ModelFile> {
    await this.check(name, caller);
    return this.gemini.get(name, key, signal);
  }

  /** @throws CoglexError `not_found` */
  async delete(name: string, caller: Caller, key: string | undefined, signal: AbortSignal): Promise<void> {
    await this.check(name, caller);
    await this.gemini.delete(name, key, signal);
    await this.repository.delete(name);
  }

  private async check(name: string, { user }: Caller): Promise<void> {
    const record = NAME.test(name)
      ? await this.repository.find(user ? { _id: name, user: user.id } : { _id: name })
      : null;
    if (!record) throw new CoglexError('not_found', { detail: 'There is no such file.' });
  }
}
