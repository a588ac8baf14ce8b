import { TestApp } from '../support/test-app.js';

const KEY = 'scraper-key-scraper-key-scraper-key';

const scrape = (app: TestApp, headers: Record<string, string> = {}) =>
  fetch(`${app.url}/metrics`, { headers });

describe('/metrics', () => {
  let open: TestApp;
  let closed: TestApp;
  beforeAll(async () => {
    open = await TestApp.start();
    closed = await TestApp.start({ env: { METRICS_KEY: KEY } });
  });
  afterAll(async () => {
    await open.stop();
    await closed.stop();
  });

  it('counts and times requests by the template of their route', async () => {
    for (const id of ['one', 'two', 'three']) await open.client.get(`/service/storage/v1/things/${id}`);
    const answer = await scrape(open);
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    const text = await answer.text();
    const labels = 'method="GET",route="/service/storage/v1/:collection/:id"';
    expect(text).toContain(`coglex_http_requests_total{${labels},status="404"} 3`);
    expect(text).toContain(`coglex_http_request_duration_seconds_count{${labels}} 3`);
    expect(text).not.toContain('things');
  });

  it('makes one series of all that has no route', async () => {
    for (const path of ['/a', '/b', '/c']) await open.anonymous.get(path);
    const text = await (await scrape(open)).text();
    expect(text).toContain('coglex_http_requests_total{method="GET",route="unmatched",status="404"} 3');
  });

  it('shows the process and the database', async () => {
    const text = await (await scrape(open)).text();
    expect(text).toMatch(/^nodejs_eventloop_lag_seconds [\d.e-]+$/m);
    expect(text).toMatch(/^process_resident_memory_bytes \d+$/m);
    expect(text).toMatch(/^coglex_database_up 1$/m);
    expect(text).toMatch(/^coglex_database_connections\{state="in_use"\} \d+$/m);
  });

  it('is not for those behind a proxy while there is no key', async () => {
    for (const header of ['x-forwarded-for', 'forwarded', 'x-real-ip', 'via'])
      expect((await scrape(open, { [header]: '127.0.0.1' })).status).toBe(401);
  });

  it('asks for the key when there is one', async () => {
    expect((await scrape(closed)).status).toBe(401);
    expect((await scrape(closed, { authorization: 'Bearer wrong' })).status).toBe(401);
    expect((await scrape(closed, { authorization: `Basic ${KEY}` })).status).toBe(401);
    expect((await scrape(closed, { authorization: `Bearer ${KEY}` })).status).toBe(200);
  });
});
