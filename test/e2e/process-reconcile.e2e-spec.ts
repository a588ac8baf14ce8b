import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '../support/build.js';
import { ServerProcess } from '../support/server-process.js';
import { CHECKOUT, GOOD_CARD, PAYMENT, type LedgerPayment } from '../support/stripe/payment-app.js';
import { StripeServer } from '../support/stripe/stripe-server.ts';

describe('npm run payments:reconcile', () => {
  let stripe: StripeServer;
  let server: ServerProcess;
  beforeAll(async () => {
    stripe = await StripeServer.start();
    server = await ServerProcess.start({ env: stripe.env });
  });
  afterAll(async () => {
    await server?.stop();
    await stripe?.stop();
  });

  const reconcile = async (...args: string[]) => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [join(ROOT, 'dist/cli/reconcile.js'), ...args],
      {
        cwd: server.directory,
        env: {
          PATH: process.env.PATH,
          NODE_ENV: 'production',
          SERVER_SECRET: server.secret,
          DATA_DIR: server.dataDirectory,
          ...stripe.env,
        },
      },
    );
    return stdout;
  };
  const ledger = async () => (await server.client.get<LedgerPayment[]>(`${PAYMENT}/`)).body;

  it('finds what no webhook has told, beside a running server on its embedded engine', async () => {
    const { body } = await server.client.post<{ id: string }>(`${PAYMENT}/checkout`, CHECKOUT);
    stripe.checkout.pay(body.id, GOOD_CARD);
    const bare = stripe.payments.make({ amount: 700, currency: 'eur' });
    stripe.payments.confirm(bare, GOOD_CARD);
    stripe.payments.refund({ payment_intent: bare.id, amount: '200' });
    expect(await ledger()).toMatchObject([{ status: 'pending' }]);
    expect(await reconcile()).toMatch(/3 compared, 2 repaired\n$/);
    const payments = await ledger();
    expect(
      payments.map(({ status, amount, amount_refunded }) => [status, amount, amount_refunded]).sort(),
    ).toEqual([
      ['partially_refunded', 700, 200],
      ['succeeded', 2999, 0],
    ]);
    expect(await reconcile('--days', '1')).toBe('3 compared, 0 repaired\n');
  }, 60_000);

  it('refuses what is no number of days', async () => {
    await expect(reconcile('--days', 'x')).rejects.toThrow('Usage');
  });
});
