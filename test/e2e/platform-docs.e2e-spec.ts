import { RawConnection } from '../support/raw-connection.js';
import { TestApp } from '../support/test-app.js';

interface Document {
  openapi: string;
  paths: Record<string, object>;
}

describe('the API explorer', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app.stop());

  const page = async (path: string) => {
    const response = await fetch(new URL(path, app.url));
    return { status: response.status, headers: response.headers, text: await response.text() };
  };
  /** Addresses that a page loads from. */
  const loaded = (html: string) =>
    [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address);

  it.each(['/docs', '/docs/'])('is a page at %s that loads only from this server', async (path) => {
    const { status, headers, text } = await page(path);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toMatch(/^text\/html/);
    expect(text).toContain('<title>Coglex API</title>');
    const addresses = loaded(text);
    expect(addresses.length).toBeGreaterThan(3);
    for (const address of addresses) {
      expect(address).not.toMatch(/^(https?:)?\/\//);
      const asset = await page(new URL(address, app.url + path).pathname);
      expect({ address, status: asset.status }).toEqual({ address, status: 200 });
      expect(asset.text.length).toBeGreaterThan(100);
    }
  });

  it('keeps to its own Content-Security-Policy', async () => {
    const { headers, text } = await page('/docs');
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toContain('upgrade-insecure-requests');
    expect(policy).not.toContain('https:');
    // Scripts in the page itself would be blocked.
    const scripts = [...text.matchAll(/<script\b([^>]*)>([^]*?)<\/script>/g)];
    expect(scripts.length).toBeGreaterThan(0);
    for (const [, attributes, content] of scripts) {
      expect(attributes).toContain('src=');
      expect(content.trim()).toBe('');
    }
    expect(text).not.toMatch(/\son\w+="/);
  });

  it('has the document as JSON and as YAML, the same for everybody', async () => {
    const { status, body } = await app.anonymous.get<Document>('/docs-json');
    expect(status).toBe(200);
    expect(body.openapi).toMatch(/^3\./);
    expect(Object.keys(body.paths)).toEqual(
      expect.arrayContaining(['/health', '/service/storage/v1/{collection}']),
    );
    const yaml = await page('/docs-yaml');
    expect(yaml.status).toBe(200);
    expect(yaml.text).toMatch(/^openapi: 3\./);
  });

  it('does not list itself', async () => {
    const { body } = await app.anonymous.get<Document>('/docs-json');
    expect(Object.keys(body.paths).filter((path) => path.includes('docs'))).toEqual([]);
  });

  it('cannot be asked for files of the server', async () => {
    for (const up of [
      '..%2f..%2f..%2f',
      '%2e%2e/%2e%2e/%2e%2e/',
      '../../../',
      '..%5c..%5c..%5c',
      '%2fetc%2f..%2f',
    ]) {
      const answer = await RawConnection.exchange(
        app.url,
        `GET /docs/${up}package.json HTTP/1.1\r\nHost: coglex\r\n\r\n`,
      );
      expect([403, 404]).toContain(answer.status);
      expect(JSON.parse(answer.body)).toMatchObject({ status: answer.status });
    }
  });

  it('is not there when it is turned off', async () => {
    const quiet = await TestApp.start({ env: { DOCS_ENABLED: 'false' } });
    try {
      for (const path of ['/docs', '/docs-json', '/docs-yaml'])
        expect((await quiet.anonymous.get(path)).status).toBe(404);
    } finally {
      await quiet.stop();
    }
  });
});
