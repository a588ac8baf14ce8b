import type { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { Config } from '../../../platform/config/config.js';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import { ExternalCalls } from '../../../platform/outbound/external-calls.service.js';
import { ModuleRegistry } from '../../../platform/modules/module-registry.service.js';
import type { Blob } from '../blobs/blob.js';
import { Clamd, ScannerUnavailableError, type Verdict } from './clamd.js';

/** How long it is believed that the scanner is there, in milliseconds. */
const FRESH_MS = 5000;

/** Looks for viruses, when `CLAMD_URL` is set. */
@Injectable()
export class Scanner {
  private readonly clamd?: Clamd;

  constructor(
    { CLAMD_URL: url }: Config,
    private readonly external: ExternalCalls,
    modules: ModuleRegistry,
  ) {
    this.clamd = url === undefined ? undefined : new Clamd(url);
    modules.register({
      key: 'scanner',
      title: 'Virus scanner',
      driver: 'clamd',
      freshMs: FRESH_MS,
      probe: async () => {
        if (!this.clamd) return 'not_configured';
        await this.clamd.ping();
        return 'healthy';
      },
    });
  }

  get isOn(): boolean {
    return this.clamd !== undefined;
  }

  /**
   * Refuses an upload before it is read when nobody could scan it.
   *
   * @throws CoglexError `scanner_unavailable`
   */
  async checkReady(): Promise<void> {
    await this.ask('ping', (clamd) => clamd.ping());
  }

  /** @returns when it was scanned; `undefined` while scanning is off. @throws CoglexError `file_infected`, `scanner_unavailable` */
  async scan(open: () => Promise<Readable>): Promise<Date | undefined> {
    const verdict = await this.examine(open);
    if (verdict?.clean === false) throw infected(verdict.signature);
    return verdict && new Date();
  }

  /** The same, without judging. */
  examine(open: () => Promise<Readable>): Promise<Verdict | undefined> {
    return this.ask('scan', async (clamd) => clamd.scan(await open()));
  }

  /** @throws CoglexError `file_infected`, `file_not_scanned` */
  checkServable(blob: Blob): void {
    if (blob.infected !== undefined) throw infected(blob.infected);
    if (this.clamd && !blob.scanned)
      throw new CoglexError('file_not_scanned', { headers: { 'Retry-After': '60' } });
  }

  private async ask<T>(operation: string, question: (clamd: Clamd) => Promise<T>): Promise<T | undefined> {
    const { clamd } = this;
    if (!clamd) return undefined;
    try {
      return await this.external.observe({ provider: 'clamd', operation }, () => question(clamd));
    } catch (error) {
      if (!(error instanceof ScannerUnavailableError)) throw error;
      throw new CoglexError('scanner_unavailable', { headers: { 'Retry-After': '10' }, cause: error });
    }
  }
}

const infected = (signature: string) =>
  new CoglexError('file_infected', { detail: `The file holds ${signature}.` });
