import { Injectable } from '@nestjs/common';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import { isTrusted, type Caller } from '../../../platform/security/caller.js';
import type { RunDto, RunLogsDto, RunsParametersDto } from '../dto/run.dto.js';
import { RunQueue } from './run-queue.service.js';
import { RunsRepository } from './runs.repository.js';
import type { StoredRun } from './stored-run.js';

/** Shows runs to those who began them, and to servers. */
@Injectable()
export class Runs {
  constructor(
    private readonly runs: RunsRepository,
    private readonly queue: RunQueue,
  ) {}

  /** The newest first. */
  async list({ function: name, limit = 20 }: RunsParametersDto): Promise<RunDto[]> {
    return (await this.runs.list(name, limit)).map(runDto);
  }

  /** @throws CoglexError `not_found` */
  async get(id: string, caller: Caller): Promise<RunDto> {
    return runDto(await this.find(id, caller));
  }

  /** @throws CoglexError `not_found` */
  async logs(id: string, caller: Caller): Promise<RunLogsDto> {
    const { stdout = '', stderr = '' } = await this.find(id, caller);
    return { stdout, stderr };
  }

  /** One that has ended stays as it is. @throws CoglexError `not_found` */
  async cancel(id: string, caller: Caller): Promise<RunDto> {
    await this.find(id, caller);
    await this.queue.cancel(id);
    return this.get(id, caller);
  }

  private async find(id: string, caller: Caller): Promise<StoredRun> {
    const run = await this.runs.find(id);
    if (!run || !mayRead(run, caller))
      throw new CoglexError('not_found', { detail: 'There is no such run.' });
    return run;
  }
}

/** Nobody in particular began a public one: whoever has its id, which cannot be guessed, has it from there. */
function mayRead({ caller: owner }: StoredRun, caller: Caller): boolean {
  if (isTrusted(caller)) return true;
  if (isTrusted(owner)) return false;
  return owner.user?.id === caller.user?.id && owner.user?.collection === caller.user?.collection;
}

function runDto(run: StoredRun): RunDto {
  return {
    id: run._id,
    function: run.function,
    version: run.version ?? null,
    status: run.state,
    cause: run.cause,
    request: run.request ?? null,
    result: run.result === undefined ? null : (JSON.parse(run.result) as unknown),
    error: run.error ?? null,
    duration_ms: run.durationMs ?? null,
    created: run.created,
    started: run.started ?? null,
    finished: run.finished ?? null,
  };
}
