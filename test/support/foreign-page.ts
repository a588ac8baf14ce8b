import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';

/** What a page gets for one call; `status` 0 when the browser did not let it see the answer. */
export interface PageAnswer {
  status: number;
  body: unknown;
}

/** The whole front end: it keeps the key that is in everybody's hands, and the token of whoever is signed in. */
const HTML = `<!doctype html><title>Notes</title><script>
  let token;
  async function call(api, key, method, path, body) {
    const headers = { 'X-API-Key': key, 'Content-Type': 'application/json' };
    if (token) headers.Authorization = 'Bearer ' + token;
    try {
      const answer = await fetch(api + path, { method, headers, body: body && JSON.stringify(body) });
      const json = await answer.json();
      if (json && json.token) token = json.token;
      return { status: answer.status, body: json };
    } catch (error) {
      return { status: 0, body: String(error) };
    }
  }
</script>`;

/** A web server of somebody else's, with a page that calls the API from another origin. */
export class ForeignPage {
  private constructor(
    private readonly server: Server,
    /** Origin of the page. */
    readonly origin: string,
  ) {}

  static async serve(): Promise<ForeignPage> {
    const server = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(HTML);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new ForeignPage(server, `http://localhost:${(server.address() as AddressInfo).port}`);
  }

  /** A way to call the API with a key from the script of a page that shows this. */
  caller(page: Page, api: string, key: string) {
    return async (method: string, path: string, body?: unknown): Promise<PageAnswer> =>
      (await page.evaluate(
        // Runs in the browser, where the page has declared the function.
        (sent) => (globalThis as unknown as { call: (...of: unknown[]) => unknown }).call(...sent),
        [api, key, method, path, body],
      )) as PageAnswer;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
