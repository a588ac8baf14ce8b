import { EventEmitter } from 'node:events';
import type { FastifyInstance } from 'fastify';
import { built } from '../built.ts';

const TIMES = 500_000;

type MetricsFile = typeof import('../../../src/platform/metrics/metrics.service.js');
type HttpMetricsFile = typeof import('../../../src/platform/metrics/http-metrics.service.js');

type Hook = (request: object, reply: object, done: () => void) => void;

/** What the hook of the metrics takes for one request, in microseconds, with the real registry and no server around. */
export async function costOfHttpMetrics(): Promise<number> {
  const { Metrics } = await built<MetricsFile>('platform/metrics/metrics.service.js');
  const { HttpMetrics } = await built<HttpMetricsFile>('platform/metrics/http-metrics.service.js');
  let hook: Hook | undefined;
  const fastify = { addHook: (_name: string, given: Hook) => (hook = given) };
  new HttpMetrics(new Metrics()).install(fastify as unknown as FastifyInstance);
  const run = (times: number): number => {
    const begun = performance.now();
    for (let count = 0; count < times; count += 1) {
      const raw = Object.assign(new EventEmitter(), { writableFinished: true, statusCode: 200 });
      const request = { method: 'GET', routeOptions: { url: `/service/route-${count % 100}` } };
      hook?.(request, { raw, elapsedTime: 1.5 }, () => undefined);
      raw.emit('close');
    }
    return ((performance.now() - begun) * 1000) / times;
  };
  run(TIMES / 10);
  return run(TIMES);
}
