import { SpanKind } from '@opentelemetry/api';
import { Injectable } from '@nestjs/common';
import type { Counter, Histogram } from 'prom-client';
import { Metrics } from '../metrics/metrics.service.js';
import { inSpan } from '../tracing/in-span.js';
import { resultOfError, type CallResult } from './call-result.js';

/** Systems of others that the server calls. */
export type ExternalSystem =
  'clamd' | 'gemini' | 'oauth' | 'openai' | 's3' | 'smtp' | 'stripe' | 'vault' | 'webhook';

/** What is asked of whom. */
export interface ExternalCall {
  provider: ExternalSystem;
  /** One of few words of ours: never an address, an id or a name that callers choose. */
  operation: string;
}

/** Seconds: from a neighbour's answer to what models take. */
const BUCKETS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Counts, times and traces every call of a system of others, each try of it. */
@Injectable()
export class ExternalCalls {
  private readonly requests: Counter<'provider' | 'operation' | 'result'>;
  private readonly durations: Histogram<'provider' | 'operation'>;

  constructor(metrics: Metrics) {
    this.requests = metrics.counter({
      name: 'coglex_provider_requests_total',
      help: 'Calls of other systems by how they ended: ok, refused, timeout, canceled or failed',
      labelNames: ['provider', 'operation', 'result'],
    });
    this.durations = metrics.histogram({
      name: 'coglex_provider_request_duration_seconds',
      help: 'Time that calls of other systems took',
      labelNames: ['provider', 'operation'],
      buckets: BUCKETS,
    });
  }

  /**
   * Does a call.
   *
   * @param resultOf how an outcome counts that is no exception; `ok` by default
   * @throws what `work` throws
   */
  async observe<T>(
    { provider, operation }: ExternalCall,
    work: () => Promise<T>,
    resultOf: (outcome: T) => CallResult = () => 'ok',
  ): Promise<T> {
    const stop = this.durations.startTimer({ provider, operation });
    const attributes = { 'peer.service': provider, 'coglex.operation': operation };
    let result: CallResult = 'failed';
    try {
      const outcome = await inSpan(`${provider} ${operation}`, { kind: SpanKind.CLIENT, attributes }, work);
      result = resultOf(outcome);
      return outcome;
    } catch (error) {
      result = resultOfError(error);
      throw error;
    } finally {
      stop();
      this.requests.inc({ provider, operation, result });
    }
  }
}
