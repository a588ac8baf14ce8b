import type { TICK } from '../types.js';
import type { Operation } from './operation.js';
import { pull } from './pull.js';

/** Documents of the first batch unless the client names a number. */
export const FIRST_BATCH = 101;
/** A batch is closed before its documents would exceed this. */
const MAX_BATCH_BYTES = 16 * 2 ** 20;

/** A flow of BSON documents that is handed out batch by batch. */
export class BatchReader {
  /** A document that no longer went into the last batch. */
  private pending?: Uint8Array;
  private isOver = false;

  constructor(private readonly flow: Iterator<Uint8Array | typeof TICK>) {}

  /** Whether everything has been handed out. */
  get isExhausted(): boolean {
    return this.isOver && !this.pending;
  }

  /**
   * @param size documents at most; Infinity for as many as a message can take
   */
  async next(size: number, operation: Operation): Promise<Uint8Array[]> {
    const batch: Uint8Array[] = [];
    let bytes = 0;
    if (size > 0 && this.pending) {
      batch.push(this.pending);
      bytes = this.pending.length;
      this.pending = undefined;
    }
    if (this.isOver || batch.length >= size) return batch;
    this.isOver = await pull(this.flow, operation, (document) => {
      if (batch.length > 0 && bytes + document.length > MAX_BATCH_BYTES) {
        this.pending = document;
        return false;
      }
      batch.push(document);
      bytes += document.length;
      return batch.length < size;
    });
    return batch;
  }

  /** Ends the flow, so that what it holds is released. */
  close(): void {
    this.pending = undefined;
    this.isOver = true;
    this.flow.return?.();
  }
}
