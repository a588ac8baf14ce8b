import { describeWithRedis, RedisServer } from '../support/redis-server.js';
import { ServerProcess } from '../support/server-process.js';
import { TraceCollector, type CollectedSpan } from '../support/trace-collector.js';
import { until } from '../support/until.js';
import { WebhookReceiver } from '../support/webhook-receiver.js';

jest.setTimeout(60_000);

const THINGS = '/service/storage/v1/zebra_things';
const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';
const SERVER = 2;
const CLIENT = 3;

interface Line {
  msg: string;
  requestId?: string;
  traceId?: string;
}

describe('traces', () => {
  let collector: TraceCollector;
  let receiver: WebhookReceiver;
  let server: ServerProcess;
  beforeAll(async () => {
    collector = await TraceCollector.start();
    receiver = await WebhookReceiver.start();
    server = await ServerProcess.start({
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20collector-key',
        OTEL_SERVICE_NAME: 'moon',
        OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
        OUTBOUND_ALLOW: '127.0.0.1',
      },
    });
  });
  afterAll(async () => {
    await server.stop();
    await receiver.stop();
    await collector.stop();
  });

  const childrenOf = ({ spanId }: CollectedSpan) =>
    collector.spans.filter(({ parentId }) => parentId === spanId);
  const traced = (sampled = '01') => server.client.with({ traceparent: `00-${TRACE}-${PARENT}-${sampled}` });

  it('go on with that of the caller: the request by its route, and what the database did for it', async () => {
    await traced().with({ 'x-request-id': 'request-1' }).post(`${THINGS}?`, { name: 'a secret zebra' });
    const route = 'POST /service/storage/v1/:collection';
    await until(() => collector.named(route).length === 1);
    const [request] = collector.named(route);
    expect(request).toMatchObject({
      traceId: TRACE,
      parentId: PARENT,
      kind: SERVER,
      attributes: {
        'http.request.method': 'POST',
        'http.route': '/service/storage/v1/:collection',
        'http.response.status_code': 201,
        'coglex.request_id': 'request-1',
      },
      resource: { 'service.name': 'moon', 'deployment.environment.name': 'test' },
    });
    const commands = childrenOf(request);
    expect(commands.map(({ name }) => name)).toContain('mongodb insert');
    expect(commands.find(({ name }) => name === 'mongodb insert')).toMatchObject({
      traceId: TRACE,
      kind: CLIENT,
      attributes: { 'db.operation.name': 'insert', 'db.collection.name': 'zebra_things' },
    });
    expect(collector.requests[0]).toMatchObject({
      path: '/v1/traces',
      headers: { authorization: 'Bearer collector-key', 'content-type': 'application/x-protobuf' },
    });
  });

  it('hold neither values nor query strings, and names hold nothing that callers choose', async () => {
    await server.client.get(`${THINGS}/zebra-id?query=${encodeURIComponent('{"hidden":"zebra-value"}')}`);
    await server.client.get('/zebra/path?token=zebra-token');
    await until(() => collector.named('GET').length === 1);
    await until(() => collector.named('GET /service/storage/v1/:collection/:id').length === 1);
    const text = JSON.stringify(collector.spans);
    for (const word of ['zebra-id', 'zebra-value', 'zebra-token', 'a secret zebra', server.secret])
      expect(text).not.toContain(word);
    expect(collector.spans.map(({ name }) => name).join()).not.toContain('zebra');
  });

  it('stand in the log beside the id of the request', async () => {
    await traced().with({ 'x-request-id': 'request-2' }).get('/health');
    await until(() => server.stdout.includes('request-2'));
    const line = server.logLines<Line>().find(({ requestId }) => requestId === 'request-2');
    expect(line?.traceId).toBe(TRACE);
  });

  it('tell of runs in the sandbox, of jobs, and of calls of others; those in one’s own network go on with them', async () => {
    await server.client.post('/service/webhook/v1/endpoints', { url: receiver.url, types: ['user.*'] });
    await server.client.post('/service/execution/v1/execute', { language: 'javascript', code: '1 + 1' });
    await server.client.post('/service/auth/v1/signup', {
      _key: 'ada@example.com',
      _password: 'a zebra runs',
    });
    await receiver.until(1);
    await until(() => collector.named('sandbox run').length === 1);
    await until(() => collector.named('webhook deliver').length > 0);
    await until(() => collector.named('POST /service/execution/v1/execute').length === 1);
    const [execute] = collector.named('POST /service/execution/v1/execute');
    expect(childrenOf(execute).map(({ name }) => name)).toContain('sandbox run');
    expect(collector.spans.some(({ name }) => /^job [a-z-]+$/.test(name))).toBe(true);
    const [delivery] = collector.named('webhook deliver');
    expect(receiver.arrivals[0].headers.traceparent).toBe(`00-${delivery.traceId}-${delivery.spanId}-01`);
  });

  it('of callers who do not want theirs to be kept are not kept', async () => {
    const before = collector.named('GET /modules/status').length;
    await traced('00').get('/modules/status');
    await server.client.get('/modules/status');
    await until(() => collector.named('GET /modules/status').length > before);
    expect(collector.named('GET /modules/status').length).toBe(before + 1);
  });
});

describeWithRedis('traces of Redis', () => {
  it('tell of commands within the work that needs them, without arguments', async () => {
    const redis = await RedisServer.start();
    const collector = await TraceCollector.start();
    const server = await ServerProcess.start({
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, REDIS_URL: redis.url },
    });
    try {
      await server.anonymous.get('/health');
      await until(() => collector.named('redis ping').length > 0);
      const [ping] = collector.named('redis ping');
      expect(ping.kind).toBe(CLIENT);
      // Whoever began it ends after it, and may come with the next batch.
      await until(() => collector.spans.some(({ spanId }) => spanId === ping.parentId));
    } finally {
      await server.stop();
      await collector.stop();
      await redis.stop();
    }
  });
});

describe('a collector that is away', () => {
  it('harms no request, is told of once, and is used when it comes', async () => {
    const held = await TraceCollector.start();
    const { port } = held;
    await held.stop();
    const server = await ServerProcess.start({
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` },
    });
    const said = (message: string) => server.logLines<Line>().filter(({ msg }) => msg.startsWith(message));
    try {
      const get = async () => expect((await server.client.get(THINGS)).status).toBe(200);
      await get();
      await until(() => said('The collector does not take traces').length > 0);
      const collector = await TraceCollector.start(port);
      try {
        await until(async () => {
          await get();
          return collector.spans.length > 0 && said('The collector takes traces again').length === 1;
        });
        expect(said('The collector does not take traces')).toHaveLength(1);
      } finally {
        await collector.stop();
      }
      expect((await server.end('SIGTERM')).code).toBe(0);
    } finally {
      await server.stop();
    }
  });
});

describe('without a collector', () => {
  it.each([
    {},
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', OTEL_SDK_DISABLED: 'true' },
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', OTEL_TRACES_EXPORTER: 'none' },
  ])('there are no traces: %p', async (env) => {
    const server = await ServerProcess.start({ env });
    try {
      await server.client.with({ traceparent: `00-${TRACE}-${PARENT}-01` }).get('/health');
      await until(() => server.stdout.includes('GET /health'));
      expect(server.stdout).not.toContain('traceId');
      expect(server.stdout).not.toContain('collector');
    } finally {
      await server.stop();
    }
  });
});
