import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TestApp } from '../support/test-app.js';
import { WebhookReceiver } from '../support/webhook-receiver.js';

const ENDPOINTS = '/service/webhook/v1/endpoints';

describe('webhooks as a way into the network', () => {
  let app: TestApp;
  let inner: Server;
  let hits = 0;
  beforeAll(async () => {
    app = await TestApp.start({ env: { OUTBOUND_ALLOW: '127.0.0.2' } });
    inner = createServer((_request, response) => {
      hits += 1;
      response.end();
    }).listen(0, '127.0.0.1');
    await once(inner, 'listening');
  });
  afterAll(async () => {
    inner.close();
    await app.stop();
  });

  const port = () => (inner.address() as AddressInfo).port;

  it.each([
    '127.0.0.1',
    'localhost',
    '2130706433',
    '0x7f.1',
    '169.254.169.254',
    '10.0.0.1',
    '192.168.0.1',
    '100.64.0.1',
    '0.0.0.0',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '[64:ff9b::7f00:1]',
    '[2002:7f00:1::]',
    '[2001::1]',
    '[fe80::1]',
    '[fd00::1]',
  ])('cannot be pointed at %s', async (host) => {
    const answer = await app.client.post(ENDPOINTS, { url: `http://${host}:${port()}/`, types: ['*'] });
    expect(answer).toMatchObject({ status: 400, body: { code: 'url_refused' } });
  });

  it('reach no such host through a name or a stored address, when they are sent', async () => {
    const made = await app.client.post<{ _id: string }>(ENDPOINTS, {
      url: 'https://example.com/',
      types: ['a'],
    });
    const { _id } = made.body;
    // As if the name had been made to lead elsewhere after the check.
    for (const host of ['127.0.0.1', 'localhost', '[::ffff:7f00:1]']) {
      await app.db
        .collection<{ _id: string }>('_WEBHOOK_ENDPOINTS')
        .updateOne({ _id }, { $set: { url: `http://${host}:${port()}/` } });
      const { body } = await app.client.post(`${ENDPOINTS}/${_id}/test`);
      expect(body).toMatchObject({
        delivered: false,
        error: expect.stringContaining('OUTBOUND_ALLOW') as string,
      });
    }
    expect(hits).toBe(0);
  });

  it('follow no redirect into it', async () => {
    const outer = await WebhookReceiver.start();
    outer.answer = () => ({ status: 307, headers: { location: `http://127.0.0.1:${port()}/` } });
    const open = await TestApp.start({ env: { OUTBOUND_ALLOW: '127.0.0.1' } });
    try {
      const { body } = await open.client.post<{ _id: string }>(ENDPOINTS, { url: outer.url, types: ['a'] });
      const test = await open.client.post(`${ENDPOINTS}/${body._id}/test`);
      expect(test.body).toMatchObject({ delivered: false, status: 307 });
      expect(hits).toBe(0);
    } finally {
      await open.stop();
      await outer.stop();
    }
  });
});
