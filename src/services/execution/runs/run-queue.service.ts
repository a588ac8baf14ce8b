import { randomUUID } from 'node:crypto';
import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { Config } from '../../../platform/config/config.js';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import { Jobs } from '../../../platform/jobs/jobs.service.js';
import { currentRequestId, onBehalfOf } from '../../../platform/logging/request-scope.js';
import { PubSub } from '../../../platform/redis/pub-sub.service.js';
import type { Caller } from '../../../platform/security/caller.js';
import { ProjectContext } from '../../../platform/tenancy/project-context.service.js';
import { FunctionsRepository } from '../functions/functions.repository.js';
import { noSuchFunction } from '../functions/functions.service.js';
import { Sandbox } from '../sandbox/sandbox.service.js';
import { exception } from '../worker/failures.js';
import { EventDepth } from './event-depth.service.js';
import { FunctionRunner } from './function-runner.service.js';
import { RunsRepository } from './runs.repository.js';
import type { RunCause, StoredRun } from './stored-run.js';

const JOB = 'execution-runs';

/** Tells all instances of runs that were canceled, by their ids. */
const CANCELED = 'execution-canceled';

/** Time beyond its own that a run may take until it is given up for lost, in milliseconds. */
const GRACE_MS = 60_000;

/** Time that runs under way have to finish when the server stops, in milliseconds. */
const DRAIN_MS = 3000;

/** A run to be. */
export interface NewRun {
  function: string;
  parameters: Record<string, unknown>;
  caller: Caller;
  cause: RunCause;
  /** What stands for the occasion, where several instances may see it. */
  id?: string;
}

/** Runs functions that nobody waits for, on whichever instance has a free place. */
@Injectable()
export class RunQueue implements BeforeApplicationShutdown {
  private readonly active = new Map<string, AbortController>();
  private readonly ends = new Set<Promise<void>>();
  private stopping = false;

  constructor(
    private readonly runs: RunsRepository,
    private readonly functions: FunctionsRepository,
    private readonly runner: FunctionRunner,
    private readonly sandbox: Sandbox,
    private readonly depth: EventDepth,
    private readonly context: ProjectContext,
    private readonly config: Config,
    private readonly jobs: Jobs,
    private readonly logger: PinoLogger,
    private readonly pubSub: PubSub,
  ) {
    logger.setContext(RunQueue.name);
    pubSub.subscribe(CANCELED, (id) => this.active.get(id)?.abort());
    jobs.register({ name: JOB, everyMs: 1000, exclusive: false, run: () => this.work() });
    jobs.register({ name: 'execution-lost-runs', everyMs: 30_000, run: () => this.endLost() });
  }

  /** @returns the id of the run. @throws CoglexError `too_many_requests` when too many wait */
  async add({ parameters, id = randomUUID(), ...run }: NewRun): Promise<string> {
    const { EXECUTION_MAX_QUEUED: most, EXECUTION_RETENTION: retention } = this.config;
    if ((await this.runs.queued(most)) >= most)
      throw new CoglexError('too_many_requests', {
        detail: 'Too many runs are waiting. Try again later.',
        headers: { 'Retry-After': '10' },
      });
    const created = new Date();
    const request = currentRequestId();
    await this.runs.add({
      _id: id,
      ...run,
      project: this.context.project,
      ...(request === undefined ? {} : { request }),
      parameters: JSON.stringify(parameters),
      depth: this.depth.current,
      state: 'queued',
      created,
      expires: new Date(created.getTime() + retention * 1000),
    });
    this.jobs.wake(JOB);
    return id;
  }

  /** Ends a run that waits or is under way; instances that Redis does not reach see it soon. */
  async cancel(id: string): Promise<void> {
    if (await this.runs.cancel(id)) void this.pubSub.publish(CANCELED, id);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping = true;
    const late = setTimeout(() => this.active.forEach((run) => run.abort()), DRAIN_MS);
    await Promise.all(this.ends);
    clearTimeout(late);
  }

  private async work(): Promise<void> {
    await this.endCanceled();
    while (!this.stopping && this.sandbox.free > 0 && this.active.size < this.config.EXECUTION_MAX_RUNS) {
      const run = await this.runs.claim(this.config.EXECUTION_MAX_TIMEOUT_MS + GRACE_MS);
      if (!run) return;
      this.begin(run);
    }
  }

  private begin(run: StoredRun): void {
    const abort = new AbortController();
    this.active.set(run._id, abort);
    const end = this.context
      .run(run.project, () =>
        onBehalfOf(run.request, () => this.depth.run(run.depth, () => this.execute(run, abort.signal))),
      )
      .catch((error: unknown) => this.logger.error({ err: error, run: run._id }, 'A run could not be noted'))
      .finally(() => {
        this.active.delete(run._id);
        this.ends.delete(end);
        this.jobs.wake(JOB);
      });
    this.ends.add(end);
  }

  private async execute(run: StoredRun, signal: AbortSignal): Promise<void> {
    try {
      const target = (await this.functions.find(run.function)) ?? noSuchFunction();
      const parameters = JSON.parse(run.parameters) as Record<string, unknown>;
      const outcome = await this.runner.run(target, parameters, { caller: run.caller, signal });
      const { result, error, stdout, stderr, duration_ms: durationMs } = outcome;
      await this.runs.finish(run._id, {
        state: error ? 'failed' : 'succeeded',
        version: target.version,
        ...(error ? { error } : { result: JSON.stringify(result) }),
        stdout,
        stderr,
        durationMs,
      });
    } catch (error) {
      if (error instanceof CoglexError && error.code === 'too_many_requests')
        return this.runs.release(run._id);
      const known =
        error instanceof CoglexError ? error : new CoglexError('internal_error', { cause: error });
      if (known !== error) this.logger.error({ err: error, run: run._id }, 'A run failed');
      await this.runs.finish(run._id, { state: 'failed', error: exception(known.code, known.detail) });
    }
  }

  private async endCanceled(): Promise<void> {
    if (this.active.size === 0) return;
    for (const id of await this.runs.canceled([...this.active.keys()])) this.active.get(id)?.abort();
  }

  private endLost(): Promise<void> {
    return this.runs.endLost({
      state: 'failed',
      error: exception('Interrupted', 'The server stopped meanwhile.'),
    });
  }
}
