import { ExportResultCode, type ExportResult } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import type { Logger } from 'pino';

/** Says once that the collector is away, and once that it is back, instead of with every batch. */
export class CalmExporter implements SpanExporter {
  private isAway = false;

  constructor(
    private readonly exporter: SpanExporter,
    private readonly logger: Logger,
  ) {}

  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    this.exporter.export(spans, ({ code, error }) => {
      const failed = code !== ExportResultCode.SUCCESS;
      if (failed && !this.isAway)
        this.logger.warn(
          { err: error },
          'The collector does not take traces; they are dropped until it does',
        );
      if (!failed && this.isAway) this.logger.info('The collector takes traces again');
      this.isAway = failed;
      // What is lost is lost: nobody else needs to hear of it.
      done({ code: ExportResultCode.SUCCESS });
    });
  }

  shutdown(): Promise<void> {
    return this.exporter.shutdown();
  }

  async forceFlush(): Promise<void> {
    await this.exporter.forceFlush?.();
  }
}
