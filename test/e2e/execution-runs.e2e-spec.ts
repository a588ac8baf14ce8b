import { Events } from '../../src/platform/events/events.service.js';
import type { Problem } from '../support/api-client.js';
import { EXECUTION, execute, storeFunction, type Run } from '../support/execution.js';
import { withPublishableKey } from '../support/publishable-key.js';
import { TestApp } from '../support/test-app.js';
import { TestUser } from '../support/test-user.js';
import { eventually } from '../support/until.js';

declare module '../../src/platform/events/event-map.js' {
  interface EventMap {
    'probe.fired': { value: number };
  }
}

const javascript = (code: string, more: object = {}) => ({ code, language: 'javascript', ...more });
const hasEnded = ({ status }: Run) => status !== 'queued' && status !== 'running';

describe('execution: runs that nobody waits for', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start({
      env: { EXECUTION_MAX_RUNS: '2', EXECUTION_MAX_WAITING: '1', EXECUTION_MAX_QUEUED: '2' },
    });
  });
  afterAll(() => app?.stop());

  const begin = (name: string, parameters = {}, client = app.client) =>
    client.post<{ id: string } & Problem>(`${EXECUTION}/functions/${name}/invoke?async=true`, { parameters });
  const get = async (id: string) => (await app.client.get<Run>(`${EXECUTION}/runs/${id}`)).body;
  const end = (id: string) => eventually(() => get(id), hasEnded);

  it('are begun with 202, and show their result and their logs', async () => {
    await storeFunction(
      app.client,
      'later',
      javascript('function main({ n }) { console.log("n", n); return { n } }'),
    );
    const begun = await begin('later', { n: 7 });
    expect(begun).toMatchObject({ status: 202, body: { id: expect.any(String) as string } });
    expect(await end(begun.body.id)).toMatchObject({
      id: begun.body.id,
      function: 'later',
      version: 1,
      status: 'succeeded',
      cause: 'invoke',
      result: { n: 7 },
      error: null,
    });
    const logs = await app.client.get(`${EXECUTION}/runs/${begun.body.id}/logs`);
    expect(logs.body).toEqual({ stdout: 'n 7\n', stderr: '' });
    const { body } = await app.client.get<Run[]>(`${EXECUTION}/runs`, { function: 'later' });
    expect(body.map(({ id }) => id)).toEqual([begun.body.id]);
  });

  it('fail with what the code threw', async () => {
    await storeFunction(app.client, 'fails', javascript('throw new RangeError("no")'));
    const { id } = (await begin('fails')).body;
    expect(await end(id)).toMatchObject({
      status: 'failed',
      result: null,
      error: { type: 'RangeError', line: 1 },
    });
  });

  it('are canceled while they run, and stay so', async () => {
    await storeFunction(app.client, 'endless', javascript('for (;;);', { timeout: 60_000 }));
    const { id } = (await begin('endless')).body;
    await eventually(
      () => get(id),
      ({ status }) => status === 'running',
    );
    for (let time = 0; time < 2; time += 1) {
      const canceled = await app.client.post<Run>(`${EXECUTION}/runs/${id}/cancel`);
      expect(canceled).toMatchObject({ status: 200, body: { id, status: 'canceled' } });
    }
    // Its place is free again.
    const answers = await Promise.all([1, 2].map(() => execute(app.client, 'javascript', '1')));
    expect(answers.map(({ body }) => body.result)).toEqual([1, 1]);
    expect((await get(id)).status).toBe('canceled');
  });

  it('are refused with 429 when too many wait, as are calls', async () => {
    await storeFunction(app.client, 'endless', javascript('for (;;);', { timeout: 60_000 }));
    const ids: string[] = [];
    let refused: Problem | undefined;
    while (!refused) {
      const { status, body } = await begin('endless');
      if (status === 202) ids.push(body.id);
      else refused = body;
    }
    expect(refused).toMatchObject({ status: 429, code: 'too_many_requests' });
    await eventually(
      () => Promise.all(ids.map(get)),
      (runs) => runs.filter(({ status }) => status === 'running').length === 2,
    );
    const calls = [1, 2, 3].map((n) => execute(app.client, 'javascript', `${n}`));
    const answered: Awaited<(typeof calls)[number]>[] = [];
    for (const call of calls) void call.then((answer) => answered.push(answer));
    await eventually(
      () => Promise.resolve(answered.length),
      (count) => count === 2,
    );
    for (const { status, body, headers } of answered) {
      expect({ status, code: body.code }).toEqual({ status: 429, code: 'too_many_requests' });
      expect(headers.get('retry-after')).toBe('1');
    }
    await Promise.all(ids.map((id) => app.client.post(`${EXECUTION}/runs/${id}/cancel`)));
    // The third had a place to wait in.
    expect((await Promise.all(calls)).filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it('are shown to those who began them', async () => {
    await storeFunction(app.client, 'mine', javascript('1', { access: 'user' }));
    const open = await withPublishableKey(app);
    const [ada, bob] = await Promise.all([TestUser.create(app), TestUser.create(app)]);
    const { id } = (await begin('mine', {}, open.as(ada.token))).body;
    await end(id);
    const path = `${EXECUTION}/runs/${id}`;
    expect((await open.as(ada.token).get<Run>(path)).body.result).toBe(1);
    for (const stranger of [open.as(bob.token), open]) {
      expect((await stranger.get(path)).status).toBe(404);
      expect((await stranger.post(`${path}/cancel`)).status).toBe(404);
      expect((await stranger.get(`${path}/logs`)).status).toBe(403);
    }
    expect((await app.client.get(`${EXECUTION}/runs/nothing`)).status).toBe(404);
  });

  it('begin when their time has come, once for each slot, on whichever instance', async () => {
    const other = await TestApp.start({ env: { MONGODB_DATABASE: app.databaseName } });
    try {
      await storeFunction(
        app.client,
        'clock',
        javascript('"tick"', { schedules: [{ cron: '* * * * * *' }] }),
      );
      const runs = await eventually(
        async () => (await app.client.get<Run[]>(`${EXECUTION}/runs`, { function: 'clock' })).body,
        (list) => list.filter(({ status }) => status === 'succeeded').length >= 2,
      );
      expect(runs.every(({ cause }) => cause === 'schedule')).toBe(true);
      const slots = runs.map(({ id }) => id);
      expect(new Set(slots).size).toBe(slots.length);
      await app.client.delete(`${EXECUTION}/functions/clock`);
      const due = await app.db.collection('_SCHEDULES').countDocuments();
      expect(due).toBe(0);
    } finally {
      await other.nest.close();
    }
  });

  it('begin when something has happened', async () => {
    await storeFunction(
      app.client,
      'heard',
      javascript('function main({ event }) { return [event.type, typeof event.id, event.data.value] }', {
        triggers: [{ event: 'probe.*' }],
      }),
    );
    await app.nest.get(Events).publish('probe.fired', { value: 5 });
    const [run] = await eventually(
      async () => (await app.client.get<Run[]>(`${EXECUTION}/runs`, { function: 'heard' })).body,
      (list) => list.length > 0 && list.every(hasEnded),
    );
    expect(run).toMatchObject({ cause: 'event', status: 'succeeded', result: ['probe.fired', 'string', 5] });
  });
});
