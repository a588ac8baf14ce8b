import type { Browser, Locator, Page } from 'playwright-core';
import { describeInBrowser, launchBrowser } from '../support/browser.js';
import { ServerProcess } from '../support/server-process.js';

describeInBrowser('the explorer at /docs', () => {
  let server: ServerProcess;
  let browser: Browser;
  let page: Page;
  const foreign: string[] = [];
  const faults: string[] = [];

  beforeAll(async () => {
    [server, browser] = await Promise.all([ServerProcess.start(), launchBrowser()]);
    // The page draws what is in view alone; a window of this height shows every operation.
    page = await browser.newPage({ viewport: { width: 1280, height: 20_000 } });
    page.on('request', (request) => {
      const url = new URL(request.url());
      if (/^https?:$/.test(url.protocol) && url.origin !== server.url) foreign.push(request.url());
    });
    page.on('console', (message) => {
      if (/Content Security Policy/i.test(message.text())) faults.push(message.text());
    });
    page.on('pageerror', (error) => faults.push(error.message));
    await page.goto(`${server.url}/docs`);
    await page.getByRole('button', { name: 'Authorize' }).first().click();
    const key = page.locator('.auth-container', { hasText: 'X-API-Key' });
    await key.locator('input').fill(server.secret);
    await key.getByRole('button', { name: /Apply|Authorize/ }).click();
    await page.getByRole('button', { name: 'Close' }).first().click();
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  /** Opens an operation, runs it with the examples that the page shows, and answers with the status. */
  async function tryOut(
    operationId: string,
    change?: (operation: Locator) => Promise<void>,
  ): Promise<number> {
    const operation = page.locator(`.opblock[id$="-${operationId}"]`);
    await operation.locator('.opblock-summary-control').click();
    await operation.getByRole('button', { name: 'Try it out' }).click();
    await change?.(operation);
    await operation.getByRole('button', { name: 'Execute' }).click();
    const status = await operation
      .locator('.live-responses-table tr.response .response-col_status')
      .first()
      .innerText();
    await operation.locator('.opblock-summary-control').click();
    return Number.parseInt(status, 10);
  }

  // In the order in which a person would try them: each stands on the one before.
  const steps: [string, number][] = [
    ['insertDocuments', 201],
    ['findDocuments', 200],
    ['getDocument', 200],
    ['updateDocument', 200],
    ['updateDocuments', 200],
    ['aggregateDocuments', 200],
    ['deleteDocument', 200],
    ['deleteDocuments', 200],
    ['signUp', 201],
    ['signIn', 200],
    ['getAccount', 200],
    ['updateAccount', 200],
    ['getHealth', 200],
  ];

  it('runs every operation with the examples that it shows', async () => {
    const results: [string, number][] = [];
    for (const [operationId] of steps) results.push([operationId, await tryOut(operationId)]);
    expect(results).toEqual(steps);
  }, 120_000);

  it('loads nothing from elsewhere and breaks no policy', () => {
    expect(foreign).toEqual([]);
    expect(faults).toEqual([]);
  });
});
