import autocannon from 'autocannon';
import type { BenchCase, BenchData } from './cases.ts';
import { BENCH_SECRET } from '../processes.ts';

/** Throughput and latency of one round. */
export interface Load {
  perSecond: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
}

/** Loads one route for some seconds; anything but success fails the benchmark. */
export async function load(
  url: string,
  benchCase: BenchCase,
  data: BenchData,
  connections: number,
  seconds: number,
): Promise<Load> {
  const result = await autocannon({
    url,
    connections: benchCase.connections ?? connections,
    duration: seconds,
    requests: [
      {
        setupRequest: (request) => ({
          ...request,
          headers: { 'x-api-key': BENCH_SECRET, 'content-type': 'application/json' },
          ...benchCase.request(data),
        }),
      },
    ],
  });
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${benchCase.name} on ${url}: ${result.non2xx} bad answers, ${result.errors} errors`);
  return { perSecond: result.requests.average, p50: result.latency.p50, p99: result.latency.p99 };
}

/** The round in the middle. */
export function median(rounds: Load[]): Load {
  return rounds.toSorted((a, b) => a.perSecond - b.perSecond)[Math.floor(rounds.length / 2)];
}
