import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CASES } from '../http/cases.ts';
import { load, median, type Load } from '../http/load.ts';
import { seed } from '../http/seed.ts';
import { Processes, type Running } from '../processes.ts';
import { costOfHttpMetrics } from './cost.ts';

// What it costs to be watched: a scrape with every route of the API in it, alone and under load; what counting adds to
// each request; and what traces add, whose collector takes everything.

const SCRAPES = 100;
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 4);
const CONNECTIONS = 20;
const BY_ID = CASES.find(({ name }) => name === 'get by id') ?? CASES[0];

const say = (text: string) => process.stdout.write(`${text}\n`);

/** Asks for every route once, so that each has its series. */
async function visitAll(url: string): Promise<void> {
  const document = (await (await fetch(`${url}/docs-json`)).json()) as {
    paths: Record<string, Record<string, unknown>>;
  };
  for (const [path, methods] of Object.entries(document.paths))
    for (const method of Object.keys(methods))
      await (
        await fetch(url + path.replaceAll(/\{\w+\}/g, 'a'), { method: method.toUpperCase() })
      ).arrayBuffer();
}

async function scrapes(url: string): Promise<{ p50: number; p99: number; worst: number; series: number }> {
  const times: number[] = [];
  let text = '';
  for (let count = 0; count < SCRAPES; count += 1) {
    const begun = performance.now();
    text = await (await fetch(`${url}/metrics`)).text();
    times.push(performance.now() - begun);
  }
  times.sort((a, b) => a - b);
  const series = text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length;
  return {
    p50: times[SCRAPES / 2],
    p99: times[Math.ceil(SCRAPES * 0.99) - 1],
    worst: times[SCRAPES - 1],
    series,
  };
}

const processes = new Processes();
const collector = createServer((request, response) => {
  request.resume().once('end', () => response.writeHead(200).end());
}).listen(0, '127.0.0.1');
try {
  const { uri } = await processes.database();
  const plain = await processes.coglex(uri);
  const { port } = collector.address() as AddressInfo;
  const traced = await processes.coglex(uri, { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` });
  const sampled = await processes.coglex(uri, {
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
    OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
    OTEL_TRACES_SAMPLER_ARG: '0.01',
  });
  const data = await seed(uri, plain.url);

  await visitAll(plain.url);
  const show = (name: string, { p50, p99, worst, series }: Awaited<ReturnType<typeof scrapes>>) =>
    say(
      `${name.padEnd(22)}${String(series).padStart(7)} series   p50 ${p50.toFixed(1)} ms   p99 ${p99.toFixed(1)} ms   worst ${worst.toFixed(1)} ms`,
    );
  await scrapes(plain.url);
  show('scrape, idle', await scrapes(plain.url));
  const busy = load(plain.url, BY_ID, data, CONNECTIONS, SECONDS);
  show('scrape, under load', await scrapes(plain.url));
  await busy;

  say(`counting a request     ${(await costOfHttpMetrics()).toFixed(2)} µs`);

  const servers: [string, Running][] = [
    ['no traces', plain],
    ['all traces', traced],
    ['1% of the traces', sampled],
  ];
  const results = new Map<string, Load[]>(servers.map(([name]) => [name, []]));
  for (const [, { url }] of servers) await load(url, BY_ID, data, CONNECTIONS, 2);
  for (let round = 0; round < ROUNDS; round += 1)
    for (const [name, { url }] of servers)
      results.get(name)?.push(await load(url, BY_ID, data, CONNECTIONS, SECONDS));
  for (const [name, rounds] of results) {
    const { perSecond, p50, p99 } = median(rounds);
    say(`${name.padEnd(22)}${perSecond.toFixed(0).padStart(7)} requests/s   p50 ${p50} ms   p99 ${p99} ms`);
  }
} finally {
  await processes.stop();
  collector.closeAllConnections();
  collector.close();
}
