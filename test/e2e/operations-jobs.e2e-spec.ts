import type { Job } from '../../src/platform/jobs/job.js';
import { Jobs } from '../../src/platform/jobs/jobs.service.js';
import type { Problem } from '../support/api-client.js';
import { TestApp, type LogLine } from '../support/test-app.js';
import { makeKey, withKey } from '../support/test-project.js';
import { eventually, until } from '../support/until.js';

const JOBS = '/service/operations/v1/jobs';

interface Listed {
  name: string;
  every: number | null;
  cron: string | null;
  timezone: string | null;
  exclusive: boolean;
  next_at: string | null;
  running: { id: string; cause: string; instance: string; host: string } | null;
  last: { cause: string; result: string; error: string | null; duration_ms: number } | null;
  succeeded_at: string | null;
  runs: number;
  failures: number;
  failures_in_a_row: number;
}

const HOUR_MS = 3_600_000;

/** Work that ends when the test says so. */
class Work {
  begun = 0;
  signal?: AbortSignal;
  private resolve: () => void = () => undefined;

  readonly run = (signal: AbortSignal): Promise<void> => {
    this.begun += 1;
    this.signal = signal;
    return new Promise((resolve) => (this.resolve = resolve));
  };

  end(): void {
    this.resolve();
  }
}

