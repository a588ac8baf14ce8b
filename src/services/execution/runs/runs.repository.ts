import { Injectable } from '@nestjs/common';
import { mongo } from 'mongoose';
import { PinoLogger } from 'nestjs-pino';
import { Config } from '../../../platform/config/config.js';
import { Database } from '../../../platform/database/database.service.js';
import { MOST_COUNTED, QueueMetrics } from '../../../platform/metrics/queue-metrics.service.js';
import { ProjectContext } from '../../../platform/tenancy/project-context.service.js';
import { ProjectBelongings } from '../../../platform/tenancy/project-belongings.service.js';
import type { StoredRun } from './stored-run.js';

const RUNS = '_RUNS';

const DUPLICATE_KEY = 11000;

type Ending = Pick<StoredRun, 'state'> & Partial<StoredRun>;

/** Runs that nobody waits for; a run goes from state to state by one atomic update each. */
@Injectable()
export class RunsRepository {
  private indexed = false;

  constructor(
    private readonly database: Database,
    private readonly context: ProjectContext,
    private readonly config: Config,
    private readonly logger: PinoLogger,
    belongings: ProjectBelongings,
    queues: QueueMetrics,
  ) {
    belongings.add(RUNS);
    logger.setContext(RunsRepository.name);
    queues.register('runs', () =>
      this.runs().countDocuments({ state: 'queued' }, { limit: MOST_COUNTED, maxTimeMS: 1000 }),
    );
  }

  /** @returns whether it is new: the same occasion makes one run, whoever sees it first */
  async add(run: StoredRun): Promise<boolean> {
    this.ensureIndexes();
    try {
      await this.runs().insertOne(run, this.time);
      return true;
    } catch (error) {
      if (error instanceof mongo.MongoServerError && error.code === DUPLICATE_KEY) return false;
      throw error;
    }
  }

  /** How many runs of the current project wait. @param most counts no further */
  async queued(most: number): Promise<number> {
    const filter = { project: this.context.project, state: 'queued' } as const;
    return this.runs().countDocuments(filter, { limit: most, ...this.time });
  }

  /** Takes the oldest run that waits, of any project. @param leaseMs longest time that it may take */
  async claim(leaseMs: number): Promise<StoredRun | null> {
    const started = new Date();
    return this.runs().findOneAndUpdate(
      { state: 'queued' },
      { $set: { state: 'running', started, until: new Date(started.getTime() + leaseMs) } },
      { sort: { created: 1 }, returnDocument: 'after', ...this.time },
    );
  }

  /** Puts a run back that was taken too early. */
  async release(id: string): Promise<void> {
    await this.runs().updateOne(
      { _id: id, state: 'running' },
      { $set: { state: 'queued' }, $unset: { started: '', until: '' } },
      this.time,
    );
  }

  /** Ends a run that is under way; one that was canceled meanwhile stays so. */
  async finish(id: string, ending: Ending): Promise<void> {
    const $set = { ...ending, finished: new Date() };
    await this.runs().updateOne({ _id: id, state: 'running' }, { $set, $unset: { until: '' } }, this.time);
  }

  /** @returns whether it had not ended */
  async cancel(id: string): Promise<boolean> {
    const { modifiedCount } = await this.runs().updateOne(
      { _id: id, project: this.context.project, state: { $in: ['queued', 'running'] } },
      { $set: { state: 'canceled', finished: new Date() }, $unset: { until: '' } },
      this.time,
    );
    return modifiedCount === 1;
  }

  /** A run of the current project. */
  async find(id: string): Promise<StoredRun | null> {
    return this.runs().findOne({ _id: id, project: this.context.project }, this.time);
  }

  /** Runs of the current project without what they printed, the newest first. @param name of a function */
  async list(name: string | undefined, limit: number): Promise<StoredRun[]> {
    const filter = { project: this.context.project, ...(name === undefined ? {} : { function: name }) };
    const options = {
      projection: { stdout: 0, stderr: 0 },
      sort: { created: -1 },
      limit,
      ...this.time,
    } as const;
    return this.runs().find(filter, options).toArray();
  }

  /** Which of some runs have been canceled. */
  async canceled(ids: string[]): Promise<string[]> {
    const filter = { _id: { $in: ids }, state: 'canceled' } as const;
    const found = await this.runs()
      .find(filter, { projection: { _id: 1 }, ...this.time })
      .toArray();
    return found.map(({ _id }) => _id);
  }

  /** Ends runs whose instance has not come back. */
  async endLost(ending: Ending): Promise<void> {
    const now = new Date();
    const $set = { ...ending, finished: now };
    await this.runs().updateMany({ state: 'running', until: { $lt: now } }, { $set }, this.time);
  }

  private get time(): { maxTimeMS: number } {
    return { maxTimeMS: this.config.MONGODB_MAX_TIME_MS };
  }

  private runs(): mongo.Collection<StoredRun> {
    return this.database.system<StoredRun>(RUNS);
  }

  /** Nothing is wrong while they are missing, so nothing waits for them. */
  private ensureIndexes(): void {
    if (this.indexed) return;
    this.indexed = true;
    this.runs()
      .createIndexes([
        { key: { expires: 1 }, expireAfterSeconds: 0 },
        { key: { state: 1, created: 1 } },
        { key: { project: 1, state: 1 } },
        { key: { project: 1, created: -1 } },
      ])
      .catch((error: unknown) => {
        this.indexed = false;
        this.logger.warn({ err: error }, 'Indexes of runs could not be made; they are tried again');
      });
  }
}
