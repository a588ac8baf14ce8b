import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Jobs } from '../../src/platform/jobs/jobs.service.js';
import { currentRequestId } from '../../src/platform/logging/request-scope.js';
import { ProjectContext } from '../../src/platform/tenancy/project-context.service.js';
import type { Problem } from '../support/api-client.js';
import { EXECUTION, storeFunction } from '../support/execution.js';
import { Outbox } from '../support/outbox.js';
import { TestApp, type LogLine } from '../support/test-app.js';
import { eventually, until } from '../support/until.js';
import { WebhookReceiver } from '../support/webhook-receiver.js';

const AUTH = '/service/auth/v1';

describe('the id of a request', () => {
  let app: TestApp;
  let receiver: WebhookReceiver;
  const log: LogLine[] = [];
  beforeAll(async () => {
    app = await TestApp.start({
      env: { LOG_LEVEL: 'debug', OUTBOUND_ALLOW: '127.0.0.1', WEBHOOK_TIMEOUT_MS: '500' },
      onLog: (line) => log.push(line),
    });
    receiver = await WebhookReceiver.start();
  });
  afterAll(async () => {
    await app.stop();
    await receiver.stop();
  });

  const called = (id: string) => app.client.with({ 'x-request-id': id });
  const ada = { _key: 'ada@example.com', _password: 'correct horse' };

  it('stands in the answer, the problem, and every line, also those after the body was read', async () => {
    const { headers, body } = await called('wrong-1').post<Problem>(`${AUTH}/signin`, {
      ...ada,
      _password: 1,
    });
    expect([headers.get('x-request-id'), body.requestId]).toEqual(['wrong-1', 'wrong-1']);
    await until(() => log.some(({ req, requestId }) => req !== undefined && requestId === 'wrong-1'));
    const line = log.find(({ code }) => code === 'validation_failed');
    expect(line).toMatchObject({ requestId: 'wrong-1' });
  });

  it('goes with what the request causes: trail, webhooks, mail', async () => {
    await app.client.post('/service/webhook/v1/endpoints', { url: receiver.url, types: ['user.*'] });
    await called('sign-up-1').post(`${AUTH}/signup`, ada);
    await receiver.until(1);
    expect(receiver.arrivals[0].headers['x-request-id']).toBe('sign-up-1');
    expect(await app.db.collection('_AUDIT').findOne({ what: 'user.created' })).toMatchObject({
      request: 'sign-up-1',
    });
    await called('magic-1').post(`${AUTH}/magic`, { _key: ada._key });
    const mail = await new Outbox(app).next(ada._key);
    expect(mail.headers.get('x-request-id')).toBe('magic-1');
  });

  it('goes with functions, also those that nobody waits for, and the requests that code makes', async () => {
    const code = 'async function main({ url }) { return (await coglex.fetch(url)).status }';
    const grants = { fetch: [new URL(receiver.url).host] };
    await storeFunction(app.client, 'calls', { code, language: 'javascript', grants });
    const invoke = (id: string, query = '') =>
      called(id).post<{ id: string; error?: unknown }>(`${EXECUTION}/functions/calls/invoke${query}`, {
        parameters: { url: `${receiver.url}/${id}` },
      });
    const ids = () =>
      receiver.arrivals
        .filter(({ path }) => /run-\d$/.test(path))
        .map(({ path, headers }) => [path.split('/').at(-1), headers['x-request-id']]);
    expect((await invoke('run-1')).body.error).toBeNull();
    const { body } = await invoke('run-2', '?async=true');
    const run = await eventually(
      async () =>
        (await app.client.get<{ status: string; request: string }>(`${EXECUTION}/runs/${body.id}`)).body,
      ({ status }) => status !== 'queued' && status !== 'running',
    );
    expect(run).toMatchObject({ status: 'succeeded', request: 'run-2' });
    expect(ids()).toEqual([
      ['run-1', 'run-1'],
      ['run-2', 'run-2'],
    ]);
  });

  it('stays with a webhook that is tried again, in the log as well', async () => {
    // A port on which nobody listens any more.
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await app.client.post('/service/webhook/v1/endpoints', {
      url: `http://127.0.0.1:${port}/`,
      types: ['user.signed_in'],
    });
    await called('sign-in-7').post(`${AUTH}/signin`, ada);
    const delivery = await eventually(
      () =>
        app.db.collection('_WEBHOOK_DELIVERIES').findOne({ type: 'user.signed_in', request: 'sign-in-7' }),
      (found) => found !== null,
    );
    expect(delivery).not.toBeNull();
  });

  it('is not that of a job, though a request had it run', async () => {
    const jobs = app.nest.get(Jobs, { strict: false });
    const context = app.nest.get(ProjectContext, { strict: false });
    const seen: (string | undefined)[] = [];
    jobs.register({
      name: 'probe',
      everyMs: 3_600_000,
      exclusive: false,
      run: async () => {
        await sleep(1);
        seen.push(currentRequestId(), context.project);
      },
    });
    await until(() => seen.length === 2);
    expect((await called('job-1').post('/service/operations/v1/jobs/probe/run')).status).toBe(202);
    await until(() => seen.length === 4);
    expect(seen).toEqual([undefined, 'default', undefined, 'default']);
  });
});