describe('jobs, seen by operators', () => {
  const lines: LogLine[] = [];
  let app: TestApp;
  let other: TestApp | undefined;
  beforeAll(async () => {
    app = await TestApp.start({ env: { LOG_LEVEL: 'info' }, onLog: (line) => lines.push(line) });
  });
  afterAll(async () => {
    await other?.stop();
    await app.stop();
  });

  const register = (job: Job, on = [app]) => on.forEach(({ nest }) => nest.get(Jobs).register(job));
  const list = async (of = app) => (await of.client.get<Listed[]>(JOBS)).body;
  const find = async (name: string, of = app) => (await list(of)).find((job) => job.name === name);
  const run = (name: string, of = app, headers = {}) =>
    of.client.with(headers).post<Problem>(`${JOBS}/${name}/run`);
  const ended = (name: string, is: (job: Listed) => boolean) =>
    eventually(
      () => find(name),
      (job) => job !== undefined && job.running === null && is(job),
    );

  it('are listed by their names, with schedules and runs', async () => {
    const jobs = await list();
    const names = jobs.map(({ name }) => name);
    expect(names).toEqual([...names].sort());
    expect(names).toEqual(expect.arrayContaining(['archive-sweep', 'mail-delivery', 'project-purge']));
    const sweep = await ended('archive-sweep', ({ runs }) => runs > 0);
    expect(sweep).toMatchObject({
      every: 60,
      cron: null,
      timezone: null,
      exclusive: true,
      next_at: expect.stringMatching(/Z$/) as string,
      last: { cause: 'clock', result: 'succeeded', error: null },
      failures: 0,
      failures_in_a_row: 0,
    });
    const feed = await ended('session-revocations', ({ runs }) => runs > 0);
    expect(feed).toMatchObject({ every: 0.5, exclusive: false, next_at: null });
  });

  it('run when an operator says so, and leave a line in the trail', async () => {
    let runs = 0;
    register({ name: 'wanted', cron: '0 3 1 1 *', run: async () => void (runs += 1) });
    const answer = await run('wanted');
    expect(answer.status).toBe(202);
    expect(answer.body).toMatchObject({ name: 'wanted' });
    const job = await ended('wanted', ({ last }) => last !== null);
    expect(job).toMatchObject({ runs: 1, cron: '0 3 1 1 *', timezone: 'UTC', last: { cause: 'operator' } });
    expect(runs).toBe(1);
    const entry = await app.db.collection('_AUDIT').findOne({ what: 'job.triggered' });
    expect(entry).toMatchObject({ api_key: 'root', on: { type: 'job', id: 'wanted' } });
    const metrics = await (await fetch(`${app.url}/metrics`)).text();
    expect(metrics).toContain('coglex_job_runs_total{job="wanted",result="succeeded"} 1');
    expect(metrics).toMatch(/^coglex_job_last_success_timestamp_seconds\{job="wanted"\} [\d.]+$/m);
    expect(metrics).toContain('coglex_job_duration_seconds_count{job="wanted"} 1');
  });

  it('run once for one Idempotency-Key', async () => {
    let runs = 0;
    register({ name: 'repeated', everyMs: HOUR_MS, run: async () => void (runs += 1) });
    await ended('repeated', (job) => job.runs === 1);
    const headers = { 'idempotency-key': 'once' };
    const first = await run('repeated', app, headers);
    await ended('repeated', (job) => job.runs === 2);
    expect(await run('repeated', app, headers)).toMatchObject({ status: 202, body: first.body });
    expect(runs).toBe(2);
  });

  it('that fail say so once, by the code alone, and once when they work again', async () => {
    let fails = true;
    register({
      name: 'clumsy',
      everyMs: 10,
      run: async () => {
        if (fails) throw new Error('password=swordfish');
      },
    });
    const job = await ended('clumsy', ({ failures }) => failures >= 3);
    expect(job?.last).toMatchObject({ result: 'failed', error: 'internal_error' });
    expect(JSON.stringify(await list())).not.toContain('swordfish');
    fails = false;
    await ended('clumsy', ({ failures_in_a_row: streak, runs }) => streak === 0 && runs > 3);
    const said = lines.filter((line) => line.job === 'clumsy').map(({ msg }) => msg);
    expect(said).toEqual([expect.stringContaining('A job failed'), 'A job works again']);
  });

  it('that take too long are told to stop, and reported', async () => {
    const stopped = (signal: AbortSignal) =>
      new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    register({ name: 'endless', everyMs: HOUR_MS, longestMs: 20, run: stopped });
    const job = await ended('endless', ({ last }) => last !== null);
    expect(job).toMatchObject({ last: { result: 'overrun' }, failures: 1, succeeded_at: null });
    expect(lines.filter((line) => line.job === 'endless').map(({ msg }) => msg)).toContain(
      'A job takes too long and was told to stop',
    );
  });

  it('are not begun while they run, on whichever instance, and not when there is no such job', async () => {
    // Not before: the lines of the log go to the server that was made last.
    other = await TestApp.start({ env: { MONGODB_DATABASE: app.databaseName } });
    const work = new Work();
    const both = [app, other];
    register({ name: 'slow', cron: '0 3 1 1 *', run: work.run }, both);
    expect((await run('slow')).status).toBe(202);
    for (const instance of both) {
      const { status, body } = await run('slow', instance);
      expect([status, body.code]).toEqual([409, 'job_running']);
      expect((await find('slow', instance))?.running).toMatchObject({ cause: 'operator' });
    }
    expect(work.begun).toBe(1);
    await until(() => work.signal !== undefined);
    work.end();
    await ended('slow', ({ runs }) => runs === 1);
    for (const name of ['unknown', '__proto__', 'constructor', 'a%00b'])
      expect((await run(name)).status).toBe(404);
  });

  it('have beside them the functions that run by themselves', async () => {
    const made = await app.client.send('PUT', '/service/execution/v1/functions/nightly', {
      language: 'javascript',
      code: 'return 1;',
      schedules: [{ cron: '0 3 * * *' }],
    });
    expect(made.status).toBeLessThan(300);
    const { status, body } = await app.client.get(`${JOBS}/schedules`, { limit: 5 });
    expect(status).toBe(200);
    expect(body).toEqual([
      {
        ...{ id: 'default/nightly', project: 'default', function: 'nightly', crons: ['0 3 * * *'] },
        next_at: expect.stringMatching(/T03:00:00.000Z$/) as string,
      },
    ]);
    expect((await app.client.get(`${JOBS}/schedules`, { after: 'default/nightly' })).body).toEqual([]);
    for (const query of [{ limit: 0 }, { limit: 1001 }, { limit: 'x' }, { other: 1 }])
      expect((await app.client.get(`${JOBS}/schedules`, query)).status).toBe(400);
  });

  it('are for the root key alone', async () => {
    const client = withKey(app, await makeKey(app.client, { type: 'secret', scopes: ['*'] }));
    expect((await client.get(JOBS)).status).toBe(403);
    expect((await client.post(`${JOBS}/archive-sweep/run`)).status).toBe(403);
    expect((await app.anonymous.get(JOBS)).status).toBe(401);
  });

  it('go on where another instance stops in the middle', async () => {
    const leaving = await TestApp.start({ env: { MONGODB_DATABASE: app.databaseName } });
    const work = new Work();
    const job = { name: 'relay', cron: '0 3 1 1 *' };
    register(
      {
        ...job,
        run: async (signal) => {
          signal.addEventListener('abort', () => work.end());
          await work.run(signal);
        },
      },
      [leaving],
    );
    expect((await run('relay', leaving)).status).toBe(202);
    await until(() => work.begun === 1);
    await leaving.nest.close();
    expect(work.signal?.aborted).toBe(true);
    const stored = await app.db.collection<{ _id: string }>('_JOBS').findOne({ _id: 'relay' });
    expect(stored).toMatchObject({ last: { result: 'stopped' } });
    let taken = 0;
    register({ ...job, run: async () => void (taken += 1) });
    await until(() => taken === 1);
  });

  it('keep what is known of them when the server starts again', async () => {
    const before = await ended('wanted', () => true);
    const again = await TestApp.start({ env: { MONGODB_DATABASE: app.databaseName } });
    register({ name: 'wanted', cron: '0 3 1 1 *', run: async () => undefined }, [again]);
    expect(await find('wanted', again)).toEqual(before);
    await again.nest.close();
  });
});
