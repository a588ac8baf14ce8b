import { Injectable } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import type { Counter, Gauge, Histogram } from 'prom-client';
import { Metrics } from './metrics.service.js';

type RequestLabels = 'method' | 'route' | 'status';

/** Seconds: from what a look-up by id takes to what a client gives up on. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Counts and times requests by the template of their route, so that ids in URLs make no new series. */
@Injectable()
export class HttpMetrics {
  private readonly requests: Counter<RequestLabels>;
  private readonly durations: Histogram<'method' | 'route'>;
  private readonly running: Gauge;

  constructor(metrics: Metrics) {
    this.requests = metrics.counter({
      name: 'coglex_http_requests_total',
      help: 'Requests that are over, by method, route and status; an aborted one has the status "aborted"',
      labelNames: ['method', 'route', 'status'],
    });
    this.durations = metrics.histogram({
      name: 'coglex_http_request_duration_seconds',
      help: 'Time from the first byte of a request to the last of its answer',
      labelNames: ['method', 'route'],
      buckets: BUCKETS,
    });
    this.running = metrics.gauge({
      name: 'coglex_http_requests_running',
      help: 'Requests that are being worked on',
    });
  }

  /** Must be called before the server is ready, for hooks cannot be added later. */
  install(fastify: FastifyInstance): void {
    fastify.addHook('onRequest', (request, reply, done) => {
      this.running.inc();
      reply.raw.once('close', () => {
        this.running.dec();
        const { method } = request;
        const route = request.routeOptions.url ?? 'unmatched';
        const status = reply.raw.writableFinished ? reply.raw.statusCode : 'aborted';
        this.requests.inc({ method, route, status });
        this.durations.observe({ method, route }, reply.elapsedTime / 1000);
      });
      done();
    });
  }
}
