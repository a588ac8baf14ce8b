import { Webhook } from 'standardwebhooks';
import { Events } from '../../src/platform/events/events.service.js';
import type { Problem } from '../support/api-client.js';
import { TestApp } from '../support/test-app.js';
import { WebhookReceiver, type Arrival } from '../support/webhook-receiver.js';
import { until } from '../support/until.js';

declare module '../../src/platform/events/event-map.js' {
  interface EventMap {
    'probe.told': { id: string; n: number; when?: Date };
    'probe.other': { id: string };
  }
}

const WEBHOOK = '/service/webhook/v1';

interface Delivery {
  id: string;
  message: string;
  state: string;
  sent: number;
  tries: { status?: number; latency: number; error?: string }[];
  next_try?: string;
}

describe('outgoing webhooks', () => {
  let app: TestApp;
  let other: TestApp;
  let receiver: WebhookReceiver;
  beforeAll(async () => {
    const env = { OUTBOUND_ALLOW: '127.0.0.1', WEBHOOK_TIMEOUT_MS: '500' };
    app = await TestApp.start({ env });
    // A second instance shares the outbox.
    other = await TestApp.start({ env: { ...env, MONGODB_DATABASE: app.databaseName } });
  });
  afterAll(async () => {
    await other.stop();
    await app.stop();
  });
  beforeEach(async () => {
    receiver = await WebhookReceiver.start();
  });
  afterEach(async () => {
    for (const { _id } of (await app.client.get<{ _id: string }[]>(`${WEBHOOK}/endpoints`)).body)
      await app.client.delete(`${WEBHOOK}/endpoints/${_id}`);
    await receiver.stop();
  });

  const endpoint = async (body: Record<string, unknown> = {}) =>
    (
      await app.client.post<{ _id: string; secret: string } & Problem>(`${WEBHOOK}/endpoints`, {
        url: receiver.url,
        types: ['probe.*'],
        ...body,
      })
    ).body;
  const publish = (data: { id: string; n: number; when?: Date }, id?: string, on = app) =>
    on.nest.get(Events).publish('probe.told', data, { id });
  const deliveries = async (query: Record<string, unknown> = {}) =>
    (await app.client.get<Delivery[]>(`${WEBHOOK}/deliveries`, query)).body;
  const verify = (secret: string, { body, headers }: Arrival) =>
    new Webhook(secret).verify(body, headers as Record<string, string>);

  it('arrive signed as Standard Webhooks has it, and are logged', async () => {
    const { _id, secret } = await endpoint();
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const when = new Date('2026-01-01T00:00:00Z');
    await publish({ id: 'a', n: 1, when }, 'message-1');
    await receiver.until(1);
    const [arrival] = receiver.arrivals;
    expect(verify(secret, arrival)).toEqual({
      type: 'probe.told',
      timestamp: expect.stringMatching(/Z$/) as string,
      data: { id: 'a', n: 1, when: '2026-01-01T00:00:00.000Z' },
    });
    expect(arrival.headers).toMatchObject({ 'webhook-id': 'message-1', 'content-type': 'application/json' });
    expect(() =>
      verify(`whsec_${Buffer.from('another secret, not ours').toString('base64')}`, arrival),
    ).toThrow();
    await until(async () => (await deliveries({ endpoint: _id }))[0]?.state === 'delivered');
    const [delivery] = await deliveries({ endpoint: _id, state: 'delivered', type: 'probe.told' });
    expect(delivery).toMatchObject({ message: 'message-1', sent: 1, tries: [{ status: 200 }] });
    const whole = await app.client.get<{ body: string }>(`${WEBHOOK}/deliveries/${delivery.id}`);
    expect(whole.body.body).toBe(arrival.body);
  });

  it('are told once of the same event, whoever publishes it again, and once by several instances', async () => {
    await endpoint();
    await Promise.all(
      Array.from({ length: 40 }, (_, n) =>
        publish({ id: `x${n}`, n }, `many-${n % 20}`, n % 2 ? app : other),
      ),
    );
    await until(async () => (await deliveries({ state: 'delivered' })).length >= 20);
    expect((await deliveries({ state: 'pending' })).length).toBe(0);
    expect(receiver.arrivals.map(({ headers }) => headers['webhook-id']).sort()).toEqual(
      Array.from({ length: 20 }, (_, n) => `many-${n}`).sort(),
    );
  });

  it('tell only what is asked for', async () => {
    await endpoint({ types: ['probe.told'], filter: { 'data.n': { $gte: 10 }, type: 'probe.told' } });
    await publish({ id: 'small', n: 1 });
    await app.nest.get(Events).publish('probe.other', { id: 'other' });
    await publish({ id: 'large', n: 10 });
    await receiver.until(1);
    await until(async () => (await deliveries({ state: 'pending' })).length === 0);
    expect(
      receiver.arrivals.map(({ body }) => (JSON.parse(body) as { data: { id: string } }).data.id),
    ).toEqual(['large']);
  });

  it('try again soon, under the same id, after a failure', async () => {
    const { _id, secret } = await endpoint();
    receiver.answer = (_arrival, index) => (index === 0 ? 500 : 204);
    await publish({ id: 'a', n: 1 }, 'again-1');
    await receiver.until(1);
    await until(async () => (await deliveries({ endpoint: _id }))[0]?.sent === 1);
    const [failed] = await deliveries({ endpoint: _id });
    expect(failed).toMatchObject({
      state: 'pending',
      tries: [{ status: 500, error: 'The endpoint answered 500.' }],
    });
    const failing = await app.client.get<{ failing_since?: string }>(`${WEBHOOK}/endpoints/${_id}`);
    expect(failing.body.failing_since).toEqual(expect.any(String));
    await receiver.until(2);
    await until(async () => (await deliveries({ endpoint: _id }))[0].state === 'delivered');
    const [first, second] = receiver.arrivals;
    expect(second.headers['webhook-id']).toBe(first.headers['webhook-id']);
    expect(second.body).toBe(first.body);
    for (const arrival of receiver.arrivals) verify(secret, arrival);
    await until(
      async () =>
        !('failing_since' in ((await app.client.get(`${WEBHOOK}/endpoints/${_id}`)).body as object)),
    );
  });

  it('log that nobody answered in time, and follow no redirect', async () => {
    const { _id } = await endpoint();
    receiver.answer = (_arrival, index) =>
      index === 0 ? 'hangs' : { status: 302, headers: { location: 'http://127.0.0.1:1/' } };
    await publish({ id: 'a', n: 1 });
    await until(async () => (await deliveries({ endpoint: _id }))[0]?.sent === 1);
    const [{ id }] = await deliveries({ endpoint: _id });
    await app.client.post(`${WEBHOOK}/deliveries/${id}/replay`);
    await until(async () => (await deliveries({ endpoint: _id }))[0].tries.length === 2);
    expect((await deliveries({ endpoint: _id }))[0].tries).toMatchObject([
      { error: 'There was no answer in time.' },
      { status: 302 },
    ]);
  });

  it('keep the order of a thing, and hold nothing else up', async () => {
    await endpoint({ ordered: true });
    let failures = 0;
    receiver.answer = ({ body }) => {
      const { data } = JSON.parse(body) as { data: { id: string; n: number } };
      return data.id === 'a' && data.n === 2 && (failures += 1) === 1 ? 503 : 200;
    };
    for (let n = 0; n < 5; n += 1) {
      await publish({ id: 'a', n }, undefined, n % 2 ? app : other);
      await publish({ id: 'b', n });
    }
    await receiver.until(11);
    const told = receiver.arrivals.map(
      ({ body }) => (JSON.parse(body) as { data: { id: string; n: number } }).data,
    );
    const of = (id: string) => told.filter((data) => data.id === id).map(({ n }) => n);
    expect(of('a')).toEqual([0, 1, 2, 2, 3, 4]);
    expect(of('b')).toEqual([0, 1, 2, 3, 4]);
    expect(told.slice(0, 8).filter(({ id }) => id === 'b')).toHaveLength(5);
  });

  it('go on with two secrets while one is replaced', async () => {
    const { _id, secret } = await endpoint();
    const { body } = await app.client.post<{ secret: string }>(`${WEBHOOK}/endpoints/${_id}/secret`);
    expect(body).toEqual({
      secret: expect.stringMatching(/^whsec_/) as string,
      previous_until: expect.any(String) as string,
    });
    await publish({ id: 'a', n: 1 });
    await receiver.until(1);
    for (const known of [secret, body.secret]) verify(known, receiver.arrivals[0]);
    expect(receiver.arrivals[0].headers['webhook-signature']?.toString().split(' ')).toHaveLength(2);
  });

  it('are signed with secrets that the database does not show, and are not sent without', async () => {
    const { _id, secret } = await endpoint();
    const endpoints = app.db.collection<{ _id: string }>('_WEBHOOK_ENDPOINTS');
    expect(JSON.stringify(await endpoints.findOne({ _id }))).not.toContain(secret.slice('whsec_'.length));
    await endpoints.updateOne({ _id }, { $set: { secrets: [{ sealed: 'of another SERVER_SECRET' }] } });
    const test = await app.client.post<{ error: string }>(`${WEBHOOK}/endpoints/${_id}/test`);
    expect(test.body).toMatchObject({ delivered: false });
    expect(test.body.error).toMatch(/rotate it/);
    expect(receiver.arrivals).toEqual([]);
  });

  it('can be tested, and sent again alone or for a span of time', async () => {
    const from = new Date().toISOString();
    const { _id, secret } = await endpoint();
    const test = await app.client.post(`${WEBHOOK}/endpoints/${_id}/test`);
    expect(test).toMatchObject({ status: 200, body: { delivered: true, status: 200 } });
    expect(verify(secret, receiver.arrivals[0])).toMatchObject({ type: 'webhook.test' });
    receiver.answer = () => 500;
    expect((await app.client.post(`${WEBHOOK}/endpoints/${_id}/test`)).body).toMatchObject({
      delivered: false,
      status: 500,
    });
    receiver.answer = () => 200;
    await publish({ id: 'a', n: 1 }, 'span-1');
    await until(async () => (await deliveries({ message: 'span-1' }))[0]?.state === 'delivered');
    const replay = (body: object) => app.client.post(`${WEBHOOK}/endpoints/${_id}/replay`, body);
    expect((await replay({ from, state: 'all' })).body).toEqual({ replayed: 3 });
    await receiver.until(6);
    expect((await replay({ from: new Date().toISOString(), state: 'all' })).body).toEqual({ replayed: 0 });
    const [{ id }] = await deliveries({ message: 'span-1' });
    await app.client.post(`${WEBHOOK}/deliveries/${id}/replay`);
    await receiver.until(7);
    expect(receiver.arrivals[6].headers['webhook-id']).toBe('span-1');
  });

  it('end when the endpoint says that it is gone, and begin again when they are asked to', async () => {
    const notice = await WebhookReceiver.start();
    await endpoint({ url: notice.url, types: ['webhook.disabled'] });
    const { _id } = await endpoint();
    receiver.answer = () => 410;
    await publish({ id: 'a', n: 1 }, 'gone-1');
    await notice.until(1);
    expect(JSON.parse(notice.arrivals[0].body)).toMatchObject({
      type: 'webhook.disabled',
      data: { id: _id },
    });
    await notice.stop();
    expect((await app.client.get(`${WEBHOOK}/endpoints/${_id}`)).body).toMatchObject({
      enabled: false,
      disabled_reason: expect.stringContaining('410') as string,
    });
    expect((await deliveries({ message: 'gone-1' }))[0].state).toBe('dead');
    await publish({ id: 'b', n: 1 }, 'gone-2');
    expect(await deliveries({ message: 'gone-2' })).toEqual([]);
    receiver.answer = () => 200;
    const enabled = await app.client.patch(`${WEBHOOK}/endpoints/${_id}`, { enabled: true });
    expect(enabled.body).toMatchObject({ enabled: true });
    expect(enabled.body).not.toHaveProperty('disabled_reason');
    await publish({ id: 'c', n: 1 });
    await receiver.until(2);
  });

  it('give up an endpoint that fails for too long', async () => {
    const { _id } = await endpoint();
    receiver.answer = () => 500;
    await app.db
      .collection<{ _id: string }>('_WEBHOOK_ENDPOINTS')
      .updateOne({ _id }, { $set: { failing_since: new Date(Date.now() - 6 * 86_400_000) } });
    await publish({ id: 'a', n: 1 });
    await until(async () => {
      const { body } = await app.client.get<{ enabled: boolean }>(`${WEBHOOK}/endpoints/${_id}`);
      return !body.enabled;
    });
  });

  it('are sent by others when a worker dies', async () => {
    const { _id } = await endpoint();
    receiver.answer = () => 'hangs';
    await publish({ id: 'a', n: 1 }, 'orphan');
    await receiver.until(1);
    // As a worker that was killed leaves it: taken, and never given back.
    await app.db
      .collection<{ _id: string }>('_WEBHOOK_DELIVERIES')
      .updateOne(
        { _id: `${_id}_orphan` },
        { $set: { owner: 'somebody who is dead', due: new Date(Date.now() + 300), state: 'pending' } },
      );
    receiver.answer = () => 200;
    await receiver.until(2);
    await until(async () => (await deliveries({ message: 'orphan' }))[0].state === 'delivered');
  });

  describe('an endpoint', () => {
    it('shows its secret once', async () => {
      const made = await app.client.post<{ _id: string }>(`${WEBHOOK}/endpoints`, {
        url: receiver.url,
        types: ['payment.*', '*'],
        filter: { 'data.n': 1 },
        ordered: true,
        description: 'Mine',
      });
      expect(made.status).toBe(201);
      const { _id } = made.body;
      const seen = {
        _id,
        url: receiver.url,
        types: ['payment.*', '*'],
        filter: { 'data.n': 1 },
        ordered: true,
        description: 'Mine',
        enabled: true,
        _inserted: expect.any(String) as string,
      };
      expect(made.body).toEqual({ ...seen, secret: expect.any(String) as string });
      expect((await app.client.get(`${WEBHOOK}/endpoints/${_id}`)).body).toEqual(seen);
      expect((await app.client.get(`${WEBHOOK}/endpoints`)).body).toEqual([seen]);
      const patched = await app.client.patch(`${WEBHOOK}/endpoints/${_id}`, { filter: null, ordered: false });
      expect(patched.body).not.toHaveProperty('filter');
      expect(patched.body).toMatchObject({ ordered: false, types: ['payment.*', '*'] });
      expect((await app.client.delete(`${WEBHOOK}/endpoints/${_id}`)).status).toBe(204);
      for (const [method, path] of [
        ['GET', ''],
        ['PATCH', ''],
        ['DELETE', ''],
        ['POST', '/secret'],
        ['POST', '/test'],
      ])
        expect(
          (
            await app.client.send(
              method,
              `${WEBHOOK}/endpoints/${_id}${path}`,
              method === 'PATCH' ? {} : undefined,
            )
          ).status,
        ).toBe(404);
    });

    it.each([
      [{ url: 'http://127.0.0.2/' }, 'url_refused'],
      [{ url: 'ftp://example.com/' }, 'url_refused'],
      [{ url: '' }, 'validation_failed'],
      [{ url: { $ne: null } }, 'validation_failed'],
      [{ types: [] }, 'validation_failed'],
      [{ types: 'payment.*' }, 'validation_failed'],
      [{ types: ['payment.*.failed'] }, 'validation_failed'],
      [{ types: [''] }, 'validation_failed'],
      [{ filter: { $where: '1' } }, 'query_refused'],
      [{ filter: 'x' }, 'validation_failed'],
      [{ ordered: 'yes' }, 'validation_failed'],
      [{ secret: 'mine' }, 'validation_failed'],
    ])('is not made of %j', async (change, code) => {
      expect(await endpoint(change)).toMatchObject({ status: 400, code });
    });
  });
});
