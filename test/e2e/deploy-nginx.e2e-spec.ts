import { randomBytes } from 'node:crypto';
import { get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { ArchiveClient, ARCHIVE, noise, type FileAnswer } from '../support/archive-client.js';
import { ApiClient, type Problem } from '../support/api-client.js';
import { freePort } from '../support/free-port.js';
import { describeWithNginx, NginxProxy } from '../support/nginx/nginx-proxy.js';
import { OpenAiStandIn } from '../support/openai/openai-stand-in.js';
import type { Reply } from '../support/provider/http-stand-in.js';
import { EventStream } from '../support/provider/event-stream.js';
import { ServerProcess } from '../support/server-process.js';
import { TEST_SECRET } from '../support/test-app.js';
import { until } from '../support/until.js';

const DOCUMENTS = '/service/storage/v1/things';

describeWithNginx('two instances behind nginx', () => {
  let openai: OpenAiStandIn;
  let servers: ServerProcess[];
  let nginx: NginxProxy;
  let client: ApiClient;

  beforeAll(async () => {
    openai = await OpenAiStandIn.start();
    const env = async () => ({
      MONGODB_DATABASE: `test_nginx_${process.pid}`,
      ARCHIVE_DRIVER: 'gridfs',
      SERVER_PORT: String(await freePort()),
      TRUST_PROXY: '127.0.0.1',
      OPENAI_API_KEY: 'sk-stand-in',
      OPENAI_BASE_URL: openai.baseUrl,
      MAX_CONTENT_LENGTH: '2MB',
    });
    const start = async () => ServerProcess.start({ database: 'shared', env: await env() });
    servers = await Promise.all([start(), start()]);
    nginx = await NginxProxy.start([address(servers[0]), address(servers[1])]);
    // A connection for each request: nginx closes those that are idle when it reads its configuration again.
    client = new ApiClient(nginx.url, { 'x-api-key': TEST_SECRET, connection: 'close' });
  });
  afterAll(async () => {
    await nginx?.stop();
    for (const server of servers ?? []) await server.stop();
    await openai?.stop();
  });

  const address = (server: ServerProcess) => `127.0.0.1:${server.port}`;

  it('shares the work', async () => {
    for (let turn = 0; turn < 4; turn += 1) expect((await client.post(DOCUMENTS, { turn })).status).toBe(201);
    for (const server of servers) await until(() => server.stdout.includes(`POST ${DOCUMENTS}`));
  });

  it('tells instances who calls, whatever the caller claims', async () => {
    const id = randomBytes(8).toString('hex');
    const headers = {
      'x-api-key': TEST_SECRET,
      'x-request-id': id,
      'x-forwarded-for': '203.0.113.9, 127.0.0.1',
      'x-forwarded-host': 'evil.example',
      'x-real-ip': '203.0.113.9',
      forwarded: 'for=203.0.113.9',
    };
    get(`${nginx.url}${DOCUMENTS}`, { headers, localAddress: '127.0.0.2' }, (answer) => answer.resume());
    const line = () =>
      servers
        .filter(({ stdout }) => stdout.includes(id))
        .flatMap((server) => server.logLines<{ requestId?: string; req?: { ip: string } }>())
        .find(({ requestId }) => requestId === id);
    await until(() => line() !== undefined);
    expect(line()?.req?.ip).toBe('127.0.0.2');
  });

  it('passes files through, and what the application says of one that is too large', async () => {
    const archive = new ArchiveClient(client);
    const content = noise(1_500_000);
    const { _id } = await archive.store(content, { filename: 'noise.bin' });
    expect((await archive.download(_id)).bytes.equals(content)).toBe(true);
    const part = await archive.download(_id, { range: 'bytes=1000-1999' });
    expect(part).toMatchObject({ status: 206 });
    expect(part.bytes.equals(content.subarray(1000, 2000))).toBe(true);
    const refused = await archive.upload(noise(3_000_000));
    expect(refused).toMatchObject({ status: 413, body: { code: 'body_too_large' } });
  });

  it('does not hold an upload back until it is complete', async () => {
    let go = () => {};
    const rest = new Promise<void>((resolve) => (go = resolve));
    const boundary = 'xxx';
    async function* body() {
      yield Buffer.from(
        `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="slow.txt"\r\n\r\nfirst `,
      );
      await rest;
      yield Buffer.from(`last\r\n--${boundary}--\r\n`);
    }
    const answer = client.fetch(ARCHIVE, {
      method: 'POST',
      headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
      body: ReadableStream.from(body()),
      duplex: 'half',
    });
    // The instance has the request while the client still holds back the end of it.
    await until(async () => (await uploading()) > 0);
    go();
    expect((await (await answer).json()) as FileAnswer).toMatchObject({ size: 'first last'.length });
  });

  async function uploading(): Promise<number> {
    const figures = await Promise.all(
      servers.map(async ({ anonymous }) => (await anonymous.fetch('/metrics')).text()),
    );
    const open = figures.map((text) => /^coglex_http_requests_running (\d+)/m.exec(text)?.[1]);
    return Math.max(...open.map((value) => Number(value ?? 0) - 1));
  }

  it('passes events on when they are made', async () => {
    let finish = () => {};
    const later = new Promise<void>((resolve) => (finish = resolve));
    const chunk = (delta: object, finish_reason: string | null = null) =>
      `data: ${JSON.stringify({ id: 'c', created: 1, model: 'm', object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
    const slowly: Reply = async (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(chunk({ role: 'assistant', content: 'early' }));
      await later;
      response.end(`${chunk({ content: ' late' }, 'stop')}data: [DONE]\n\n`);
    };
    openai.next(slowly);
    const events = await EventStream.open(
      `${nginx.url}/service/generation/v1/converse/stream`,
      {
        model: 'openai/meta-llama/Llama-3.1-8B',
        contents: [{ role: 'user', parts: [{ text: 'Hello' }] }],
      },
      { 'x-api-key': TEST_SECRET },
    );
    expect(JSON.stringify((await events.next())?.data)).toContain('early');
    finish();
    expect(JSON.stringify(await events.rest())).toContain('late');
  });

  it('keeps figures, and what stands in query strings, to itself', async () => {
    for (const path of ['/metrics', '/metrics/', '//metrics', '/METRICS', '/%6detrics'])
      expect(await (await client.fetch(nginx.url + path)).json()).toMatchObject({
        status: 404,
        code: 'not_found',
      });
    await client.get(DOCUMENTS, { token: 'hush-hush' });
    const answer = await client.fetch('/health');
    expect(answer.headers.get('server')).toBe('nginx');
    await until(() => nginx.logged.includes('"path":"/health"'));
    expect(nginx.logged).not.toMatch(/hush-hush|Tz6Rk9/);
  });

  it('asks the other instance when one is gone, and says so when both are', async () => {
    const [one, two] = servers;
    await one.end('SIGKILL');
    for (let turn = 0; turn < 6; turn += 1) expect((await client.get(DOCUMENTS)).status).toBe(200);
    await two.end('SIGKILL');
    const nobody = await client.get<Problem>(DOCUMENTS);
    expect(nobody.body).toMatchObject({ status: 503, code: 'service_unavailable' });
    expect(nobody.body.requestId).toBe(nobody.headers.get('x-request-id'));
    expect(nobody.headers.get('retry-after')).toBe('5');
    await Promise.all([one.startAgain(), two.startAgain()]);
    await until(async () => (await client.get(DOCUMENTS)).status === 200);
  });

  it('loses no request while one instance after the other is restarted', async () => {
    // Nobody is left alone because of the test before.
    for (const server of servers) await until(async () => await served(server));
    let going = true;
    const answers: number[] = [];
    const ids: string[] = [];
    const load = Array.from({ length: 4 }, async () => {
      while (going) {
        const write = await client.post<{ ids: string[] }>(DOCUMENTS, { rolling: true });
        answers.push(write.status, (await client.get(DOCUMENTS, { limit: 1 })).status);
        if (write.status === 201) ids.push(...write.body.ids);
        await sleep(5);
      }
    });
    for (const server of servers) {
      const where = address(server);
      await nginx.instance('down', where);
      expect(await server.end('SIGTERM')).toEqual({ code: 0, signal: null });
      await server.startAgain();
      await nginx.instance('up', where);
    }
    going = false;
    await Promise.all(load);
    expect(answers.filter((status) => status !== 200 && status !== 201)).toEqual([]);
    const { body } = await client.post<{ documents: { n: number }[] }>(`${DOCUMENTS}/aggregate`, {
      pipeline: [{ $match: { rolling: true } }, { $count: 'n' }],
    });
    expect(body).toEqual([{ n: ids.length }]);
  }, 90_000);

  async function served(server: ServerProcess): Promise<boolean> {
    const before = server.stdout.length;
    await client.get(DOCUMENTS);
    await sleep(20);
    return server.stdout.length > before;
  }

  it('never takes the last instance out', async () => {
    await nginx.instance('down', address(servers[0]));
    await expect(nginx.instance('down', address(servers[1]))).rejects.toThrow(/last instance/);
    await expect(nginx.instance('down', '10.0.0.1:1')).rejects.toThrow(/names no server/);
    await nginx.instance('up', address(servers[0]));
    expect((await client.get(DOCUMENTS)).status).toBe(200);
  });
});
