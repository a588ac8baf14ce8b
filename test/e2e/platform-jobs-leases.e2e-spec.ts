import type { Job } from '../../src/platform/jobs/job.js';
import { Jobs } from '../../src/platform/jobs/jobs.service.js';
import { TestApp } from '../support/test-app.js';
import { until } from '../support/until.js';

interface Stored {
  _id: string;
  owner?: string;
  until?: Date;
  due?: Date;
  last?: { result: string };
}

const HOUR_MS = 3_600_000;

describe('the lease of a job', () => {
  let one: TestApp;
  let two: TestApp;
  beforeAll(async () => {
    one = await TestApp.start();
    two = await TestApp.start({ env: { MONGODB_DATABASE: one.databaseName } });
  });
  afterAll(async () => {
    await two.stop();
    await one.stop();
  });

  const register = (job: Job, on = [one, two]) => on.forEach(({ nest }) => nest.get(Jobs).register(job));
  const jobs = () => one.db.collection<Stored>('_JOBS');
  const stored = (_id: string) => jobs().findOne({ _id });

  it('is renewed for as long as the run takes, and nobody else gets it', async () => {
    const begun: AbortSignal[] = [];
    let end = (): void => undefined;
    register({
      name: 'long',
      everyMs: 20,
      leaseMs: 3000,
      run: (signal) => {
        begun.push(signal);
        return new Promise((resolve) => {
          end = resolve;
          signal.addEventListener('abort', () => resolve());
        });
      },
    });
    await until(() => begun.length > 0);
    const first = (await stored('long'))?.until ?? new Date();
    // More than a lease on, both instances have tried many times.
    await until(async () => Number((await stored('long'))?.until) > first.getTime() + 3500);
    for (const { nest } of [one, two]) nest.get(Jobs).wake('long');
    await until(async () => Number((await stored('long'))?.until) > first.getTime() + 6500);
    expect(begun).toHaveLength(1);
    expect(begun[0]?.aborted).toBe(false);
    end();
    await until(() => begun.length === 2);
    end();
  });

  it('that was lost stops its run', async () => {
    let stopped = false;
    register(
      {
        name: 'robbed',
        everyMs: HOUR_MS,
        leaseMs: 400,
        run: (signal) =>
          new Promise((resolve) =>
            signal.addEventListener('abort', () => {
              stopped = true;
              resolve();
            }),
          ),
      },
      [one],
    );
    await until(async () => (await stored('robbed'))?.owner !== undefined);
    const until_ = new Date(Date.now() + HOUR_MS);
    await jobs().updateOne({ _id: 'robbed' }, { $set: { owner: 'somebody else', until: until_ } });
    await until(() => stopped);
    // The other's lease stands as it was.
    expect(await stored('robbed')).toMatchObject({ owner: 'somebody else', until: until_ });
  });

  it('of an instance that has died ends by itself, and the run counts as lost', async () => {
    const dead = {
      id: 'dead',
      cause: 'clock',
      instance: 'gone',
      host: 'gone',
      started: new Date(Date.now() - 5000),
    };
    const soon = new Date(Date.now() + 300);
    await jobs().insertOne({
      _id: 'orphan',
      owner: 'dead',
      until: soon,
      due: new Date(0),
      run: dead,
    } as Stored);
    const causes: Date[] = [];
    register({ name: 'orphan', everyMs: HOUR_MS, run: async () => void causes.push(new Date()) });
    await until(() => causes.length === 1);
    expect(causes[0].getTime()).toBeGreaterThanOrEqual(soon.getTime());
    await until(async () => (await stored('orphan'))?.last?.result === 'succeeded');
    expect(await stored('orphan')).toMatchObject({ runs: 2, failures: 1, streak: 0 });
  });

  it('brings one more run when the job was woken meanwhile', async () => {
    const ends: (() => void)[] = [];
    register({ name: 'busy', cron: '0 3 1 1 *', run: () => new Promise((resolve) => ends.push(resolve)) });
    one.nest.get(Jobs).wake('busy');
    await until(() => ends.length === 1);
    two.nest.get(Jobs).wake('busy');
    await until(async () => (await jobs().countDocuments({ _id: 'busy', again: true })) === 1);
    ends[0]();
    await until(() => ends.length === 2);
    ends[1]();
    await until(async () => (await stored('busy'))?.owner === undefined);
    expect(ends).toHaveLength(2);
  });

  it('follows a schedule that has changed', async () => {
    await jobs().insertOne({
      _id: 'changed',
      schedule: '0 3 1 1 * (UTC)',
      until: new Date(0),
      due: new Date(Date.now() + HOUR_MS),
    } as unknown as Stored);
    let runs = 0;
    register({ name: 'changed', cron: '* * * * * *', run: async () => void (runs += 1) });
    await until(() => runs >= 2);
  });

  it('is refused to schedules that cannot be', () => {
    const run = async () => undefined;
    const add = (job: Partial<Job>) => () => one.nest.get(Jobs).register({ name: 'wrong', run, ...job });
    expect(add({})).toThrow('either everyMs or cron');
    expect(add({ everyMs: 1, cron: '* * * * *' })).toThrow('either everyMs or cron');
    expect(add({ cron: 'every day' })).toThrow();
    expect(add({ everyMs: 0 })).toThrow('too often');
  });
});
