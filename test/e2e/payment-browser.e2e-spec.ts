import { Injectable, Module } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import type { Browser } from 'playwright-core';
import { Webhook } from 'standardwebhooks';
import type { MessageOf } from '../../src/platform/events/event-map.js';
import type {} from '../../src/services/payment/index.js';
import { describeInBrowser, launchBrowser } from '../support/browser.js';
import { BAD_CARD, GOOD_CARD, PAYMENT, PaymentApp } from '../support/stripe/payment-app.js';
import { WebhookReceiver } from '../support/webhook-receiver.js';

/** What an application does when an order is paid. */
@Injectable()
class Orders {
  readonly fulfilled: string[] = [];

  @OnEvent('payment.succeeded')
  async fulfil({ data }: MessageOf<'payment.succeeded'>): Promise<void> {
    this.fulfilled.push(String(data.metadata?.order_id));
  }
}

@Module({ providers: [Orders] })
class OrdersModule {}

describeInBrowser('somebody who buys', () => {
  let shop: PaymentApp;
  let browser: Browser;
  let page: WebhookReceiver;
  let subscriber: WebhookReceiver;
  beforeAll(async () => {
    [shop, browser, page, subscriber] = await Promise.all([
      PaymentApp.start({ imports: [OrdersModule], env: { OUTBOUND_ALLOW: '127.0.0.1' } }),
      launchBrowser(),
      WebhookReceiver.start(),
      WebhookReceiver.start(),
    ]);
  });
  afterAll(async () => {
    await browser?.close();
    await shop?.stop();
    await page?.stop();
    await subscriber?.stop();
  });

  it('pays on Stripe’s page and comes back; the order is fulfilled once, and others hear of it', async () => {
    const { body: endpoint } = await shop.app.client.post<{ secret: string }>(
      '/service/webhook/v1/endpoints',
      {
        url: subscriber.url,
        types: ['payment.succeeded'],
      },
    );
    shop.stripe.webhooks.weather = { copies: 2 };
    const { id, url } = await shop.checkout({
      success_url: `${page.url}?session_id={CHECKOUT_SESSION_ID}`,
      cancel_url: page.url,
    });
    const tab = await browser.newPage();
    await tab.goto(url);
    await tab.getByLabel('Card number').fill(BAD_CARD);
    await tab.getByRole('button', { name: 'Pay' }).click();
    expect(await tab.getByRole('alert').innerText()).toMatch('insufficient funds');
    await tab.getByLabel('Card number').fill(GOOD_CARD);
    await tab.getByRole('button', { name: 'Pay' }).click();
    await tab.waitForURL(`${page.url}?session_id=${id}`);
    await shop.settled();
    await subscriber.until(1);
    expect(shop.app.nest.get(Orders).fulfilled).toEqual(['order_456']);
    expect((await shop.app.client.get(`${PAYMENT}/payment-status/${id}`)).body).toMatchObject({
      status: 'paid',
      payment_status: 'succeeded',
      amount: 2999,
    });
    const [{ body, headers }] = subscriber.arrivals;
    expect(new Webhook(endpoint.secret).verify(body, headers as Record<string, string>)).toMatchObject({
      type: 'payment.succeeded',
      data: { checkout_session: id, amount: 2999, currency: 'usd' },
    });
    expect(subscriber.arrivals).toHaveLength(1);
  }, 60_000);
});
