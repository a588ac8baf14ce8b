import { Injectable } from '@nestjs/common';
import {
  collectDefaultMetrics,
  Counter,
  Gauge,
  Histogram,
  Registry,
  type CounterConfiguration,
  type GaugeConfiguration,
  type HistogramConfiguration,
} from 'prom-client';

/**
 * The metrics of this process. Modules make theirs when they are constructed; names begin with `coglex_`, and labels
 * take few values: never an id, an address or a name that callers choose.
 */
@Injectable()
export class Metrics {
  private readonly registry = new Registry();

  constructor() {
    // Memory, CPU, garbage collection and the lag of the event loop.
    collectDefaultMetrics({ register: this.registry });
  }

  /** Counts what happens. */
  counter<T extends string>(options: CounterConfiguration<T>): Counter<T> {
    return new Counter({ ...options, registers: [this.registry] });
  }

  /** Shows how much there is; with `collect` it is found out at each scrape. */
  gauge<T extends string>(options: GaugeConfiguration<T>): Gauge<T> {
    return new Gauge({ ...options, registers: [this.registry] });
  }

  /** Shows how values are distributed. */
  histogram<T extends string>(options: HistogramConfiguration<T>): Histogram<T> {
    return new Histogram({ ...options, registers: [this.registry] });
  }

  /** Media type of {@link text}. */
  get contentType(): string {
    return this.registry.contentType;
  }

  /** Everything, in the text format of Prometheus. */
  text(): Promise<string> {
    return this.registry.metrics();
  }
}
